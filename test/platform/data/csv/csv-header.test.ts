import { findDelimiter } from "../../../../platform/data/csv/csv-delimiter";
import { readHeader } from "../../../../platform/data/csv/csv-header";

const read = (header: string, columns: readonly string[] = []): string[] =>
  readHeader("data.csv", { header, delimiter: findDelimiter(header, columns) }, columns);

test.each<[string, string, string[]]>([
  ["names", "a,b\r\n", ["a", "b"]],
  ["names in quotes, one over two lines", '"a;b","c\nd"\n', ["a;b", "c\nd"]],
  ["semicolons in some names", "a;x,b,c\n", ["a;x", "b", "c"]],
  ["one name", "a", ["a"]],
  ["no name", "\n", [""]],
  ["names beside two columns without one", ",a, ,b\n", ["", "a", " ", "b"]],
  ["names and a comma in quotes between semicolons", 'a;"b, c";d\n', ["a", "b, c", "d"]],
  ["names between tabs", "a\tb\n", ["a", "b"]],
])("%s are a header", (_, header, names) => {
  expect(read(header)).toEqual(names);
});

test.each([
  ["values", "1,2\n", /starts with values \(1, 2\), not with names/],
  ["a name that is there twice", "a,b,a\n", /more than one column named "a"\./],
  [
    "Excel's line before them",
    "\uFEFFsep=;\r\n",
    /begins with "sep=;", which Excel writes for itself\. .*remove that line/,
  ],
])("%s are refused", (_, header, message) => {
  expect(() => read(header)).toThrow(message);
});

test("numbers are names where the definition says so", () => {
  expect(read("2024,2025\n", ["2025"])).toEqual(["2024", "2025"]);
});

test("100,000 names take no longer than their length makes them", () => {
  const names = Array.from({ length: 100_000 }, (_, index) => `column ${index}`);
  const begun = process.cpuUsage();
  expect(read(`${names.join(",")}\n`, names)).toHaveLength(100_000);
  expect(() => read(`${names.join(",")},column 7\n`, names)).toThrow(/more than one column named "column 7"/);
  expect(process.cpuUsage(begun).user).toBeLessThan(3_000_000);
});
