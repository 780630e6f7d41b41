import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { loadData } from "../../../../platform/data/source";
import type { SqlEngine } from "../../../../platform/sql/engine";
import { openEngine } from "../../../../platform/sql/open-engine";
import { numbersOnly } from "../definitions";

const abc = numbersOnly(["a", "b", "c"]);

let engine: SqlEngine;
let folder: string;
beforeAll(async () => {
  engine = await openEngine();
  folder = await mkdtemp(path.join(tmpdir(), "mlops-refused-"));
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
}

const anyData =
  "Data is a CSV file with a header line, a Parquet file, or a folder of CSV or of Parquet files; name one.";
const notText = "Data is a CSV file in UTF-8 or a Parquet file";
test.each<[string, string | Uint8Array, "DATA_UNREADABLE" | "DATA_INVALID", string]>([
  ["an empty file", "", "DATA_UNREADABLE", `is empty. ${anyData}`],
  [
    "a header only",
    "a,b,c\n",
    "DATA_INVALID",
    "has a header and no rows. Data has one row per line below the header; add some.",
  ],
  [
    "a header without a line end",
    "a,b,c",
    "DATA_INVALID",
    "has a header and no rows. Data has one row per line below the header; add some.",
  ],
  [
    "no header",
    "1,2.5,-3,4\n5,6,7,8\n",
    "DATA_INVALID",
    "starts with values (1, 2.5, -3, ...), not with names. The first line holds the column names; add it.",
  ],
  [
    "two columns of one name",
    "a,b,c,a,b\n1,2,3,4,5\n",
    "DATA_INVALID",
    'has more than one column named "a", "b". Column names are unique; rename or remove one of them.',
  ],
  [
    "a ragged row",
    "a,b,c\n1,2,3\n1,2\n",
    "DATA_INVALID",
    "is not a well-formed CSV file: row 2 has 2 fields, the header 3. Every row has the fields of the header, separated by commas; a field with a comma, a quote or a line break stands in double quotes, with quotes inside it doubled. Correct the rows (the header is not counted).",
  ],
  [
    "a byte of ISO 8859-1",
    Buffer.from("a,b,c\n1,2,3\ncaf\xe9,5,6\n", "latin1"),
    "DATA_UNREADABLE",
    "is not UTF-8: byte 0xe9 at offset 15, in or near data row 2. Save the file in UTF-8 (it may be in Windows-1252 or ISO 8859-1).",
  ],
  [
    "half a character at its end",
    Buffer.from("a,b,c\n1,2,\xe2\x82", "latin1"),
    "DATA_UNREADABLE",
    "is not UTF-8: byte 0xe2 at offset 10, in or near data row 1. Save the file in UTF-8 (it may be in Windows-1252 or ISO 8859-1).",
  ],
  [
    "UTF-16",
    Buffer.from("\ufeffa,b,c\n1,2,3\n", "utf16le"),
    "DATA_UNREADABLE",
    `is text in UTF-16. ${notText}. Save it as CSV in UTF-8.`,
  ],
  [
    "UTF-16 without a mark",
    Buffer.from("a,b,c\n1,2,3\n", "utf16le"),
    "DATA_UNREADABLE",
    `has a NUL byte at offset 1, so it is not text. ${notText}; save it as one of them.`,
  ],
  [
    "a NUL byte",
    "a,b,c\n1,2,\0\n",
    "DATA_UNREADABLE",
    `has a NUL byte at offset 10, so it is not text. ${notText}; save it as one of them.`,
  ],
  [
    "a gzip file in a gzip file",
    gzipSync(gzipSync("a,b,c\n1,2,3\n")),
    "DATA_UNREADABLE",
    `is compressed by gzip twice. ${notText}. Unpack it.`,
  ],
  [
    "a gzip file cut short",
    gzipSync("a,b,c\n1,2,3\n".repeat(500)).subarray(0, -10),
    "DATA_UNREADABLE",
    "is compressed by gzip and is damaged or cut short. Compress or copy it again.",
  ],
  [
    "a gzip file with damage",
    gzipSync("a,b,c\n1,2,3\n").map((byte, index) => (index === 12 ? byte ^ 0xff : byte)),
    "DATA_UNREADABLE",
    "is compressed by gzip and is damaged or cut short. Compress or copy it again.",
  ],
  [
    "a gzip file of UTF-16",
    gzipSync(Buffer.from("\ufeffa,b,c\n1,2,3\n", "utf16le")),
    "DATA_UNREADABLE",
    `is text in UTF-16. ${notText}. Save it as CSV in UTF-8.`,
  ],
  [
    "a gzip file of ISO 8859-1",
    gzipSync(Buffer.from("a,b,c\n1,2,3\ncaf\xe9,5,6\n", "latin1")),
    "DATA_UNREADABLE",
    "is not UTF-8: byte 0xe9 at offset 15, in or near data row 2. Save the file in UTF-8 (it may be in Windows-1252 or ISO 8859-1).",
  ],
  [
    "a gzip file of a workbook",
    gzipSync(Buffer.from([0x50, 0x4b, 3, 4, 20, 0])),
    "DATA_UNREADABLE",
    `is a zip archive or an Excel workbook. ${notText}. Save it as CSV in UTF-8.`,
  ],
  [
    "an Excel workbook",
    Buffer.from([0x50, 0x4b, 3, 4, 20, 0]),
    "DATA_UNREADABLE",
    `is a zip archive or an Excel workbook. ${notText}. Save it as CSV in UTF-8.`,
  ],
  [
    "a Parquet file cut short",
    "PAR1\x15\x04\x15",
    "DATA_UNREADABLE",
    'is not a whole Parquet file. Such a file begins and ends with "PAR1"; write or copy it again.',
  ],
  [
    "a Parquet file with damage",
    "PAR1 nothing that makes sense PAR1",
    "DATA_UNREADABLE",
    "cannot be read as Parquet. It may be damaged, or have changed while it was read; write or copy it again.",
  ],
])("%s is refused", async (_, content, code, message) => {
  const file = await write("bad", content);
  await expect(loadData(engine, abc, file)).rejects.toMatchObject({ code, message: `${file} ${message}` });
});

test("a byte that is not UTF-8 is found in a large file, past characters that are", async () => {
  const start = Buffer.from(`a,b,c\n${"é€😀\ufffd,2,3\n".repeat(150_000)}`);
  const file = await write("large.csv", Buffer.concat([start, Buffer.from([0xff, 0x0a])]));
  await expect(loadData(engine, abc, file)).rejects.toMatchObject({
    code: "DATA_UNREADABLE",
    message: `${file} is not UTF-8: byte 0xff at offset ${start.length}, in or near data row 150001. Save the file in UTF-8 (it may be in Windows-1252 or ISO 8859-1).`,
  });
});

test.each<[string, string, string]>([
  [
    "a missing file",
    "nowhere.csv",
    "There is no file FILE. Check the path, or name another: in the command, or as `data` in the model's definition.",
  ],
  [
    "a folder without CSV and Parquet files",
    "empty",
    "FILE is a folder without CSV and Parquet files. Data is a CSV file, a Parquet file, or a folder of CSV or of Parquet files; name one.",
  ],
])("%s is refused", async (_, name, message) => {
  await mkdir(path.join(folder, "empty"), { recursive: true });
  const file = path.join(folder, name);
  await expect(loadData(engine, abc, file)).rejects.toMatchObject({
    code: "DATA_UNREADABLE",
    message: message.replace("FILE", file),
  });
});

test("a CSV file with the name of a Parquet file is refused", async () => {
  const file = await write("named.parquet", "a,b,c\n1,2,3\n");
  await expect(loadData(engine, abc, file)).rejects.toMatchObject({
    code: "DATA_UNREADABLE",
    message: `${file} is not a whole Parquet file. Such a file begins and ends with "PAR1"; write or copy it again.`,
  });
});

test.each(["x", "label"])(
  "a Parquet file that is damaged in the column %s is refused when it is loaded",
  async (column) => {
    const file = path.join(folder, "damaged.parquet");
    await engine.run(
      `COPY (SELECT CAST(hash(range) AS DOUBLE) AS x, md5(CAST(range AS VARCHAR)) AS label, range AS y FROM range(5000)) TO '${file}' (FORMAT parquet)`,
    );
    const [place] = await engine.rows(
      `SELECT data_page_offset AS start, total_compressed_size AS size FROM parquet_metadata('${file}') WHERE path_in_schema = '${column}'`,
    );
    const bytes = await readFile(file);
    const start = Number(place?.start);
    bytes.fill(0xff, start, start + Number(place?.size));
    await writeFile(file, bytes);
    const definition = numbersOnly(["x", "label", "y"]);
    const columns = definition.columns.map((one) =>
      one.name === "label" ? ({ ...one, type: "category" } as const) : one,
    );
    await expect(loadData(engine, { ...definition, columns }, file)).rejects.toMatchObject({
      code: "DATA_UNREADABLE",
      message: `${file} cannot be read. It may be damaged, or have changed while it was read; write or copy it again.`,
    });
  },
);
