import { readFile, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { PlatformError } from "../../../platform/base/errors";
import { readCsvRows } from "../../../platform/data/csv/csv-rows";
import { readCsvStructure } from "../../../platform/data/csv/csv-file";
import { withEvenRows } from "../../../scoring/batch/even-rows";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();

/** The rows that a file is read as, with why some of them are not what they seem. */
async function evened(content: string | Buffer) {
  const file = folder("rows.csv");
  await writeFile(file, content);
  let delimiter = ",";
  return withEvenRows(
    file,
    ["a", "b"],
    async (place) => {
      // Whoever reads data refuses what is not a table.
      delimiter = (await readCsvStructure(place, ["a", "b"])).delimiter;
      return place;
    },
    async (place, uneven) => {
      const rows: string[][] = [];
      const onFault = (fault: string): never => {
        throw new Error(fault);
      };
      readCsvRows(await readFile(place, "utf8"), {
        delimiter,
        onRow: (fields) => rows.push(fields),
        onFault,
      });
      return { isCopy: place !== file, rows: rows.slice(1), uneven: [...uneven] };
    },
  );
}

const long = "Line 3 has 3 fields. The header has 2, and so has every row.";
const short = "Line 3 has 1 field. The header has 2, and so has every row.";

test.each<[string, string | Buffer, string[][], [number, string][]]>([
  [
    "too much is cut off",
    "a,b\n1,2\n3,4,5\n6,7\n",
    [
      ["1", "2"],
      ["3", "4"],
      ["6", "7"],
    ],
    [[2, long]],
  ],
  [
    "too little is filled up, at the end of a file too",
    "a,b\n1,2\n3",
    [
      ["1", "2"],
      ["3", ""],
    ],
    [[2, short]],
  ],
  [
    "an empty line is a row before others, and none after the last",
    "a,b\n1,2\n\n3,4\n\n\n",
    [
      ["1", "2"],
      ["", ""],
      ["3", "4"],
    ],
    [[2, "Line 3 is empty."]],
  ],
  [
    "lines may end in both ways, and fields have quotes",
    'a;b\r\n"1;x";2\r\n"3 ""q""\n"\r\n6;7\r\n',
    [
      ["1;x", "2"],
      ['3 "q"\n', ""],
      ["6", "7"],
    ],
    [[2, short]],
  ],
  [
    "a byte order mark, and gzip, change nothing",
    gzipSync('\ufeff"a",b\n1,2\n3,4,5\n'),
    [
      ["1", "2"],
      ["3", "4"],
    ],
    [[2, long]],
  ],
])("%s", async (_, content, rows, uneven) => {
  expect(await evened(content)).toEqual({ isCopy: true, rows, uneven });
});

test("a file whose rows are even is read where it is", async () => {
  expect(await evened("a,b\n1,2\n")).toEqual({ isCopy: false, rows: [["1", "2"]], uneven: [] });
});

test.each([
  ["a quote that is never closed", 'a,b\n1,2\n3\n"4,5\n', /is never closed/],
  ["text behind a quote", 'a,b\n1,2\n3\n"4"x,5\n', /text after a closing quote/],
  ["no row of the header's width", "a,b\n1\n2,3,4\n", /row 1 has 1 field, the header 2; row 2 has 3 fields/],
  ["a header that is none", "a,a\n1,2\n3\n", /more than one column named "a"/],
])("a file with %s is refused as a whole, by its own name", async (_, content, message) => {
  await expect(evened(content)).rejects.toMatchObject({
    code: "DATA_INVALID",
    message: expect.stringMatching(message),
  });
  await expect(evened(content)).rejects.toThrow(folder("rows.csv"));
});

test("what fails for another reason fails as it did", async () => {
  const fault = new PlatformError("DATA_UNREADABLE", "It is not text.");
  await writeFile(folder("rows.csv"), "a,b\n1\n1,2\n");
  const opening = withEvenRows(
    folder("rows.csv"),
    [],
    () => Promise.reject(fault),
    () => Promise.resolve(),
  );
  await expect(opening).rejects.toBe(fault);
});

test("a file of many megabytes is copied row by row, wherever its parts end", async () => {
  const text = (row: number): string => `${"ä".repeat(row % 50)}${row}`;
  const lines = Array.from({ length: 60_000 }, (_, row) =>
    row % 1000 === 7 ? text(row) : row % 1000 === 500 ? `${text(row)},"x\n",y` : `${text(row)},"${row}"`,
  );
  const content = `a,b\n${lines.join("\n")}\n`;
  expect(Buffer.byteLength(content)).toBeGreaterThan(3 * 2 ** 20);
  const { rows, uneven } = await evened(content);
  expect(rows).toHaveLength(lines.length);
  const wrong = rows.filter(([a, b], row) => {
    const second = row % 1000 === 7 ? "" : row % 1000 === 500 ? "x\n" : String(row);
    return a !== text(row) || b !== second;
  });
  expect(wrong).toEqual([]);
  expect(uneven.map(([row]) => row)).toEqual(
    lines.flatMap((_, row) => (row % 1000 === 7 || row % 1000 === 500 ? [row + 1] : [])),
  );
});
