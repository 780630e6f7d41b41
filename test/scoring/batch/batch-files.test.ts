import { namesBeside, rejectsBeside } from "../../../scoring/batch/batch-files";

test.each([
  ["out.csv", "out.rejected.csv"],
  ["a/b.c/out.CSV", "a/b.c/out.rejected.csv"],
  ["a/out", "a/out.rejected.csv"],
  ["out.2026.txt", "out.2026.txt.rejected.csv"],
])("what %s cannot have goes to %s", (output, rejects) => {
  expect(rejectsBeside(output)).toBe(rejects);
});

test.each<[string, string[], string[]]>([
  ["the file does not have them", ["age", "town"], ["row", "model"]],
  ["the file has one of them", ["age", "model"], ["row", "mlops_model"]],
  ["capitals differ", ["Row", "MODEL"], ["mlops_row", "mlops_model"]],
  ["the file has the other name, too", ["row", "mlops_row"], ["mlops_mlops_row", "model"]],
])("names that are added stay apart from the file's own when %s", (_, header, expected) => {
  expect(namesBeside(header, ["row", "model"])).toEqual(expected);
});
