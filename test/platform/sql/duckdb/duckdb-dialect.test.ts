import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readCsvRows } from "../../../../platform/data/csv/csv-rows";
import type { EmbeddedEngine } from "../../../../platform/sql/engine";
import { literal } from "../../../../platform/sql/engine";
import { openEngine } from "../../../../platform/sql/open-engine";

let engine: EmbeddedEngine;
let folder: string;

beforeAll(async () => {
  engine = await openEngine();
  folder = await mkdtemp(path.join(tmpdir(), "dialect-"));
});

afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

async function valueOf(expression: string): Promise<unknown> {
  const [row] = await engine.rows(`SELECT ${expression} AS x`);
  return row?.x;
}

test.each([
  ["12", true],
  ["a12", false],
  ["12a", false],
  ["", false],
])("the whole of %p is compared with a pattern", async (text, matches) => {
  expect(await valueOf(engine.dialect.matches(literal(text), "[0-9]+"))).toBe(matches);
});

test.each([
  ["1.5e3", 1500],
  ["one", null],
])("%p as a double is %p", async (text, number) => {
  expect(await valueOf(engine.dialect.tryDouble(literal(text)))).toBe(number);
});

test.each([
  ["3", 2],
  ["4", 2.5],
])("the median of the numbers from 1 to %s is %p", async (last, median) => {
  const numbers = `(SELECT * FROM (VALUES (1), (4), (3), (2)) AS v (n) WHERE n <= ${last}) AS numbers`;
  const [row] = await engine.rows(`SELECT ${engine.dialect.median("n")} AS x FROM ${numbers}`);
  expect(row).toEqual({ x: median });
});

test.each([
  ["0e0", "-0e0", true],
  ["CAST(NULL AS DOUBLE)", "CAST(NULL AS DOUBLE)", true],
  ["CAST('NaN' AS DOUBLE)", "-CAST('NaN' AS DOUBLE)", true],
  ["'a'", "concat('', 'a')", true],
  ["1e0", "2e0", false],
  ["CAST(NULL AS STRING)", "''", false],
])("the quick hash of %s and of %s, beside another value, is the same: %p", async (one, other, isSame) => {
  const { quickHash } = engine.dialect;
  expect(await valueOf(`${quickHash([one, "1"])} = ${quickHash([other, "1"])}`)).toBe(isSame);
});

describe("the hash of a row", () => {
  const hashOf = (...values: [sql: string, isNumber: boolean][]): Promise<unknown> =>
    valueOf(
      engine.dialect.hexadecimal(
        engine.dialect.rowHash(values.map(([sql, isNumber]) => ({ sql, isNumber }))),
      ),
    );

  test.each<[string, [string, boolean], [string, boolean], boolean]>([
    ["a whole number and the same as a double", ["7", true], ["7e0", true], true],
    ["the two zeros", ["0e0", true], ["-0e0", true], true],
    ["a missing number and 0", ["NULL", true], ["0", true], false],
    ["a missing text and none", ["NULL", false], ["''", false], false],
    ["a number and its text", ["7", true], ["'7'", false], false],
    [
      "texts that differ behind their twelfth letter",
      ["'abcdefghijklmn'", false],
      ["'abcdefghijklmo'", false],
      false,
    ],
  ])("of %s", async (_, one, other, same) => {
    expect((await hashOf(one)) === (await hashOf(other))).toBe(same);
  });

  test("is the same for ever, for a row of each kind of value", async () => {
    expect(await hashOf(["1", true], ["NULL", true], ["'a'", false], ["NULL", false])).toBe(
      "45a0a549788ac98e",
    );
  });

  test("is the same for a row of many as for it alone", async () => {
    const hash = engine.dialect.rowHash([
      { sql: "n", isNumber: true },
      { sql: "'v' || n", isNumber: false },
    ]);
    const rows = await engine.rows(
      `SELECT ${engine.dialect.hexadecimal(hash)} AS h FROM range(5000) AS numbers(n)`,
    );
    expect(rows[4321]?.h).toBe(await hashOf(["4321", true], ["'v4321'", false]));
    expect(new Set(rows.map(({ h }) => h)).size).toBe(5000);
  });
});

