import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PageNotRead } from "../../../../platform/kernels/read-parquet-pages";
import { parquetNumbers } from "../../../../platform/data/parquet/parquet-numbers";
import { identifier, literal, type SqlEngine } from "../../../../platform/sql/engine";
import { openEngine } from "../../../../platform/sql/open-engine";

let engine: SqlEngine;
let folder: string;
beforeAll(async () => {
  engine = await openEngine();
  folder = mkdtempSync(path.join(tmpdir(), "mlops-test-"));
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const fixture = path.join(__dirname, "fixtures", "pages-of-version-2.parquet");
const rows = 9001;

async function write(name: string, query: string, options = ""): Promise<string> {
  const file = path.join(folder, `${name}.parquet`);
  await engine.run(`COPY (${query}) TO ${literal(file)} (FORMAT parquet${options})`, { changes: false });
  return file;
}

/** Numbers of columns, one after the other; each kind of NaN is null. */
async function collect(blocks: AsyncIterable<readonly Float64Array[]>): Promise<(number | null)[][]> {
  const columns: (number | null)[][] = [];
  for await (const block of blocks)
    for (const [index, values] of block.entries())
      (columns[index] ??= []).push(...Array.from(values, (value) => (Number.isNaN(value) ? null : value)));
  return columns;
}

/** The same as the engine reads them. */
function asked(files: readonly string[], names: readonly string[]): Promise<(number | null)[][]> {
  const numbers = names.map((name) => `CAST(${identifier(name)} AS DOUBLE)`);
  const finite = numbers.map((number) => `CASE WHEN isfinite(${number}) THEN ${number} END`);
  return collect(engine.blocks(finite, `read_parquet([${files.map(literal).join(", ")}])`));
}

const kinds = {
  double: "hash(i) / 1e12 - 3e6",
  few: "CAST(i % 7 AS DOUBLE)",
  missing: "CASE WHEN hash(i) % 3 > 0 THEN hash(i) / 7.0 END",
  fewMissing: "CASE WHEN i % 5 > 0 THEN CAST(i % 3 AS DOUBLE) END",
  none: "CAST(NULL AS DOUBLE)",
  special:
    "CASE i % 5 WHEN 0 THEN 'inf'::DOUBLE WHEN 1 THEN '-inf'::DOUBLE WHEN 2 THEN 'nan'::DOUBLE ELSE -0.0 END",
  single: "CAST(hash(i) / 1e12 AS FLOAT)",
  tiny: "CAST(i % 200 - 100 AS TINYINT)",
  whole: "CAST(hash(i) % 4000000000 AS BIGINT) - 2000000000",
  int: "CAST(i * 7 - 3 AS INTEGER)",
};
const query = `SELECT ${Object.entries(kinds)
  .map(([name, sql]) => `${sql} AS "${name}"`)
  .join(", ")}, CAST(i AS VARCHAR) AS text, [i] AS list FROM range(${rows}) AS r(i)`;

test.each([
  ["as usual", ""],
  ["in many row groups", ", ROW_GROUP_SIZE 2048"],
  ["not packed", ", CODEC 'uncompressed'"],
])("numbers are those that the engine reads from a file written %s", async (name, options) => {
  const file = await write(name.replaceAll(" ", "-"), query, options);
  const names = Object.keys(kinds);
  const read = await collect(parquetNumbers([file], names));
  expect(read).toEqual(await asked([file], names));
  expect(read[0]).toHaveLength(rows);
});

test("pages of version 2 with dictionaries and levels are read", async () => {
  const names = ["whole", "few", "single", "many"];
  expect(await collect(parquetNumbers([fixture], names))).toEqual(await asked([fixture], names));
});

test("files follow each other, whatever the order of their columns", async () => {
  const one = await write(
    "one",
    "SELECT CAST(i AS DOUBLE) AS a, -i / 2.0::DOUBLE AS b FROM range(5000) AS r(i)",
  );
  const other = await write(
    "other",
    "SELECT i / 3.0::DOUBLE AS b, CAST(-i AS DOUBLE) AS a FROM range(77) AS r(i)",
  );
  const blocks: number[] = [];
  for await (const [first] of parquetNumbers([one, other], ["b", "a"])) blocks.push(first?.length ?? 0);
  expect(blocks).toEqual([4096, 981]);
  const [b, a] = await collect(parquetNumbers([one, other], ["b", "a"]));
  expect([a?.[4999], b?.[4999], a?.[5076], b?.[5076]]).toEqual([4999, -2499.5, -76, 76 / 3]);
});

test.each([
  ["zstd", "SELECT 1.5::DOUBLE AS x", ", CODEC 'zstd'"],
  ["text", "SELECT 'a' AS x", ""],
  ["dates", "SELECT DATE '2026-01-01' AS x", ""],
  ["times", "SELECT TIMESTAMP '2026-01-01' AS x", ""],
  ["decimals", "SELECT 1.5 AS x", ""],
  ["whole numbers without a sign", "SELECT CAST(1 AS UINTEGER) AS x", ""],
  ["lists", "SELECT [1.5::DOUBLE] AS x", ""],
  ["parts of structures", "SELECT {x: 1.5::DOUBLE} AS y", ""],
  ["no such column", "SELECT 1.5::DOUBLE AS y", ""],
])("%s are left to the engine", async (name, of, options) => {
  const file = await write(`left-${name.replaceAll(" ", "-")}`, of, options);
  await expect(collect(parquetNumbers([file], ["x"]))).rejects.toThrow(PageNotRead);
});

test("a file that is cut short is not read", async () => {
  const bytes = readFileSync(fixture);
  const file = path.join(folder, "cut.parquet");
  for (const length of [0, 7, 100, bytes.length - 1]) {
    writeFileSync(file, bytes.subarray(0, length));
    await expect(collect(parquetNumbers([file], ["many"]))).rejects.toThrow(PageNotRead);
  }
  // The footer of another file has the places of its pages.
  writeFileSync(file, Buffer.concat([bytes.subarray(0, 8), bytes.subarray(bytes.length - 2000)]));
  await expect(collect(parquetNumbers([file], ["many"]))).rejects.toThrow(PageNotRead);
});

test("whatever byte is damaged, numbers are read or the file is not, and nothing else happens", async () => {
  const bytes = readFileSync(fixture);
  const file = path.join(folder, "damaged.parquet");
  copyFileSync(fixture, file);
  const outcomes = { read: 0, not: 0 };
  let state = 1;
  const next = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0);
  for (let round = 0; round < 600; round++) {
    const damaged = Buffer.from(bytes);
    damaged[next() % damaged.length] = next() >>> 24;
    // Half of the faults are in the footer, where the structure is.
    if (round % 2 === 0) damaged[damaged.length - 1 - (next() % 1500)] = next() >>> 24;
    writeFileSync(file, damaged);
    try {
      for await (const block of parquetNumbers([file], ["few", "many", "whole", "single"]))
        expect(block).toHaveLength(4);
      outcomes.read += 1;
    } catch (error) {
      expect(error).toBeInstanceOf(PageNotRead);
      outcomes.not += 1;
    }
  }
  expect(outcomes.read).toBeGreaterThan(0);
  expect(outcomes.not).toBeGreaterThan(0);
});
