import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { checkData } from "../../../platform/data/checks/checks";
import { loadData, loadText } from "../../../platform/data/source";
import { splitData } from "../../../platform/data/split/split";
import type { ColumnDefinition, ModelDefinition } from "../../../platform/definition/definition";
import { readCsvRows } from "../../../platform/data/csv/csv-rows";
import { literal, type SqlEngine, type SqlRow } from "../../../platform/sql/engine";
import { hashNumbers } from "../../../platform/sql/row-hash";
import { rowsWhere } from "../../../platform/sql/rows-where";
import { sample } from "../data/check-file";
import { useTemporaryFolder } from "../base/temporary-folder";
import { shippedDefinition, splitOf } from "../../training/shipped-data";

/** Values of expressions by their names, in one statement, as a server takes its time for each. */
async function valuesOf(engine: SqlEngine, expressions: Readonly<Record<string, string>>): Promise<SqlRow> {
  const named = Object.entries(expressions).map(([name, sql]) => `${sql} AS ${name}`);
  const [row = {}] = await engine.rows(`SELECT ${named.join(", ")}`);
  return row;
}

const hex = (words: Uint32Array): string =>
  [words[1], words[0]].map((word) => (word ?? 0).toString(16).padStart(8, "0")).join("");

/** What the split hashes of a field, written a second time. */
function canonical({ type }: ColumnDefinition, field: string): string {
  if (field === "" || type === "category") return field;
  if (type === "boolean") return ["1", "true"].includes(field) ? "true" : "false";
  const size = Math.abs(Number(field));
  const fraction = BigInt(Math.floor((size - Math.floor(size)) * 2 ** 62));
  return `${Number(field) < 0 ? "-" : ""}${Math.floor(size)}.${fraction}`;
}

/** Numbers of the rows that are held out, by Node's own MD5. */
function heldOutRows({ columns, split }: ModelDefinition, file: string): number[] {
  const rows: string[][] = [];
  readCsvRows(readFileSync(file, "utf8"), {
    onRow: (fields) => rows.push(fields),
    onFault: (fault) => {
      throw new Error(fault);
    },
  });
  const [header = [], ...data] = rows;
  const sorted = [...columns].sort((a, b) => (a.name < b.name ? -1 : 1));
  const limit = Math.round(split.testFraction * 2 ** 32);
  return data.flatMap((fields, index) => {
    const texts = sorted.map((column) => canonical(column, fields[header.indexOf(column.name)] ?? ""));
    const digest = createHash("md5")
      .update([split.seed, ...texts].join("|"))
      .digest();
    return digest.readUInt32BE(0) < limit ? [index + 1] : [];
  });
}

