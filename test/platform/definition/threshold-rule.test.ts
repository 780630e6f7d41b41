import { thresholdFaults, thresholdRuleSchema } from "../../../platform/definition/threshold-rule";

const of = { task: "classification", classes: ["no", "yes"], trainer: { kind: "logistic" } };

test.each<[string, Parameters<typeof thresholdFaults>[0], Partial<typeof of>, readonly RegExp[]]>([
  ["none of anything", undefined, { task: "regression", classes: [] }, []],
  ["two classes", "f1", {}, []],
  ["two classes by trees", { minPrecision: 0.8 }, { trainer: { kind: "boosted-trees" } }, []],
  ["a regression", "f1", { task: "regression", classes: [] }, [/is for a classification/]],
  ["three classes", "f1", { classes: ["a", "b", "c"] }, [/^threshold is for two classes; of 3, /]],
  [
    "a program",
    "f1",
    { trainer: { kind: "python" } },
    [/kind "python", whose program decides .* use logistic/],
  ],
  [
    "a program for three classes",
    "f1",
    { classes: ["a", "b", "c"], trainer: { kind: "command" } },
    [/two classes/, /kind "command"/],
  ],
])("%s", (_, rule, changes, faults) => {
  expect(thresholdFaults(rule, { ...of, ...changes })).toEqual(
    faults.map((fault): unknown => expect.stringMatching(fault)),
  );
});

test.each<[unknown, boolean]>([
  ["f1", true],
  [{ falsePositive: 1, falseNegative: 20 }, true],
  [{ minPrecision: 1 }, true],
  ["F1", false],
  [0.3, false],
  [{ minPrecision: 0 }, false],
  [{ minPrecision: 80 }, false],
  [{ falsePositive: 1 }, false],
  [{ falsePositive: 0, falseNegative: 1 }, false],
  [{ minPrecision: 0.5, falsePositive: 1, falseNegative: 1 }, false],
])("%p is a rule: %p", (rule, isRule) => {
  expect(thresholdRuleSchema.safeParse(rule).success).toBe(isRule);
});
