import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { doubtColumn, FileFields, type ExpectedColumn } from "../../../platform/data/file-fields";
import { identifier, literal, type SqlEngine } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";

let engine: SqlEngine;
let folder: string;
beforeAll(async () => {
  engine = await openEngine();
  folder = await mkdtemp(path.join(tmpdir(), "mlops-fields-"));
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

async function csv(text: string): Promise<FileFields> {
  const file = path.join(folder, "in.csv");
  await writeFile(file, text);
  return FileFields.open(engine, [], file);
}

const number: ExpectedColumn = { name: "x", type: "number", nullable: false };

/** Whether each value of a column, alone in a CSV file, is in doubt. */
async function doubts(
  column: ExpectedColumn,
  texts: readonly string[],
  missing: string[] = [],
): Promise<boolean[]> {
  // A second column, as a line of one empty field would be an empty line.
  const fields = await csv(`n,${column.name}\n${texts.map((text, row) => `${row},${text}\n`).join("")}`);
  const query = fields.typed([column], { decimal: ".", missing });
  const rows = await engine.rows(`SELECT ${identifier(doubtColumn)} AS d FROM (${query}) AS t ORDER BY _row`);
  return rows.map(({ d }) => Number(d) === 1);
}

test.each<[string, ExpectedColumn, string[], boolean[]]>([
  [
    "number",
    number,
    ["1", " 1.5e3 ", "", "x", "1_0", "inf", "nan", "1e400"],
    [false, false, true, true, true, true, true, true],
  ],
  ["number that may be missing", { ...number, nullable: true }, ["1", "", "x"], [false, false, true]],
  ["number with a range", { ...number, range: [0, 5] }, ["0", "5", "5.1", "-1"], [false, false, true, true]],
  ["number with a range that is not held to", { ...number, range: [0, 5], outside: "warn" }, ["9"], [false]],
  ["category", { ...number, type: "category" }, ["a", ""], [false, true]],
  ["category with values", { ...number, type: "category", values: ["a", "b"] }, ["b", "c"], [false, true]],
  ["boolean", { ...number, type: "boolean" }, ["1", "FALSE", "yes", ""], [false, false, true, true]],
])("a value of a %s is in doubt where it is not as expected", async (_, column, texts, expected) => {
  expect(await doubts(column, texts)).toEqual(expected);
});

test("a text that means that a value is missing is no doubt where one may be", async () => {
  expect(await doubts({ ...number, nullable: true }, ["NA", "na"], ["NA"])).toEqual([false, true]);
  expect(await doubts(number, ["NA"], ["NA"])).toEqual([true]);
});

test("numbers of a Parquet file are read as they are, and those that are not finite are in doubt", async () => {
  const file = path.join(folder, "in.parquet");
  await engine.run(
    `COPY (SELECT unnest([CAST(0.1 AS FLOAT), 'nan', '-inf', NULL]) AS x, 'a' AS s) TO ${literal(file)} (FORMAT parquet)`,
  );
  const fields = await FileFields.open(engine, ["x"], file);
  const typed = `SELECT x, ${identifier(doubtColumn)} AS d FROM (${fields.typed([{ ...number, nullable: true }])}) AS t ORDER BY _row`;
  expect(await engine.rows(typed)).toEqual([
    { x: Math.fround(0.1), d: 0 },
    { x: null, d: 1 },
    { x: null, d: 1 },
    { x: null, d: 0 },
  ]);
  expect((await engine.columns(fields.all(true))).map(({ name, type }) => [name, type])).toEqual([
    ["_row", "BIGINT"],
    ["f0", "FLOAT"],
    ["f1", "VARCHAR"],
  ]);
  expect(await engine.rows(`SELECT f0, f1 FROM (${fields.all()}) AS t WHERE _row = 1`)).toEqual([
    { f0: "0.10000000149011612", f1: "a" },
  ]);
});

test("all fields are by position, whatever they are called", async () => {
  const fields = await csv("a,A,,a b\n1,2,3,\n");
  expect(fields.header).toEqual(["a", "A", "", "a b"]);
  expect(await engine.rows(fields.all())).toEqual([{ _row: 1, f0: "1", f1: "2", f2: "3", f3: null }]);
});

test("a file that another is put in the place of, or that grows, is refused", async () => {
  const fields = await csv("a\n1\n");
  await fields.requireUnchanged(1);
  const refusal = {
    code: "DATA_UNREADABLE",
    message: expect.stringContaining("changed while it was read") as string,
  };
  await expect(fields.requireUnchanged(2)).rejects.toMatchObject(refusal);
  await appendFile(path.join(folder, "in.csv"), "2\n");
  await expect(fields.requireUnchanged(1)).rejects.toMatchObject(refusal);
});

test("what goes wrong while a file is read is said of the file", async () => {
  const fields = await csv("a\n1\n");
  const read = fields.reading(() => Promise.reject(new Error("Invalid Input Error")));
  await expect(read).rejects.toMatchObject({
    code: "DATA_UNREADABLE",
    message: expect.stringContaining("in.csv cannot be read. It may be damaged") as string,
  });
});
