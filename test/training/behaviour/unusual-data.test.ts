import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { noise, range, trainRows, type Row, type Rows } from "../train-rows";

const folder = useTemporaryFolder();
/** `y` is twice `a` but for noise, and `k` says mostly whether it is large. */
const rows: readonly Row[] = range(200).map((index) => ({
  a: noise(index) * 10,
  b: noise(index + 999) * 5,
  c: ["u", "v", "w"][index % 3] ?? "",
  y: noise(index) * 20 + noise(index + 5000),
  k: noise(index) * 10 + noise(index + 7) * 4 > 7 ? "yes" : "no",
}));
const withAll = (change: (row: Row, index: number) => Row): Row[] =>
  rows.map((row, index) => ({ ...row, ...change(row, index) }));

const ridge = { kind: "ridge", alpha: 1 } as const;
const squares = { kind: "ridge", alpha: 0 } as const;
const logistic = { kind: "logistic", l2: 1 } as const;
const noPenalty = { kind: "logistic", l2: 0 } as const;
const trees = { kind: "boosted-trees", maxTrees: 5, minLeafRows: 5 } as const;
const everyTrainer = [ridge, squares, { ...ridge, alpha: "auto" as const }, logistic, trees];
const weight = { name: "w", type: "number", role: "weight" } as const;

const train = (what: Omit<Rows, "folder">) => trainRows({ ...what, folder });

const noted = (text: string): unknown => expect.arrayContaining([expect.stringContaining(text)]);

describe("data that a model can be trained on", () => {
  test.each(everyTrainer)("a constant column changes nothing, and is told: %j", async (trainer) => {
    const { metrics, told } = await train({ trainer, data: withAll(() => ({ b: 3 })) });
    expect(told).toEqual(noted('Feature "b" has the same value in all 200 rows.'));
    expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
  });

  const wide = {
    data: rows.slice(0, 60).map((row, index) => ({
      ...row,
      ...Object.fromEntries(range(80).map((column) => [`f${column}`, noise(index * 131 + column * 7)])),
    })),
    columns: range(80).map((column) => ({ name: `f${column}`, type: "number" as const })),
  };

  test("more columns than rows: least squares are those of the smallest coefficients, and that is told", async () => {
    const { metrics, told } = await train({ ...wide, trainer: squares });
    expect(told).toEqual(noted("columns of the features can be told from the others"));
    expect(metrics.r2).toBeGreaterThan(0);
  });

  test("a column that is a multiple of another shares its effect with it", async () => {
    const columns = [{ name: "d", type: "number" as const }];
    const { metrics, told } = await train({
      trainer: squares,
      data: withAll(({ a = 0 }) => ({ d: 2 * Number(a) })),
      columns,
    });
    expect(told).toEqual(noted("1 column of the features can be told from the others"));
    expect(metrics.r2).toBeGreaterThan(0.99);
  });

  test("weights over 15 orders of magnitude are weights", async () => {
    const data = withAll((_, index) => ({ w: 10 ** ((index % 16) - 8) }));
    const { metrics } = await train({ trainer: ridge, data, columns: [weight] });
    expect(metrics.r2).toBeGreaterThan(0.9);
  });

  test("a class of two rows has one to train on and one to be measured by", async () => {
    const data = withAll((_, index) => ({ k: index < 2 ? "yes" : "no" }));
    const { metrics } = await train({ trainer: logistic, data, changes: { split: { stratify: true } } });
    expect(metrics.auc).toBeDefined();
  });

  test("a class of one row cannot be measured by it: what needs both classes is absent", async () => {
    const data = withAll((_, index) => ({ k: index < 1 ? "yes" : "no" }));
    const { metrics } = await train({ trainer: logistic, data, changes: { split: { stratify: true } } });
    expect(metrics).not.toHaveProperty("auc");
    expect(metrics).not.toHaveProperty("f1");
    expect(metrics.accuracy).toBe(1);
  });
});

test.each<[string, Omit<Rows, "folder">, string, RegExp]>([
  [
    "a column without a value",
    { trainer: ridge, data: withAll(() => ({ b: "" })) },
    "DATA_INVALID",
    /Column "b" is empty in 100 % of the rows.*leave the column out/,
  ],
  [
    "the same where the checks allow it",
    { trainer: ridge, data: withAll(() => ({ b: "" })), changes: { checks: { maxMissing: 1 } } },
    "TRAINING_FAILED",
    /Column "b" has no value in the training rows\. .*Remove it/,
  ],
  [
    "classes that features tell without error, and no penalty",
    { trainer: noPenalty, data: withAll(({ a = 0 }) => ({ k: Number(a) > 5 ? "yes" : "no" })) },
    "TRAINING_FAILED",
    /no finite coefficients\. Give the trainer an l2 above 0/,
  ],
  [
    "one class",
    { trainer: logistic, data: withAll(() => ({ k: "no" })) },
    "DATA_INVALID",
    /The target "k" is no in all 200 rows\. .*add rows with others/,
  ],
  [
    "one row",
    { trainer: ridge, data: rows.slice(0, 1) },
    "DATA_INVALID",
    /The data has 1 row\. At least 50 are needed/,
  ],
  [
    "one row where the checks allow it",
    { trainer: ridge, data: rows.slice(0, 1), changes: { checks: { minRows: 1 } } },
    "DATA_INVALID",
    /The target "y" is [\d.]+ in the only row\./,
  ],
  ["no row", { trainer: ridge, data: [] }, "DATA_INVALID", /has a header and no rows\. .*add some/],
  [
    "an infinite number",
    { trainer: ridge, data: withAll((_, index) => (index === 7 ? { a: "Infinity" } : {})) },
    "DATA_INVALID",
    /Column "a" holds something other than a number in 1 row\. .*row 8: "Infinity"/,
  ],
  [
    "a number that is none in 64 bits",
    { trainer: ridge, data: withAll((_, index) => (index === 7 ? { a: "1e400" } : {})) },
    "DATA_INVALID",
    /row 8: "1e400"/,
  ],
  [
    "numbers too large to be added",
    { trainer: ridge, data: withAll((_, index) => ({ a: index % 2 ? 1.7e308 : -1.7e308 })) },
    "TRAINING_FAILED",
    /The mean of column "a" is not a finite number\. .*very large numbers/,
  ],
  [
    "a target that is missing",
    { trainer: ridge, data: withAll((_, index) => (index === 7 ? { y: "" } : {})) },
    "DATA_INVALID",
    /Column "y" is empty in 1 row\. It may not be; it is the target; fill in the values, or drop the rows\. First: row 8/,
  ],
  [
    "no target at all",
    { trainer: ridge, data: rows.map(({ a = 0, b = 0, c = "" }) => ({ a, b, c })) },
    "DATA_INVALID",
    /Column "y" is missing\. The file needs it/,
  ],
  [
    "weights that are all 0",
    { trainer: ridge, data: withAll(() => ({ w: 0 })), columns: [weight] },
    "TRAINING_FAILED",
    /the weights sum up to 0/,
  ],
])("data that none can be trained on is refused: %s", async (_, what, code, message) => {
  await expect(train(what)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});
