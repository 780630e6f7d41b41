import { readCsvRows } from "../../../../platform/data/csv/csv-rows";

function read(text: string, delimiter?: string): unknown {
  const rows: string[][] = [];
  const faults: string[] = [];
  readCsvRows(text, {
    ...(delimiter !== undefined && { delimiter }),
    onRow: (fields) => rows.push(fields),
    onFault: (fault, line) => faults.push(`${line} ${fault}`),
  });
  return faults.length > 0 ? { rows, faults } : rows;
}

test.each<[string, string, unknown]>([
  ["nothing", "", []],
  ["one field", "a", [["a"]]],
  [
    "fields and rows",
    "a,b\r\n1,\n,2",
    [
      ["a", "b"],
      ["1", ""],
      ["", "2"],
    ],
  ],
  ["empty lines, which are no rows", "\na\n\r\n1\n\n", [["a"], ["1"]]],
  [
    "quotes",
    '"a,""b""","",""""\n"c\r\nd",e,"f"',
    [
      ['a,"b"', "", '"'],
      ["c\r\nd", "e", "f"],
    ],
  ],
  [
    "text outside of ASCII, and of 16 bits",
    "ä,€\n😀,\u2c2c",
    [
      ["ä", "€"],
      ["😀", "\u2c2c"],
    ],
  ],
  ["spaces, which are kept", " a , b", [[" a ", " b"]]],
  [
    "faults, which leave what can be read",
    'a\n"b"c,d\n',
    { rows: [["a"], ['b"', "d"]], faults: ["2 has text after a closing quote"] },
  ],
])("%s", (_, text, rows) => {
  expect(read(text)).toEqual(rows);
});

test("another delimiter leaves commas alone", () => {
  expect(read("a;b,c\n1,5;2", ";")).toEqual([
    ["a", "b,c"],
    ["1,5", "2"],
  ]);
});
