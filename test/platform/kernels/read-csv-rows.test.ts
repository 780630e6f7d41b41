import { CsvRowReader } from "../../../platform/kernels/read-csv-rows";

const longestRow = 1000;

/** Reads a text whose fields all are wanted; numbers by column, and what was not told. */
function read(
  text: string,
  {
    fields = 1,
    capacity = 4096,
    delimiter = ",",
    places = Int32Array.from({ length: fields }, (_, at) => at),
  } = {},
) {
  const reader = new CsvRowReader(fields, capacity);
  reader.begin({ delimiter, places, longestRow });
  const bytes = Buffer.from(text);
  reader.load(bytes);
  const { rows, next, untold } = reader.read(0, 0);
  return {
    rows,
    rest: bytes.toString("utf8", next),
    columns: reader.rows(rows).map((values) => [...values]),
    untold: untold.map(({ column, row, start, end }) => [column, row, bytes.toString("utf8", start, end)]),
  };
}

/** Numbers without a pattern: all bits of some, and few digits of others. */
function numberTexts(count: number): string[] {
  const double = new Float64Array(1);
  const words = new Uint32Array(double.buffer);
  let state = 7;
  const next = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0);
  return Array.from({ length: count }, () => {
    words.set([next(), next()]);
    const [any = NaN] = double;
    const short = (next() / 2 ** 32 - 0.5) * 10 ** (next() % 12);
    return [
      ...(Number.isFinite(any) ? [String(any)] : []),
      short.toFixed(4),
      String(short),
      `${next()}${next()}`.slice(0, 19),
      `${next()}e${(next() % 80) - 40}`,
    ];
  }).flat();
}

test("numbers are those that JavaScript reads, to the last bit", () => {
  const texts = [
    ...numberTexts(20_000),
    ...["0", "-0", "+5", "5.", ".5", "-.5e-3", "00012", "1E5", "9007199254740993", "9007199254740992.5"],
    // Halfway between two doubles, and at the ends of their range.
    ...["1.00000000000000011102230246251565", "1.7976931348623157e308", "2.2250738585072014e-308", "5e-324"],
  ];
  let told = 0;
  const wrong: unknown[] = [];
  for (let from = 0; from < texts.length; from += 4096) {
    const some = texts.slice(from, from + 4096);
    const { rows, columns, untold } = read(`${some.join("\n")}\n`);
    expect(rows).toBe(some.length);
    const others = new Map(untold.map(([, row, text]) => [row, text]));
    for (const [row, text] of some.entries()) {
      const isTold = !others.has(row);
      const found = isTold ? columns[0]?.[row] : others.get(row);
      if (!Object.is(found, isTold ? Number(text) : text)) wrong.push([text, found]);
      if (isTold) told += 1;
    }
  }
  expect(wrong).toEqual([]);
  // The few others have too many digits, or lie near the ends of the range.
  expect(told / texts.length).toBeGreaterThan(0.9);
});

test.each([
  "1d",
  "inf",
  "NaN",
  "0x10",
  "1_0",
  "+-1",
  "1e",
  "e5",
  ".",
  "-",
  " 1",
  "1 ",
  "1.2.3",
  "1e99999",
  "a",
])("of %j no number is told", (text) => {
  expect(read(`${text},2\n`, { fields: 2 })).toEqual({
    rows: 1,
    rest: "",
    columns: [[NaN], [2]],
    untold: [[0, 0, text]],
  });
});

test("fields in quotes are read, and empty ones are missing", () => {
  expect(read('"1.5",,"2"\r\n"a,""b""",3,""\n', { fields: 3 })).toEqual({
    rows: 2,
    rest: "",
    columns: [
      [1.5, NaN],
      [NaN, 3],
      [2, NaN],
    ],
    untold: [
      [0, 1, '"a,""b"""'],
      [2, 1, '""'],
    ],
  });
});

test("fields that are not wanted are skipped, and others put where they belong", () => {
  const places = Int32Array.of(-1, 1, 0);
  expect(read('x y;2;3\n"a;b";5;6\n', { fields: 3, delimiter: ";", places }).columns.slice(0, 2)).toEqual([
    [3, 6],
    [2, 5],
  ]);
});

test.each([
  ["a row that is cut off", "3,"],
  ["a row without its line end", "3,4"],
  ["a quote that is not closed", '"3,4'],
  ["too few fields", "3\n5,6\n"],
  ["too many fields", "3,4,5\n"],
  ["an empty line", "\n5,6\n"],
  ["a carriage return alone", "3,4\r5,6\n"],
  ["a quote inside a field", '3,4"\n'],
  ["text behind a closing quote", '"3"4,5\n'],
  ["a line end in quotes", '"3\n",5\n'],
  ["a row that is too long", `${"3".repeat(longestRow)},4\n`],
])("reading ends before %s", (_, rest) => {
  expect(read(`1,2\n${rest}`, { fields: 2 })).toMatchObject({ rows: 1, rest, columns: [[1], [2]] });
});

test("reading ends before an empty line of a file with one column", () => {
  expect(read("1\n\n2\n")).toMatchObject({ rows: 1, rest: "\n2\n" });
});

test("rows are read as far as there is room, and on from there", () => {
  const reader = new CsvRowReader(1, 3);
  reader.begin({ delimiter: ",", places: Int32Array.of(0), longestRow });
  reader.load(Buffer.from("1\n2\nx\n4\n5\n"));
  const first = reader.read(0, 1);
  expect([first.rows, first.next, reader.rows(3)[0]?.slice(1)]).toEqual([2, 4, Float64Array.of(1, 2)]);
  const second = reader.read(first.next, 0);
  expect([second.rows, second.untold.map(({ row }) => row)]).toEqual([3, [0]]);
  // There is room for the entries of a row more than there are rows.
  reader.load(Buffer.from("x\n".repeat(3)));
  expect(reader.read(0, 0)).toMatchObject({ rows: 3 });
  expect(reader.read(6, 0)).toEqual({ rows: 0, next: 6, untold: [] });
});
