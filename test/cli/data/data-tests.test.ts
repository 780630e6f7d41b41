import { dataTests, skippedTest } from "../../../cli/data/data-tests";

const report = { source: "data.csv", rows: 10, columns: 3, comparedWith: "the definition", findings: [] };

test("data without findings is one test that passes", () => {
  expect(dataTests("churn", report, 12)).toEqual([
    {
      name: "churn: the data can be trained on",
      tookMs: 12,
      output: "data.csv: 10 rows, compared with the definition",
    },
  ]);
});

test("errors fail, the data with them; warnings are said", () => {
  const tests = dataTests(
    "churn",
    {
      ...report,
      findings: [
        { severity: "error", check: "range", column: "age", message: "1 value is above 120." },
        { severity: "warning", check: "rows", message: "There are few rows." },
      ],
    },
    12,
  );
  expect(tests.map(({ name, failure }) => [name, failure?.text])).toEqual([
    ["churn: the data can be trained on", "See the other tests of this model."],
    ["churn: range, age", "1 value is above 120."],
    ["churn: rows", undefined],
  ]);
  expect(tests[2]?.output).toBe("There are few rows.");
});

test("data that is not here is a test that was not run", () => {
  expect(skippedTest("churn", "It is not on this machine")).toEqual({
    name: "churn: the data can be trained on",
    tookMs: 0,
    skipped: "It is not on this machine",
  });
});
