import { missingAmong } from "../../../cli/init/missing-texts";

test.each<[string, string[], { numeric: boolean; others: string[] }, string[]]>([
  [
    "among numbers, all that are known",
    ["-", "None", "NA"],
    { numeric: true, others: [] },
    ["-", "None", "NA"],
  ],
  ["among numbers, words", ["NA"], { numeric: true, others: ["unknown"] }, ["NA", "unknown"]],
  ["in text, what means nothing else", ["N/A", "-"], { numeric: false, others: ["red"] }, ["N/A", "-"]],
  ["in text, no answer", ["None", "null"], { numeric: false, others: ["email", "phone"] }, ["null"]],
  ["in text, NA", ["NA"], { numeric: false, others: ["red", "blue", "ZA"] }, ["NA"]],
  ["in codes of countries, not NA", ["NA"], { numeric: false, others: ["AO", "BW", "ZA"] }, []],
])("a value is missing: %s", (_, found, column, missing) => {
  expect(missingAmong(found, column)).toEqual(missing);
});
