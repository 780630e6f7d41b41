import { findDelimiter } from "../../../../platform/data/csv/csv-delimiter";

test.each<[string, string, readonly string[], string]>([
  ["commas", "a,b\n1,2\n", [], ","],
  ["one column", "a\n1\n", [], ","],
  ["one column of text with semicolons", "a\nx;y\nz\n", [], ","],
  ["commas, and semicolons in some rows", "a,b\nx;y,2\nz,3\n", [], ","],
  ["commas, and semicolons in a name", "a;x,b,c\n1,2,3\n", [], ","],
  ["commas in a row that is too short", "x,y\n1,2\n3\n", [], ","],
  ["semicolons", "a;b\n1;2\n", [], ";"],
  ["semicolons and decimal commas", "a;b\n1,5;2,5\n", [], ";"],
  ["semicolons, with a comma in a name and in each number", "Price, EUR;n\n1,5;2\n2,5;3\n", [], ";"],
  ["semicolons around a comma in quotes", '"a, b";c\n"x, y";1\n', [], ";"],
  ["tabs", "a\tb\n1\t2,5\n", [], "\t"],
  ["vertical bars", "a|b\n1|2;5\n", [], "|"],
  ["a name with a semicolon that is wanted", "a;b,c\n1,2\n", ["a;b"], ","],
  ["names that are wanted, whatever the rows are", "x,a;b\n1;2;3\n", ["x,a", "b"], ";"],
  ["a quote that the end cuts off", 'a;b\n1;"x\ny', [], ";"],
])("%s", (_, start, columns, delimiter) => {
  expect(findDelimiter(start, columns)).toBe(delimiter);
});
