import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { findRowsWith, removeRowsWith } from "../../../platform/data/remove-rows";
import { DataFolder } from "./data-folder";

let data: DataFolder;
beforeEach(async () => {
  data = await DataFolder.open();
});
afterEach(() => data.close());

const text = (file: string): Promise<string> => readFile(file, "utf8");

test("rows of a request go by its id and those of its rows, and no other's", async () => {
  const file = await data.write("d.csv", "id,a\nr1/0,1\nr1/12,2\nr1,3\nr11/0,4\nr1/x,5\nr1/0/0,6\n,7\n");
  const wanted = { column: "id", value: "r1", ofRequest: true };
  expect(await findRowsWith(data.engine, file, wanted, "a")).toEqual({
    rows: 3,
    of: 7,
    files: [file],
    others: ["1", "2", "3"],
  });
  await removeRowsWith(data.engine, file, wanted);
  expect(await text(file)).toBe("id,a\nr11/0,4\nr1/x,5\nr1/0/0,6\n,7\n");
});

test("quotes, line ends and the delimiter in values stay what they are, and so does the delimiter", async () => {
  const file = await data.write(
    "d.csv",
    'who;note\nada;"a;b"\neve;"two\nlines"\nada;"a ""word"""\nbob;1,5\n',
  );
  await removeRowsWith(data.engine, file, { column: "who", value: "eve" });
  expect(await text(file)).toBe('who;note\nada;"a;b"\nada;"a ""word"""\nbob;1,5\n');
});

test("a value with quotes and wildcards is only text", async () => {
  const file = await data.write("d.csv", "who,a\n\"o'neil %\",1\no'neil x,2\n");
  await removeRowsWith(data.engine, file, { column: "who", value: "o'neil %" });
  expect(await text(file)).toBe("who,a\no'neil x,2\n");
});

test("a compressed file stays one", async () => {
  const file = await data.write("d.csv.gz", gzipSync("who,a\nada,1\neve,2\n"));
  await removeRowsWith(data.engine, file, { column: "who", value: "eve" });
  expect(gunzipSync(await readFile(file)).toString()).toBe("who,a\nada,1\n");
});

test("a Parquet file keeps the types of its columns", async () => {
  const rows =
    "SELECT CAST(7 AS INTEGER) AS who, DATE '2026-01-01' AS day UNION ALL SELECT 8, DATE '2026-01-02'";
  const file = await data.writeParquet("d.parquet", rows);
  await removeRowsWith(data.engine, file, { column: "who", value: "7" });
  expect(await data.engine.columns(`SELECT * FROM read_parquet('${file}')`)).toMatchObject([
    { name: "who", type: "INTEGER" },
    { name: "day", type: "DATE" },
  ]);
  expect(await data.engine.rows(`SELECT who FROM read_parquet('${file}')`)).toEqual([{ who: 8 }]);
});

test("of a folder only files with such rows change, and one that has no other goes", async () => {
  await data.write("f/1.csv", "who,a\nada,1\n");
  await data.write("f/2.csv", "who,a\neve,2\n");
  await data.write("f/3.csv", "who,a\neve,3\nbob,4\n");
  const folder = path.join(data.path, "f");
  const wanted = { column: "who", value: "eve" };
  expect(await findRowsWith(data.engine, folder, wanted)).toMatchObject({
    rows: 2,
    of: 4,
    files: ["2.csv", "3.csv"],
  });
  await removeRowsWith(data.engine, folder, wanted);
  expect((await readdir(folder)).sort()).toEqual(["1.csv", "3.csv"]);
  expect(await text(path.join(folder, "3.csv"))).toBe("who,a\nbob,4\n");
});

test("data that would have no rows is refused, and stays", async () => {
  const file = await data.write("d.csv", "who,a\neve,2\n");
  await expect(removeRowsWith(data.engine, file, { column: "who", value: "eve" })).rejects.toMatchObject({
    code: "DATA_INVALID",
    message: `All 1 rows of ${file} would have to go. Data has at least one row. Remove the data itself, or add the rows that are to stay first.`,
  });
  expect(await text(file)).toBe("who,a\neve,2\n");
});

test("a column that the data lacks has no such rows", async () => {
  const file = await data.write("d.csv", "who,a\neve,2\n");
  expect(await findRowsWith(data.engine, file, { column: "id", value: "x" }, "key")).toEqual({
    rows: 0,
    of: 1,
    files: [],
    others: [],
  });
});
