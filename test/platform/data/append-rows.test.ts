import { chmod, lstat, readFile, stat, symlink } from "node:fs/promises";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { appendRows } from "../../../platform/data/append-rows";
import { loadData } from "../../../platform/data/source";
import { parseModelDefinition } from "../../../platform/definition/definition";
import type { SqlRow } from "../../../platform/sql/engine";
import { DataFolder } from "./data-folder";

const definition = parseModelDefinition(
  {
    name: "towns",
    task: "classification",
    data: "data.csv",
    columns: [
      { name: "key", type: "category", role: "id" },
      { name: "age", type: "number", nullable: true },
      { name: "town", type: "category", nullable: true },
      { name: "ill", type: "boolean", role: "target" },
    ],
    trainer: { kind: "logistic", l2: 1 },
    gate: { metric: "auc" },
  },
  "the test",
);
const added: SqlRow[] = [
  { key: "r/0", age: 1.5, town: 'Ulm, "am Dom"', ill: true },
  { key: "r/1", age: null, town: null, ill: false },
];

let data: DataFolder;
beforeEach(async () => {
  data = await DataFolder.open();
});
afterEach(() => data.close());

async function append(file: string, rows = added): Promise<string> {
  return appendRows(data.engine, await loadData(data.engine, definition, file), rows, definition.format);
}

async function rowsOf(file: string): Promise<SqlRow[]> {
  await loadData(data.engine, definition, file);
  return data.engine.rows("SELECT key, age, town, ill FROM data ORDER BY _row");
}

const old = "note,ill,key,town,age\r\nx,0,001,Bonn,33.50";
const oldRow = { key: "001", age: 33.5, town: "Bonn", ill: false };
const lines = '\n,true,r/0,"Ulm, ""am Dom""",1.5\n,false,r/1,,\n';

describe("rows added to a CSV file", () => {
  test.each([
    ["that ends with a line feed", `${old}\n`],
    ["that does not", old],
    ["that ends with empty lines", `${old}\r\n\r\n\n`],
    ["with a byte order mark", `\ufeff${old}\n`],
  ])("%s are at its end, and what was there is as it was", async (_, text) => {
    const file = await data.write("d.csv", text);
    expect(await append(file)).toBe(file);
    expect(await readFile(file, "utf8")).toBe(text.trimEnd() + lines);
    expect(await rowsOf(file)).toEqual([oldRow, ...added]);
  });

  test("that is compressed leave it so", async () => {
    const file = await data.write("d.csv.gz", gzipSync(`${old}\n\n`));
    await append(file);
    expect(gunzipSync(await readFile(file)).toString()).toBe(old + lines);
    expect(await rowsOf(file)).toEqual([oldRow, ...added]);
  });

  test("that is large go to its end", async () => {
    const many = "x,0,001,Bonn,33.50\n".repeat(150_000);
    const file = await data.write("d.csv", `note,ill,key,town,age\n${many}`);
    await append(file);
    expect(await readFile(file, "utf8")).toBe(`note,ill,key,town,age\n${many.trimEnd()}${lines}`);
  });

  test("keep its permissions, and a link to it a link", async () => {
    const file = await data.write("d.csv", old);
    await chmod(file, 0o640);
    const link = path.join(data.path, "link.csv");
    await symlink(file, link);
    await append(link);
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await rowsOf(file)).toHaveLength(3);
  });
});

test("rows added to a folder of CSV files are a file of their own, with its columns", async () => {
  await data.write("table/1.csv", old);
  const folder = path.join(data.path, "table");
  const file = await append(folder);
  expect(path.basename(file)).toMatch(/^collected-[0-9a-f]{12}\.csv$/);
  expect(await readFile(file, "utf8")).toBe(`note,ill,key,town,age${lines}`);
  expect(await readFile(path.join(folder, "1.csv"), "utf8")).toBe(old);
  expect(await rowsOf(folder)).toEqual([oldRow, ...added]);
});

const select = (key: string, age = "33.5"): string =>
  `SELECT 'x' AS note, false AS ill, ${key} AS key, 'Bonn' AS town, ${age} AS age`;

describe("rows added to Parquet data", () => {
  test.each([
    ["a file", "d.parquet", "d.parquet"],
    ["a folder", "table/1.parquet", "table"],
    ["a file named like a pattern", "d[1]*.parquet", "d[1]*.parquet"],
  ])("of %s have its types", async (_, name, place) => {
    await data.writeParquet(name, select("'001'", "CAST(33.5 AS DOUBLE)"));
    const file = path.join(data.path, place);
    const types = async (): Promise<unknown> =>
      (await data.engine.rows("DESCRIBE SELECT * FROM data")).map((row) => row.column_type);
    const before = await rowsOf(file).then(types);
    await append(file);
    expect(await rowsOf(file)).toEqual([oldRow, ...added]);
    expect(await types()).toEqual(before);
  });

  test.each([
    [
      "an id of text",
      select("CAST(7 AS BIGINT)"),
      'The column "key" is BIGINT in the Parquet data, which cannot hold "r/0".',
    ],
    [
      "half a number",
      select("'7'", "CAST(33 AS INTEGER)"),
      'The column "age" is INTEGER in the Parquet data, which cannot hold "1.5".',
    ],
  ])("are refused where %s would not be what it is, and nothing is written", async (_, sql, message) => {
    const file = await data.writeParquet("d.parquet", sql);
    const before = await readFile(file);
    await expect(append(file)).rejects.toThrow(message);
    expect(await readFile(file)).toEqual(before);
  });
});

test("are written as the file is: with its delimiter, and numbers as the definition says", async () => {
  const european = parseModelDefinition(
    { ...definition, format: { decimal: ",", thousands: "." } },
    "the test",
  );
  const text = "age;key;ill;town\r\n1.033,50;001;0;Bonn\r\n";
  const file = await data.write("d.csv", text);
  const source = await loadData(data.engine, european, file);
  await appendRows(data.engine, source, [{ ...added[0], age: 1234.5, town: "a;b,c" }], european.format);
  expect(await readFile(file, "utf8")).toBe(`${text.trimEnd()}\n1234,5;r/0;true;"a;b,c"\n`);
  await loadData(data.engine, european, file);
  expect(await data.engine.rows("SELECT age, town FROM data ORDER BY _row")).toEqual([
    { age: 1033.5, town: "Bonn" },
    { age: 1234.5, town: "a;b,c" },
  ]);
});
