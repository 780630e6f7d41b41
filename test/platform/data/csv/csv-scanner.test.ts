import { CsvScanner } from "../../../../platform/data/csv/csv-scanner";

/** Scans a text in pieces of the given size; gives the rows and the header's length, or the fault. */
function scan(text: string, size: number): [rows: number, headerBytes: number | undefined] | string {
  const scanner = new CsvScanner("data.csv");
  const bytes = Buffer.from(text);
  try {
    for (let start = 0; start < bytes.length; start += size)
      scanner.push(bytes.subarray(start, start + size));
    scanner.end();
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
  return [scanner.rows, scanner.headerBytes];
}

const rule =
  "Every row has the fields of the header, separated by commas; a field with a comma, a quote or a line break " +
  "stands in double quotes, with quotes inside it doubled. Correct the rows (the header is not counted).";
const malformed = (faults: string): string => `data.csv is not a well-formed CSV file: ${faults}. ${rule}`;

describe.each([
  ["byte by byte", 1],
  ["in pieces of three", 3],
  ["in one piece", 10_000_000],
])("%s", (_, size) => {
  test.each<[string, string, number, number]>([
    ["line feeds", "a,b\n1,2\n3,4\n", 2, 4],
    ["carriage returns with line feeds", "a,b\r\n1,2\r\n3,4\r\n", 2, 5],
    ["both kinds of line ends", "a,b\n1,2\r\n3,4\n", 2, 4],
    ["no line end at the end", "a,b\n1,2\n3,4", 2, 4],
    ["empty lines at the end", "a,b\n1,2\n\n\r\n", 1, 4],
    ["empty fields", "a,b\n,\n,2\n", 2, 4],
    ["commas, quotes and line breaks in quotes", 'a,b\n"1,""2""\n3\r\n",""\n', 1, 4],
    ["a line break in a name", '"a\nb",c\n1,2\n', 1, 8],
    ["text outside of ASCII", "ä,€\n😀,2\n", 1, 7],
  ])("%s are well-formed", (_, text, rows, headerBytes) => {
    expect(scan(text, size)).toEqual([rows, headerBytes]);
  });

  test.each<[string, string, string]>([
    [
      "a short and a long row",
      "a,b\n1\n1,2\n1,2,3\n",
      malformed("row 1 has 1 field, the header 2; row 3 has 3 fields, the header 2"),
    ],
    ["an empty line between rows", "a,b\n1,2\n\n3,4\n", malformed("row 2 is empty")],
    [
      "a quote in a bare field",
      'a,b\n5" pipe,2\n',
      malformed("row 1 has a quote inside a field that does not start with one"),
    ],
    [
      "a space before a quote",
      'a,b\n1, "2"\n',
      malformed("row 1 has a quote inside a field that does not start with one"),
    ],
    ["text after a quote", 'a,b\n"1"x,2\n', malformed("row 1 has text after a closing quote")],
    [
      "a lone carriage return",
      "a,b\r1,2\n",
      malformed("the header has a carriage return without a line feed"),
    ],
    [
      "a carriage return at the end",
      "a,b\n1,2\r",
      malformed("row 1 has a carriage return without a line feed"),
    ],
    [
      "many faults",
      `a,b\n${"1\n".repeat(8)}`,
      malformed(
        `${[1, 2, 3, 4, 5].map((row) => `row ${row} has 1 field, the header 2`).join("; ")}; and 3 more`,
      ),
    ],
    [
      "an open quote",
      'a,b\n1,2\n3,"4\n5,6\n',
      "data.csv: a quote opened in row 2 is never closed. A quoted field ends with a double quote, and quotes inside it are doubled; close or remove it.",
    ],
    [
      "an open quote in the header",
      'a,"b\n1,2\n',
      "data.csv: a quote opened in the header is never closed. A quoted field ends with a double quote, and quotes inside it are doubled; close or remove it.",
    ],
  ])("%s is refused", (_, text, message) => {
    expect(scan(text, size)).toBe(message);
  });
});

test("a row of more than a million bytes is refused", () => {
  expect(scan(`a,b\n1,${"x".repeat(1_000_001)}\n`, 65_536)).toMatch(
    /^data.csv: row 1 is longer than 1000000 bytes\./,
  );
  expect(scan(`a,b\n1,"${"x".repeat(1_000_001)}`, 65_536)).toMatch(
    /^data.csv: a quote opened in row 1 is never closed\./,
  );
});
