import { canaryStageSchema } from "../../../deploy/rules/canary-stage";
import { nameOfComparison, storedComparisonSchema } from "../../../deploy/rules/comparison";

test.each([
  [{ kind: "stable", model: "cost:1" }, { kind: "stable", model: "cost:1" }, "cost:1"],
  [{ kind: "tests", environment: "test" }, { kind: "tests", environment: "test" }, "test"],
  // As records had it before tests named their environment.
  ["cost:1", { kind: "stable", model: "cost:1" }, "cost:1"],
  ["QA", { kind: "tests", environment: "QA" }, "QA"],
])("a record of %j is read as %j and called %s", (stored, expected, name) => {
  const read = storedComparisonSchema.parse(stored);
  expect(read).toEqual(expected);
  expect(nameOfComparison(read)).toBe(name);
});

test.each([{ kind: "stable" }, { kind: "QA" }, 5, undefined])("a record of %j is refused", (stored) => {
  expect(storedComparisonSchema.safeParse(stored).success).toBe(false);
});

test("a stage that was stored before is read", () => {
  const sample = { requests: 60, failures: 0 };
  const stored = {
    ...{ weight: 10, comparedWith: "QA", verdict: "advance", reason: "healthy", explanation: "Healthy." },
    ...{ reference: sample, canary: sample },
  };
  const read = canaryStageSchema.parse(stored);
  expect(read).toEqual({ ...stored, comparedWith: { kind: "tests", environment: "QA" } });
  expect(canaryStageSchema.parse(JSON.parse(JSON.stringify(read)))).toEqual(read);
});
