import { readCsvRows } from "../../../platform/data/csv/csv-rows";
import { toCsvLine } from "../../../platform/sql/csv-line";

test.each([
  [["a", 1.5, true, null], "a,1.5,true,\n"],
  [["a,b", 'c"d', "e\nf", "g\rh"], '"a,b","c""d","e\nf","g\rh"\n'],
  [[" a", "b ", "c d"], '" a","b ",c d\n'],
])("%j is one line, which the reader of CSV takes for the same fields", (values, line) => {
  expect(toCsvLine(values)).toBe(line);
  const rows: string[][] = [];
  readCsvRows(line, {
    onRow: (fields) => rows.push(fields),
    onFault: (fault) => {
      throw new Error(fault);
    },
  });
  expect(rows).toEqual([values.map((value) => (value === null ? "" : String(value)))]);
});

test("a field with the delimiter is quoted, and only that", () => {
  expect(toCsvLine(["a;b", "c,d"], ";")).toBe('"a;b";c,d\n');
});
