import { CsvGrammar } from "../../../../platform/data/csv/csv-grammar";

/** What the grammar tells of a text that comes in pieces of the given size. */
function read(text: string, { size, delimiter }: { size: number; delimiter?: string }): unknown[] {
  const told: unknown[] = [];
  const bytes = Buffer.from(text);
  const grammar = new CsvGrammar(
    { row: (fields) => told.push(fields), fault: (fault) => told.push([grammar.line, fault]) },
    delimiter,
  );
  for (let start = 0; start < bytes.length; start += size) grammar.push(bytes.subarray(start, start + size));
  grammar.end();
  return told;
}

const noLineFeed = "has a carriage return without a line feed";
const quoteInside = "has a quote inside a field that does not start with one";
const textAfter = "has text after a closing quote";
const neverClosed = "has a quote that is never closed";

describe.each([1, 2, 3, 1000])("in pieces of %d bytes", (size) => {
  test.each<[string, string, unknown[]]>([
    ["nothing", "", []],
    ["line ends of both kinds, and none at the end", "a,b\n1,2\r\n3,4", [2, 2, 2]],
    ["empty lines", "\na\n\r\n\n1\n", [0, 1, 0, 0, 1]],
    ["an empty field in quotes, which is no empty line", 'a\n""\n', [1, 1]],
    ["empty fields", ",\n,,\n", [2, 3]],
    ["what quotes protect", '"a,b","c""d","e\r\nf"\n', [3]],
    ["a lone carriage return", "a\rb,c\n", [[1, noLineFeed], 2]],
    ["two carriage returns", "a\r\r\nb\n", [[1, noLineFeed], 1, 1]],
    ["a carriage return at the end", "a\nb\r", [1, [2, noLineFeed], 1]],
    ["a quote inside a field", 'a"b"\n', [[1, quoteInside], [1, quoteInside], 1]],
    ["text after a quote", '"a"b,c\n', [[1, textAfter], 2]],
    ["an open quote", 'a\n"b,\nc', [1, [2, neverClosed], 1]],
    ["a fault below a field of two lines", 'a\n"b\nc"\n"d\ne"x\n', [1, 1, [4, textAfter], 1]],
  ])("%s", (_, text, told) => {
    expect(read(text, { size })).toEqual(told);
  });

  test.each([";", "\t", "|"])("with %p between the fields", (delimiter) => {
    expect(read(`a${delimiter}b,c\n"${delimiter}"${delimiter}\n`, { size, delimiter })).toEqual([2, 2]);
  });
});

test("offsets of fields and rows are those of the piece that was pushed last", () => {
  const told: unknown[] = [];
  const grammar = new CsvGrammar({
    field: (start, end) => told.push([start, end]),
    row: (_, next) => told.push(next),
    fault: (fault) => told.push(fault),
  });
  grammar.push(Buffer.from('ab,"c'));
  grammar.push(Buffer.from('d",e\r\nf'));
  grammar.end();
  expect(told).toEqual([[0, 2], [-2, 2], [3, 4], 6, [6, 7], 7]);
});
