import type { TestCase } from "../../platform/base/junit-report";
import type { DataReport } from "../../platform/data/findings";

/** The check of a model's data as tests: each finding is a test case, and errors fail. Without errors the data itself is a passing case. */
export function dataTests(
  model: string,
  { findings, source, rows, comparedWith }: DataReport,
  tookMs: number,
): TestCase[] {
  const found = findings.map(({ severity, check, column, message }): TestCase => ({
    name: [`${model}: ${check}`, ...(column === undefined ? [] : [column])].join(", "),
    tookMs: 0,
    ...(severity === "error"
      ? { failure: { message: `${check} of ${column ?? "the data"}`, text: message } }
      : { output: message }),
  }));
  const whole: TestCase = {
    name: `${model}: the data can be trained on`,
    tookMs,
    output: `${source}: ${rows} rows, compared with ${comparedWith}`,
    ...(findings.some(({ severity }) => severity === "error") && {
      failure: { message: "The data has errors", text: "See the other tests of this model." },
    }),
  };
  return [whole, ...found];
}

/** A model whose data was not checked, and why, as a test. */
export function skippedTest(model: string, why: string): TestCase {
  return { name: `${model}: the data can be trained on`, tookMs: 0, skipped: why };
}
