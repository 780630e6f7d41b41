import { thresholdRuleSchema } from "../../../platform/definition/threshold-rule";

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