test.each([
  ["'it''s'", 1],
  ["''", 2],
  ["'x'", null],
  ["NULL", null],
])("%s is among texts at %p", async (text, position) => {
  expect(await valueOf(engine.dialect.positionAmong(text, ["a", "it's", "", "é"]))).toBe(position);
});

test("a text is among no texts nowhere, and found among very many", async () => {
  expect(await valueOf(engine.dialect.positionAmong("'a'", []))).toBe(null);
  const many = Array.from({ length: 100_000 }, (_, index) => `v${index}`);
  expect(await valueOf(engine.dialect.positionAmong("'v77777'", many))).toBe(77_777);
});

test("two tables lie beside each other by the order of their rows", async () => {
  await engine.run("CREATE TABLE one AS SELECT range AS a FROM range(3000)");
  await engine.run("CREATE TABLE other AS SELECT 3000 - range AS b FROM range(3000)");
  const both = engine.besideEachOther("one", "other");
  expect(await engine.rows(`SELECT count(*) AS n FROM (${both}) AS b WHERE a + b = 3000`)).toEqual([
    { n: 3000 },
  ]);
});

test("a CSV file is text by column, in its order, with NULL for an empty field", async () => {
  const file = path.join(folder, "it's.csv");
  await writeFile(file, 'a,b\n2,"x, ""y"""\n1,\n');
  const { from, rowNumber } = await engine.csvRows(file, { columns: 2, delimiter: ",", gzip: false });
  expect(await engine.rows(`SELECT ${rowNumber} AS n, c0, c1 FROM ${from}`)).toEqual([
    { n: 1, c0: "2", c1: 'x, "y"' },
    { n: 2, c0: "1", c1: null },
  ]);
});

test("a CSV file is written below the header that is given, and its fields are those that were", async () => {
  const file = path.join(folder, "o'ut.csv");
  const query = `SELECT * FROM (VALUES (1, 'a,"b"', 0.1e0), (2, NULL, CAST('1e300' AS DOUBLE)), (3, E'c\\nd', NULL)) AS v (a, b, c)`;
  await engine.writeCsv(query, file, 'x,"X, it\'s",x');
  const rows: string[][] = [];
  readCsvRows(await readFile(file, "utf8"), {
    onRow: (fields) => rows.push(fields),
    onFault: (fault) => {
      throw new Error(fault);
    },
  });
  expect(rows).toEqual([
    ["x", "X, it's", "x"],
    ["1", 'a,"b"', "0.1"],
    ["2", "", "1e+300"],
    ["3", "c\nd", ""],
  ]);
});

test("what is written as Parquet is read again, columns matched by name and described", async () => {
  const [first, second] = [path.join(folder, "1.parquet"), path.join(folder, "2.parquet")];
  await engine.writeParquet("SELECT 1 AS a, CAST(0.5 AS FLOAT) AS b", first);
  await engine.writeParquet("SELECT CAST(1.5 AS FLOAT) AS b, 2 AS a", second);
  expect(await engine.parquetNames(second)).toEqual(["b", "a"]);
  const { from, rowNumber } = await engine.parquetRows([first, second], ["a", "b"]);
  const query = `SELECT * FROM ${from}`;
  expect(await engine.rows(`SELECT ${rowNumber} AS n, a FROM ${from}`)).toEqual([
    { n: 1, a: 1 },
    { n: 2, a: 2 },
  ]);
  expect(await engine.rows(`${query} ORDER BY a`)).toEqual([
    { a: 1, b: 0.5 },
    { a: 2, b: 1.5 },
  ]);
  expect(await engine.columns(query)).toEqual([
    { name: "a", type: "INTEGER", singlePrecision: false, binaryNumber: true },
    { name: "b", type: "FLOAT", singlePrecision: true, binaryNumber: true },
  ]);
});
