import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { FileFields } from "../../../platform/data/file-fields";
import { loadData, loadText } from "../../../platform/data/source";
import {
  parseModelDefinition,
  type DataFormat,
  type ModelDefinition,
  type ModelDefinitionInput,
} from "../../../platform/definition/definition";
import { digestOfDirectory, digestOf, digestOfFile } from "../../../platform/base/files";
import type { SqlEngine } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";
import { stampOf } from "../../../platform/data/unchanged";
import { numbersOnly } from "./definitions";

const abc = numbersOnly(["a", "b", "c"]);
const mixed = parseModelDefinition(
  {
    name: "mixed",
    task: "regression",
    data: "data.csv",
    columns: [
      { name: "size", type: "number", nullable: true },
      { name: "kind", type: "category", nullable: true },
      { name: "open", type: "boolean" },
      { name: "price", type: "number", role: "target" },
    ],
    trainer: { kind: "ridge", alpha: 1 },
    gate: { metric: "rmse" },
  },
  "mixed",
);

let engine: SqlEngine;
let folder: string;
beforeAll(async () => {
  engine = await openEngine();
  folder = await mkdtemp(path.join(tmpdir(), "mlops-source-"));
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

async function writeParquet(name: string, select: string): Promise<string> {
  const file = await write(name, "");
  await engine.run(`COPY (${select}) TO '${file}' (FORMAT parquet)`);
  return file;
}

const rows = (): Promise<unknown[]> => engine.rows("SELECT * FROM data ORDER BY _row");

describe("a CSV file", () => {
  test("is loaded by type, in file order, with empty fields missing", async () => {
    const text =
      'price,note,size,open,kind\n10,x,1.5,true,"a, ""b"""\n-2e3,,,0,\n+.5,y,7.,FALSE,"line\nbreak"\n0,z,-0,1,""\n';
    const file = await write("mixed.csv", text);
    expect(await loadData(engine, mixed, file)).toEqual({
      file,
      stamp: await stampOf({ file }),
      format: "csv",
      delimiter: ",",
      digest: digestOf(text),
      rows: 4,
      header: ["price", "note", "size", "open", "kind"],
    });
    expect(await rows()).toEqual([
      { _row: 1, size: 1.5, kind: 'a, "b"', open: true, price: 10 },
      { _row: 2, size: null, kind: null, open: false, price: -2000 },
      { _row: 3, size: 7, kind: "line\nbreak", open: false, price: 0.5 },
      { _row: 4, size: -0, kind: null, open: true, price: 0 },
    ]);
  });

  test.each([
    ["a byte order mark", "\ufeffa,b,c\n1,2,3\n"],
    ["Windows line ends", "a,b,c\r\n1,2,3\r\n"],
    ["both kinds of line ends", "a,b,c\r\n1,2,3\n\r\n"],
    ["no line end at its end", "a,b,c\n1,2,3"],
    ["quoted names and values", '"a","b","c"\n"1","2","3"\n'],
    ["a quoted name over two lines", 'a,"x\ny",b,c\n1,9,2,3\n'],
    ["columns in another order", "c,b,a\n3,2,1\n"],
    ["an extra column without a name", ",a,b,c\n0,1,2,3\n"],
    ["several columns without a name", ",a,b,c,, \n0,1,2,3,,\n"],
    ["semicolons", "a;b;c\n1;2;3\n"],
    ["semicolons, and commas in a name", '"x, y";a;b;c\r\n0;1;2;3\r\n'],
    ["semicolons, and commas in text", "a;note;b;c\n1;w, x, y, z;2;3\n"],
    ["tabs", "a\tb\tc\n1\t2\t3\n"],
    ["vertical bars", "a|b|c\n1|2|3\n"],
    ["an extra column that differs in case", "A,a,b,c\n0,1,2,3\n"],
  ])("may have %s", async (_, text) => {
    await loadData(engine, abc, await write("variant.csv", text));
    expect(await rows()).toEqual([{ _row: 1, a: 1, b: 2, c: 3 }]);
  });

  test.each(["it's.csv", "[1]*?.csv", "data with spaces", "ünï/c€.csv"])("may be named %p", async (name) => {
    await loadData(engine, abc, await write(name, "a,b,c\n1,2,3\n"));
    expect(await rows()).toEqual([{ _row: 1, a: 1, b: 2, c: 3 }]);
  });

  test("without some of the columns has NULL there, for the checks to find", async () => {
    const { header } = await loadData(engine, mixed, await write("part.csv", "kind,other\nx,1\n"));
    expect(header).toEqual(["kind", "other"]);
    expect(await rows()).toEqual([{ _row: 1, size: null, kind: "x", open: null, price: null }]);
  });

  test("of 200 columns is loaded like any other", async () => {
    const names = Array.from({ length: 197 }, (_, index) => `extra ${index}`);
    const line = (values: string): string => `${names.map(() => "7").join()},${values}\n`;
    const text = `${names.join()},a,b,c\n${line("1,2,3").repeat(500)}`;
    expect((await loadData(engine, abc, await write("wide.csv", text))).header).toHaveLength(200);
    expect(await engine.rows("SELECT sum(a) AS a, sum(b) AS b, sum(c) AS c FROM data")).toEqual([
      { a: 500, b: 1000, c: 1500 },
    ]);
  });

  test("replaces what was loaded before", async () => {
    await loadData(engine, abc, await write("first.csv", "a,b,c\n1,2,3\n4,5,6\n"));
    await loadData(engine, mixed, await write("second.csv", "size,kind,open,price\n1,x,1,2\n"));
    expect(await rows()).toEqual([{ _row: 1, size: 1, kind: "x", open: true, price: 2 }]);
  });
});

test.each<[string, number | null]>([
  ["12", 12],
  ["-0.5", -0.5],
  ["+3", 3],
  [".5", 0.5],
  ["5.", 5],
  ["1e-3", 0.001],
  ["2E+05", 200_000],
  ["0.1", 0.1],
  ["12345678901234567890", 12345678901234567000],
  ["1.7976931348623157e308", Number.MAX_VALUE],
  ["1e-400", 0],
  [" 12", 12],
  ["12 ", 12],
  ["1\u00a0", 1],
  ...["1e400", "-1e400", "inf", "-Infinity", "nan", "NaN", "1_000", "1 000", "0x10", "0b1", "1d", "1f"].map(
    (text): [string, null] => [text, null],
  ),
  ...["--1", "1e", "e5", ".", "+", "1.2.3", "true", "١", "12%", "$5", "NULL", "NA"].map(
    (text): [string, null] => [text, null],
  ),
])("%p as a number is %p", async (text, expected) => {
  await loadData(engine, abc, await write("number.csv", `a,b,c\n"${text}",2,3\n`));
  expect(await rows()).toEqual([{ _row: 1, a: expected, b: 2, c: 3 }]);
  expect(await engine.rows("SELECT a FROM raw")).toEqual([{ a: text }]);
});

describe("the definition's format", () => {
  const kinds = (format: ModelDefinitionInput["format"]): ModelDefinition =>
    parseModelDefinition(
      {
        ...mixed,
        format,
        columns: [
          { name: "key", type: "category", role: "id" },
          { name: "size", type: "number", nullable: true },
          { name: "land", type: "category", values: ["NA", "ZA"] },
          { name: "kind", type: "category", nullable: true },
          { name: "price", type: "number", role: "target" },
        ],
      },
      "kinds",
    );

  test("says which texts mean that a value is missing: none in an id, none that is a value of its category", async () => {
    const file = await write(
      "missing.csv",
      "key,size,land,kind,price\nNA,NA,NA,NA,1\n-, - ,ZA,-,2\nx,  ,NA,n/a,3\n",
    );
    await loadData(engine, kinds({ missing: ["NA", "-", " "] }), file);
    expect(await rows()).toEqual([
      { _row: 1, key: "NA", size: null, land: "NA", kind: null, price: 1 },
      { _row: 2, key: "-", size: null, land: "ZA", kind: null, price: 2 },
      { _row: 3, key: "x", size: null, land: "NA", kind: "n/a", price: 3 },
    ]);
    expect(await engine.rows("SELECT count(size) AS n FROM raw")).toEqual([{ n: 0 }]);
  });

  test.each<[DataFormat["decimal"], DataFormat["thousands"], string, number | null]>([
    [",", undefined, "1,5", 1.5],
    [",", undefined, "-,5e-3", -0.0005],
    [",", undefined, "12", 12],
    [",", undefined, "1.5", null],
    [",", undefined, "1.234,5", null],
    [",", ".", "1.234.567,89", 1234567.89],
    [",", ".", "1.234", 1234],
    [",", ".", "1234,5", 1234.5],
    [",", ".", "1.5", null],
    [",", ".", "12.34,5", null],
    [",", " ", "1\u00a0234\u202f567,5", 1234567.5],
    [",", " ", "1 234", 1234],
    [",", " ", "1 23", null],
    [",", "'", "-1'234,5", -1234.5],
    [".", ",", "1,234,567.89", 1234567.89],
    [".", ",", "-12,345", -12345],
    [".", ",", "1234.5", 1234.5],
    [".", ",", "1,5", null],
    [".", ",", "1,2345", null],
    [".", ",", ",123", null],
    [".", ",", "0,123", null],
    [".", "'", "1’234.5", 1234.5],
    [".", undefined, "1,234", null],
  ])("with decimal %p and thousands %p reads %p as %p", async (decimal, thousands, text, number) => {
    const file = await write("notation.csv", `key;size;land;kind;price\nx;${text};ZA;;1\n`);
    await loadData(engine, kinds({ decimal, ...(thousands && { thousands }) }), file);
    expect(await engine.rows("SELECT size FROM data")).toEqual([{ size: number }]);
  });

  test("of numbers is for text: those of a Parquet file are what they are", async () => {
    const file = await writeParquet(
      "numbers.parquet",
      "SELECT 1.234 AS size, 'x' AS key, 'ZA' AS land, 'NA' AS kind, 2.5 AS price",
    );
    await loadData(engine, kinds({ decimal: ",", thousands: ".", missing: ["NA"] }), file);
    expect(await rows()).toEqual([{ _row: 1, key: "x", size: 1.234, land: "ZA", kind: null, price: 2.5 }]);
  });
});

describe("a Parquet file", () => {
  test("is loaded whatever its types are", async () => {
    const file = await writeParquet(
      "types.parquet",
      `SELECT CAST(i * 0.1 AS FLOAT) AS size, CAST(i AS INTEGER) AS kind, i = 1 AS open, CAST(i + 0.25 AS DECIMAL(9, 2)) AS price,
       [i] AS list FROM range(1, 3) AS t(i) UNION ALL SELECT NULL, NULL, NULL, CAST('nan' AS DOUBLE), NULL`,
    );
    expect(await loadData(engine, mixed, file)).toEqual({
      file,
      stamp: await stampOf({ file }),
      format: "parquet",
      digest: await digestOfFile(file),
      rows: 3,
      header: ["size", "kind", "open", "price", "list"],
    });
    expect(await rows()).toEqual([
      { _row: 1, size: Math.fround(0.1), kind: "1", open: true, price: 1.25 },
      { _row: 2, size: Math.fround(0.2), kind: "2", open: false, price: 2.25 },
      { _row: 3, size: null, kind: null, open: null, price: null },
    ]);
    expect(await engine.rows("SELECT price FROM raw WHERE _row = 3")).toEqual([{ price: "nan" }]);
  });

  test.each([
    ["a column twice", "twice.parquet", 'more than one column named "a"'],
    [
      "names that differ in capitals alone",
      "capitals.parquet",
      'columns whose names differ in capitals alone, "a", "A", which are one name to SQL',
    ],
  ])("with %s is refused, as the engine gives one of them another name", async (_, name, fault) => {
    // Written by pyarrow, with the columns a, a, b and a, A, A_1: DuckDB itself does not write such a file.
    const file = path.join(__dirname, "fixtures", name);
    const message = `${file} has ${fault}. Column names are unique; rename or remove one of them.`;
    await expect(loadData(engine, numbersOnly(["a", "b"]), file)).rejects.toMatchObject({
      code: "DATA_INVALID",
      message,
    });
    await expect(loadText(engine, file)).rejects.toThrow(message);
    await expect(FileFields.open(engine, [], file)).rejects.toThrow(message);
  });

  test("may have columns with parts of the same names inside", async () => {
    const file = await writeParquet(
      "nested.parquet",
      "SELECT {'a': 1, 'b': {'a': 2}} AS s, [1, 2] AS list, 7 AS a, {'b': 3} AS t, 8 AS b",
    );
    const { header } = await loadData(engine, numbersOnly(["a", "b"]), file);
    expect(header).toEqual(["s", "list", "a", "t", "b"]);
    expect(await rows()).toEqual([{ _row: 1, a: 7, b: 8 }]);
  });

  test("has no value where a text has the character NUL, which CSV cannot have", async () => {
    const file = await writeParquet(
      "nul.parquet",
      "SELECT 1 AS size, 'x' || chr(0) || 'y' AS kind, true AS open, 1 AS price UNION ALL SELECT 1, 'x', true, 1",
    );
    await loadData(engine, mixed, file);
    expect(
      await engine.rows("SELECT r.kind AS raw, d.kind AS kind FROM raw r JOIN data d USING (_row)"),
    ).toEqual([
      { raw: "x\0y", kind: null },
      { raw: "x", kind: "x" },
    ]);
  });

  test("gives the numbers of the CSV file with the same values, to the last bit", async () => {
    const values = [0.1, 1 / 3, 1e-300, 1.7976931348623157e308, 123456.789, 5e-324, -2.5e17];
    const csv = await write("bits.csv", `a,b,c\n${values.map((value) => `${value},1,2\n`).join("")}`);
    await loadData(engine, abc, csv);
    const fromCsv = await rows();
    const parquet = await writeParquet("bits.parquet", "SELECT a, b, c FROM data ORDER BY _row");
    await loadData(engine, abc, parquet);
    expect(await rows()).toEqual(fromCsv);
    expect(fromCsv).toMatchObject(values.map((a) => ({ a })));
  });

  test("may be one of several in a folder, in the order of their paths", async () => {
    await writeParquet("parts/2.parquet", "SELECT 4 AS a, 5 AS b, 6 AS c");
    await writeParquet("parts/1/x.parquet", "SELECT 3.5 AS c, 2 AS b, 1 AS a");
    await write("parts/_SUCCESS", "");
    await write("parts/.x.parquet", "no data");
    const file = path.join(folder, "parts");
    const source = await loadData(engine, abc, file);
    expect(source).toMatchObject({ format: "parquet", rows: 2, files: ["1/x.parquet", "2.parquet"] });
    await rm(path.join(file, "_SUCCESS"));
    await rm(path.join(file, ".x.parquet"));
    expect(source.digest).toBe(await digestOfDirectory(file));
    expect(await rows()).toEqual([
      { _row: 1, a: 1, b: 2, c: 3.5 },
      { _row: 2, a: 4, b: 5, c: 6 },
    ]);
  });

  test("with other columns than the first in the folder is refused", async () => {
    await writeParquet("odd/1.parquet", "SELECT 1 AS a, 2 AS b, 3 AS c");
    const second = await writeParquet("odd/2.parquet", "SELECT 1 AS a, 2 AS b, 3 AS d");
    await expect(loadData(engine, abc, path.join(folder, "odd"))).rejects.toMatchObject({
      code: "DATA_INVALID",
      message: `${second} lacks "c" and has "d" besides, unlike 1.parquet. All Parquet files of a folder have the same columns; write them again, or remove the odd ones.`,
    });
  });

  test("without rows is refused", async () => {
    const file = await writeParquet("none.parquet", "SELECT 1 AS a, 2 AS b, 3 AS c WHERE FALSE");
    await expect(loadData(engine, abc, file)).rejects.toMatchObject({
      code: "DATA_INVALID",
      message: `${file} has no rows. Data has at least one; add some.`,
    });
  });
});

describe("a folder of CSV files", () => {
  test("is one table, in the order of their paths, with columns by name; the rest of the folder does not count", async () => {
    await write("table/2.csv", "c,b,a\n6,5,4\n9,8,7\n");
    await write("table/1/first.csv", 'a,b,c\r\n"1",2,3');
    await write("table/_SUCCESS", "");
    await write("table/manifest.json", "{}");
    await write("table/_temporary/3.csv", "half a ro");
    const file = path.join(folder, "table");
    const source = await loadData(engine, abc, file);
    expect(source).toMatchObject({
      format: "csv",
      rows: 3,
      header: ["a", "b", "c"],
      files: ["1/first.csv", "2.csv"],
    });
    const loaded = [
      { _row: 1, a: 1, b: 2, c: 3 },
      { _row: 2, a: 4, b: 5, c: 6 },
      { _row: 3, a: 7, b: 8, c: 9 },
    ];
    expect(await rows()).toEqual(loaded);

    await write("table/3.csv", "a,b,c\n10,11,12\n");
    expect(await loadData(engine, abc, file, source.files)).toEqual(source);
    expect(await rows()).toEqual(loaded);
    expect((await loadData(engine, abc, file)).rows).toBe(4);
    await rm(path.join(file, "2.csv"));
    await expect(loadData(engine, abc, file, source.files)).rejects.toMatchObject({
      code: "CONFLICT",
      message: `${file} no longer has "2.csv", which was checked. Files of a table stay until a run has ended. Restore it, or start again with the check.`,
    });
  });

  test("with other columns than the first, or with Parquet files among them, is refused", async () => {
    await write("odd-csv/1.csv", "a,b,c\n1,2,3\n");
    const second = await write("odd-csv/2.csv", "a,b,d\n1,2,3\n");
    const odd = path.join(folder, "odd-csv");
    await expect(loadData(engine, abc, odd)).rejects.toMatchObject({
      code: "DATA_INVALID",
      message: `${second} lacks "c" and has "d" besides, unlike 1.csv. All CSV files of a folder have the same columns; write them again, or remove the odd ones.`,
    });
    await writeParquet("odd-csv/3.parquet", "SELECT 1 AS a, 2 AS b, 3 AS c");
    await expect(loadData(engine, abc, odd)).rejects.toMatchObject({
      code: "DATA_UNREADABLE",
      message: `${odd} has CSV files (1.csv) and Parquet files (3.parquet). A folder of data holds one kind. Remove the other.`,
    });
  });
});
