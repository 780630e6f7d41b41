import type { Collected } from "../../../cli/data/collect-data";
import { describeCollected, describeNotAdded } from "../../../cli/data/describe-collected";

const collected: Collected = {
  file: "/data/cost.csv",
  isOwn: true,
  rows: 12,
  added: 2,
  leftOut: { unlabelled: 3, repeated: 0, ambiguous: 0, otherColumns: 0, otherModel: 0, unknownLabels: 1 },
  predictedBy: [
    { model: "cost:1", rows: 2, from: "2026-11-21", to: "2026-11-22", metrics: { rmse: 1.23456 } },
  ],
  scored: 5,
  ahead: 0,
  former: "a".repeat(64),
};
const about = { model: "cost", environment: "prod" };
const lines = (changes: Partial<Collected> = {}, next = true): string[] =>
  describeCollected({ ...collected, ...changes }, { ...about, next }).split("\n");

test("says what is in the data, what was left out, how right the predictions were, and what comes next", () => {
  expect(lines()).toEqual([
    "12 rows in /data/cost.csv: the 10 rows of the data and 2 new; left out: 3 unlabelled, 0 repeated, 0 ambiguous, 0 of a version with other columns, 0 of another model, whose log is among this one's files, 1 labels of requests that are not in the log.",
    "cost:1 scored 2 rows whose truth is known, 2026-11-21 to 2026-11-22: rmse 1.235.",
    "The data as it was is kept as version aaaaaaaaaaaa; `mlops data restore aaaaaaaaaaaa --model cost --force` brings it back.",
    "Next: mlops retrain --model cost",
  ]);
});

test.each<[string, Partial<Collected>, boolean, string]>([
  [
    "a file of its own is trained on by name",
    { isOwn: false },
    true,
    "Next: mlops retrain --model cost --data /data/cost.csv",
  ],
  [
    "rows alone are no data to train on",
    { isOwn: false, former: undefined as never },
    false,
    "cost:1 scored",
  ],
  ["where nothing is new, nothing comes next", { added: 0 }, true, "The data as it was"],
  ["an empty log", { scored: 0 }, true, "The prediction log of cost in prod has no requests of clients"],
])("%s", (_, changes, next, last) => {
  expect(lines(changes, next).at(-1)).toContain(last);
});

test("says that a clock is wrong, and that a version was not measured", () => {
  const text = lines({
    ahead: 1,
    predictedBy: [{ model: "cost:1", rows: 2, from: "a", to: "b", metrics: {} }],
  }).join("\n");
  expect(text).toContain("1 row of the log is dated later than now");
  expect(text).toContain("not measured, as they have no probabilities");
});

test.each([
  ["local", "truth.csv", undefined],
  ["azure", undefined, undefined],
  [
    "azure",
    "truth.csv",
    /not added to the stack's data.*collect --model cost --target azure --labels truth.csv`.*data push --model cost/,
  ],
] as const)("with target %s and labels %j it says that nothing was added: %p", (target, labels, said) => {
  const text = describeNotAdded({ target, labels, model: "cost" });
  if (said === undefined) expect(text).toBeUndefined();
  else expect(text).toMatch(said);
});

test("of truth that was delivered it names no file, as the verb finds it by itself", () => {
  const text = describeNotAdded({
    target: "azure",
    labels: "https://a/truth/cost/?sig=x",
    delivered: true,
    model: "cost",
  });
  expect(text).toMatch(
    /^The rows of the truth that was delivered were .*`mlops collect --model cost --target azure`/,
  );
  expect(text).not.toContain("sig=");
});
