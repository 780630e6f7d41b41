import { CsvNumbers } from "../../../../platform/data/csv/csv-numbers";
import type { DataFormat } from "../../../../platform/definition/definition";

const format: DataFormat = { decimal: ".", missing: ["NA"] };
const columns = [
  { name: "a", type: "number" },
  { name: "b", type: "number" },
] as const;

const taken = (numbers: CsvNumbers): number[][] => numbers.take().map((values) => [...values]);

test("numbers of files follow each other, by the places that each file has them in", () => {
  const numbers = new CsvNumbers(columns, format);
  numbers.begin(["a", "text", "b"], { delimiter: ",", longestRow: 100 });
  const first = Buffer.from("1,x,2\n3,y,4\n");
  numbers.load(first);
  expect(numbers.read(0)).toEqual({ rows: 2, next: first.length });
  numbers.addRow(["5", 'z "', "6"]);
  numbers.begin(["b", "a"], { delimiter: ";", longestRow: 100 });
  numbers.load(Buffer.from("8;7\n"));
  expect(numbers.read(0).rows).toBe(1);
  expect(taken(numbers)).toEqual([
    [1, 3, 5, 7],
    [2, 4, 6, 8],
  ]);
  expect(taken(numbers)).toEqual([[], []]);
});

test("a column that a file lacks is missing, whatever was there before", () => {
  const numbers = new CsvNumbers(columns, format);
  numbers.begin(["a", "b"], { delimiter: ",", longestRow: 100 });
  numbers.load(Buffer.from("1,2\n3,4\n"));
  numbers.read(0);
  numbers.take();
  numbers.begin(["a"], { delimiter: ",", longestRow: 100 });
  numbers.load(Buffer.from("5\n"));
  numbers.read(0);
  numbers.addRow(["6"]);
  expect(taken(numbers)).toEqual([
    [5, 6],
    [NaN, NaN],
  ]);
});

test.each([
  [" 1.5 ", 1.5],
  ["\u00a02", 2],
  ['"3"', 3],
  ['" 4"', 4],
  ["0.00000000000000000000012345", 1.2345e-22],
  ["5e-324", 5e-324],
  ["1e400", NaN],
  ["NA", NaN],
  ['"5"""', NaN],
  ["1_0", NaN],
  ["nan", NaN],
  ["ä", NaN],
])("%j is %d, whether the row is sound or not", (text, expected) => {
  const numbers = new CsvNumbers(columns, format);
  numbers.begin(["a", "b"], { delimiter: ",", longestRow: 100 });
  numbers.load(Buffer.from(`${text},1\n`));
  expect(numbers.read(0).rows).toBe(1);
  if (!text.includes('"')) numbers.addRow([text, "1"]);
  expect(new Set(taken(numbers)[0])).toEqual(new Set([expected]));
});
