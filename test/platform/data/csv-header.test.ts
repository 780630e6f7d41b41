import { readHeader } from "../../../platform/data/csv-header";

const read = (header: string, columns: readonly string[] = []): string[] =>
  readHeader("data.csv", header, columns);

test.each<[string, string, string[]]>([
  ["names", "a,b\r\n", ["a", "b"]],
  ["names in quotes, one over two lines", '"a;b","c\nd"\n', ["a;b", "c\nd"]],
  ["semicolons in some names", "a;x,b,c\n", ["a;x", "b", "c"]],
  ["one name", "a", ["a"]],
  ["no name", "\n", [""]],
])("%s are a header", (_, header, names) => {
  expect(read(header)).toEqual(names);
});

test.each([
  ["semicolons around a comma in quotes", 'a;"b, c";d\n', /looks separated by semicolons/],
  ["tabs", "a\tb\n", /looks separated by tabs/],
  ["values", "1,2\n", /starts with values \(1, 2\), not with names/],
  ["a name that is there twice", "a,b,a\n", /more than one column named "a"\./],
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