/** What every SQL engine does alike. The engine is opened once: a server takes its time. */
export function sqlEngineContract(open: () => Promise<SqlEngine>): void {
  const folder = useTemporaryFolder();
  let engine: SqlEngine;
  beforeAll(async () => {
    engine = await open();
  });
  afterAll(() => engine.close());

  test("says what it is, for the lineage of models", async () => {
    expect(`${engine.name} ${await engine.version()}`).toMatch(/^[a-z]+ v?\d+\.\d+\.\d+/);
  });

  test("reads texts as values, each in one way", async () => {
    const { matches, tryDouble, trim, secondsOf, positionAmong, tryCast } = engine.dialect;
    const texts = ["a", "it's", "", "é", 'a "b" \\ c'];
    const found = await valuesOf(engine, {
      whole: matches("'12'", "[0-9]+"),
      before: matches("'a12'", "[0-9]+"),
      line: matches("concat('12', chr(10))", "[0-9]+"),
      number: tryDouble("'1.5e3'"),
      none: tryDouble("'one'"),
      spaces: trim(literal(" \u00a0\u2003x y\u3000 ")),
      date: secondsOf("'2026-01-31'"),
      time: secondsOf("'2026-01-31T13:45:00.5Z'"),
      offset: secondsOf("'2026-01-31T13:45+02:00'"),
      day: secondsOf("'2026-02-30'"),
      quote: positionAmong(literal("it's"), texts),
      back: positionAmong(literal('a "b" \\ c'), texts),
      empty: positionAmong("''", texts),
      absent: positionAmong("'x'", texts),
      missing: positionAmong("NULL", texts),
      nowhere: positionAmong("'x'", []),
      cast: tryCast("'7'", "BIGINT"),
    });
    expect(found).toEqual({
      whole: true,
      before: false,
      line: false,
      number: 1500,
      none: null,
      spaces: "x y",
      date: Date.UTC(2026, 0, 31) / 1000,
      time: Date.UTC(2026, 0, 31, 13, 45) / 1000 + 0.5,
      offset: Date.UTC(2026, 0, 31, 11, 45) / 1000,
      day: null,
      quote: 1,
      back: 4,
      empty: 2,
      absent: null,
      missing: null,
      nowhere: null,
      cast: 7,
    });
  });

  test("hashes rows as this process does, whatever the engine", async () => {
    const { rowHash, hexadecimal, quickHash, median } = engine.dialect;
    const numbers = ["-0e0", "7", "-0.1e0", "1e300", "CAST('NaN' AS DOUBLE)", "CAST(NULL AS DOUBLE)"];
    // One hash of all, as a server takes its time to read so long an expression.
    const hash = rowHash([
      ...numbers.map((sql) => ({ sql, isNumber: true })),
      { sql: "'abcdefghijklmn'", isNumber: false },
      { sql: "CAST(NULL AS STRING)", isNumber: false },
    ]);
    const found = await engine.rows(
      `SELECT ${hexadecimal("h")} AS one, h < ${2n ** 63n} AS below FROM (SELECT ${hash} AS h) AS hashed`,
    );
    const md5 = createHash("md5").update("abcdefghijklmn").digest();
    const values = [0, 7, -0.1, 1e300, NaN, NaN, md5.readDoubleLE(8), 0];
    const expected = hex(hashNumbers(values.map((value) => Float64Array.of(value))));
    expect(found).toEqual([{ one: expected, below: BigInt(`0x${expected}`) < 2n ** 63n }]);
    expect(
      await valuesOf(engine, {
        zeros: `${quickHash(["0e0", "'x'"])} = ${quickHash(["-0e0", "'x'"])}`,
        others: `${quickHash(["1e0"])} = ${quickHash(["2e0"])}`,
      }),
    ).toEqual({ zeros: true, others: false });
    const four = "(SELECT 1 AS n UNION ALL SELECT 4 UNION ALL SELECT 3 UNION ALL SELECT 2) AS four";
    expect(await engine.rows(`SELECT ${median("n")} AS m FROM ${four}`)).toEqual([{ m: 2.5 }]);
  });

  test("reads a CSV file with quotes, line ends in fields, missing values and every script", async () => {
    const file = folder("odd [1] it's.csv");
    const rows = [
      ["plain", "1"],
      ['say "hi"', ""],
      ["two\nlines", "3"],
      ["Grüße 東京 🚀", "4"],
      ["back\\slash; $1", "5"],
      ["", "6"],
      [" spaces ", "7"],
    ];
    const quoted = rows.map((row) => row.map((field) => `"${field.replaceAll('"', '""')}"`).join(";"));
    writeFileSync(file, `\ufeff"text";"the ""n"""\r\n${quoted.join("\r\n")}\r\n`);
    expect(await loadText(engine, file)).toMatchObject({ delimiter: ";", header: ["text", 'the "n"'] });
    const expected = rows.map(([text, n], index) => ({
      _row: index + 1,
      text: text === "" ? null : text,
      'the "n"': n === "" ? null : n,
    }));
    expect(await engine.rows("SELECT * FROM raw ORDER BY _row")).toEqual(expected);
    const zipped = folder("odd.csv.gz");
    writeFileSync(zipped, gzipSync("text,n\nplain,1\n,2\n"));
    await loadText(engine, zipped);
    expect(await engine.rows("SELECT * FROM raw ORDER BY _row")).toEqual([
      { _row: 1, text: "plain", n: "1" },
      { _row: 2, text: null, n: "2" },
    ]);
  });

  test("counts the rows of a relation, and again when a table has changed", async () => {
    const make = (rows: string): Promise<void> =>
      engine.run(engine.dialect.createView("counted", `SELECT * FROM (VALUES ${rows}) AS v(a)`));
    await make("(1), (2), (3)");
    const from = "(SELECT * FROM counted WHERE a > 1) AS some_rows";
    expect([await engine.count("counted"), await engine.count(from), await engine.count(from)]).toEqual([
      3, 2, 2,
    ]);
    await make("(1), (1)");
    expect([await engine.count("counted"), await engine.count(from)]).toEqual([2, 0]);
  });

  test("reads Parquet files as one table in their order, and writes them", async () => {
    mkdirSync(folder("table"));
    const [first, second] = [folder("table", "1.parquet"), folder("table", "2.parquet")];
    const rows = "SELECT 2 AS a, CAST(0.1 AS FLOAT) AS b, 'x' AS c UNION ALL SELECT 1, NULL, ''";
    await engine.writeParquet(`SELECT * FROM (${rows}) AS r ORDER BY a`, first);
    await engine.writeParquet("SELECT CAST(1.5 AS FLOAT) AS b, 'é' AS c, 3 AS a", second);
    expect(await engine.parquetNames(second)).toEqual(["b", "c", "a"]);
    const { from, rowNumber } = await engine.parquetRows([first, second], ["a", "b", "c"]);
    expect(await engine.rows(`SELECT ${rowNumber} AS n, a, c FROM ${from}`)).toEqual(
      expect.arrayContaining([
        { n: 1, a: 1, c: "" },
        { n: 2, a: 2, c: "x" },
        { n: 3, a: 3, c: "é" },
      ]),
    );
    const columns = await engine.columns(`SELECT a, b, c FROM ${from}`);
    expect(columns.map(({ singlePrecision, binaryNumber }) => [singlePrecision, binaryNumber])).toEqual([
      [false, true],
      [true, true],
      [false, false],
    ]);
    expect(await loadText(engine, folder("table"))).toMatchObject({ header: ["a", "b", "c"] });
    expect(await engine.rows("SELECT * FROM raw ORDER BY _row")).toEqual([
      { _row: 1, a: "1", b: null, c: null },
      { _row: 2, a: "2", b: expect.stringMatching(/^0\.1/), c: "x" },
      { _row: 3, a: "3", b: "1.5", c: "é" },
    ]);
  });

  test.each([
    [442, "diabetes", 85],
    [1309, "titanic", 226],
  ] as const)("splits the %i rows of %s as Node's own MD5 does", async (rows, name, heldOut) => {
    const definition = shippedDefinition(name);
    const file = sample(name);
    const source = await loadData(engine, definition, file);
    expect(source.rows).toBe(rows);
    const report = await checkData(engine, definition, source);
    expect(report.findings).toEqual([]);
    const split = await splitData({ engine, definition, source }, splitOf(definition));
    expect(split).toEqual({ training: rows - heldOut, heldOut });
    const blocks: number[] = [];
    for await (const [block] of engine.blocks(["_row"], rowsWhere("data", "_held_out")))
      blocks.push(...(block ?? []));
    expect(blocks).toEqual(heldOutRows(definition, file));
  });
}
