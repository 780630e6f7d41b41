import type { ModelDefinitionInput } from "../../../platform/definition/definition";
import { fittedHere } from "../../../platform/definition/trainers";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { noise, range, trainRows, type Row } from "../train-rows";

const folder = useTemporaryFolder();
const levels = 100_000;

/** A category of 100,000 values, of which every fifth is there twice; `y` and `k` follow the number `a`. */
const data: readonly Row[] = range((levels * 6) / 5).map((index) => ({
  a: noise(index) * 10,
  b: noise(index + 999),
  c: `level ${index % levels}`,
  y: noise(index) * 20 + noise(index + 5000),
  k: noise(index) * 10 + noise(index + 7) * 8 > 9 ? "yes" : "no",
}));

type Trainer = ModelDefinitionInput["trainer"];

const ridge = { kind: "ridge", alpha: 1 } as const;
const elasticNet = { kind: "elastic-net", alpha: 0.1 } as const;
const logistic = { kind: "logistic", l2: 1 } as const;
const trees = { kind: "boosted-trees", maxTrees: 5, learningRate: 0.5 } as const;

const most = /Column "c" has more than 1498 values; the 1498 most frequent have coefficients of their own/;
const alone =
  /Column "c" has a value of its own in \d+ of \d+ training rows; .*Group its values, or leave the column out/;
const bins = /Column "c" has more than 255 values; trees tell the most frequent apart/;

const cases: readonly (readonly [Trainer, "target" | "none", RegExp])[] = [
  [ridge, "none", most],
  [elasticNet, "none", most],
  [logistic, "target", alone],
  [trees, "none", bins],
];

test.each(cases)(
  "a category of 100,000 values by %j, encoding %s: it trains, and says what it made of it",
  async (trainer, encoding, said) => {
    const { metrics, told } = await trainRows({
      trainer,
      data,
      folder,
      ...(encoding === "target" && { encoding }),
    });
    expect(told).toEqual(expect.arrayContaining([expect.stringMatching(said)]));
    // The category says nothing; the number does, whatever becomes of the category.
    expect(metrics.r2 ?? metrics.auc).toBeGreaterThan(0.85);
  },
);

test("every trainer of this product is among them", () => {
  expect([...new Set(cases.map(([{ kind }]) => kind))]).toEqual(fittedHere());
});
