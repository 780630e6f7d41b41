import { CsvNumbers } from "../../../../platform/data/csv/csv-numbers";
import { CsvRowFeeder, scanHeader } from "../../../../platform/data/csv/csv-row-feeder";
import { CsvScanner, longestRow } from "../../../../platform/data/csv/csv-scanner";
import { blockRows } from "../../../../platform/sql/block-store";

/** Reads a text in pieces of a size: the numbers of column b, or what is wrong with the text. */
function feed(text: string, size: number): number[] | string {
  const scanner = new CsvScanner("data.csv");
  const numbers = new CsvNumbers([{ name: "b", type: "number" }], { decimal: ".", missing: [] });
  const bytes = Buffer.from(text);
  const found: number[] = [];
  try {
    const begin = scanHeader(scanner, bytes);
    numbers.begin(["a", "b"], { delimiter: ",", longestRow });
    const feeder = new CsvRowFeeder(scanner, numbers, ",");
    for (let start = begin; start < bytes.length; start += size)
      for (const [values = []] of feeder.feed(bytes.subarray(start, start + size))) found.push(...values);
    feeder.end();
    found.push(...(numbers.take()[0] ?? []));
    expect(scanner.rows).toBe(found.length);
  } catch (error) {
    if (error instanceof Error && !error.message.startsWith("data.csv")) throw error;
    return error instanceof Error ? error.message : "";
  }
  return found;
}

const sizes = [1, 2, 3, 7, 1_000_000];

test.each(sizes)("numbers of sound rows and of others come in their order, in pieces of %i bytes", (size) => {
  const text = 'a,b\n1,10\n"x\ny",20\r\n"q""",30\n,\nz,"40"\n5,50';
  expect(feed(text, size)).toEqual([10, 20, 30, NaN, 40, 50]);
  expect(feed("a,b\n1,2\n3,4\n\n\r\n", size)).toEqual([2, 4]);
});

test.each(sizes)("what is wrong is said as without numbers, in pieces of %i bytes", (size) => {
  const faults = [
    ["a,b\n1,2\n\n3,4\n", "row 2 is empty"],
    ["a,b\n1,2\n3\n4,5\n", "row 2 has 1 field, the header 2"],
    ["a,b\n1,2\n3,4\n5,6,7\n", "row 3 has 3 fields, the header 2"],
    ['a,b\n1,2\n3,4"\n5,6\n', "row 2 has a quote inside a field that does not start with one"],
    ["a,b\n1,2\r3,4\n", "row 1 has a carriage return without a line feed"],
    ['a,b\n1,2\n3,"4\n', "a quote opened in row 2 is never closed"],
  ] as const;
  for (const [text, fault] of faults) expect(feed(text, size)).toContain(fault);
});

test("a row that is too long is refused wherever it is met", () => {
  const text = `a,b\n1,2\n${"3".repeat(longestRow)},4\n5,6\n`;
  for (const size of [1000, 5_000_000])
    expect(feed(text, size)).toContain("row 2 is longer than 1000000 bytes");
});

test("more rows than a block has come in blocks", () => {
  const rows = 2 * blockRows + 5;
  const lines = Array.from({ length: rows }, (_, row) =>
    row % 1000 === 7 ? `"${row}\n",${row}` : `x,${row}`,
  );
  expect(feed(`a,b\n${lines.join("\n")}\n`, 10_000)).toEqual(Array.from({ length: rows }, (_, row) => row));
});
