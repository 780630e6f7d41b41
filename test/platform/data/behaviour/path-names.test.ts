import path from "node:path";
import { loadData, loadText } from "../../../../platform/data/source";
import { DataFolder } from "../data-folder";
import { numbersOnly } from "../definitions";

const abc = numbersOnly(["a", "b", "c"]);
let data: DataFolder;
beforeAll(async () => {
  data = await DataFolder.open();
});
afterAll(() => data.close());

const rows = (): Promise<unknown[]> => data.engine.rows("SELECT a, b, c FROM data ORDER BY _row");

/** A name that is also a pattern, and another file that the pattern would find. */
const patterns: [name: string, decoy: string][] = [
  ["d[1]", "d1"],
  ["d[!x]", "d2"],
  ["all*", "all of them"],
  ["**", "anything"],
  ["what?", "whats"],
  ["[a-c]", "b"],
  ["~", "~x"],
  ["{x,y}", "x"],
];

describe.each(patterns)("a file named %s is read, and not %s", (name, decoy) => {
  test("as CSV", async () => {
    await data.write(`csv/${decoy}.csv`, "a,b,c\n9,9,9\n9,9,9\n");
    const file = await data.write(`csv/${name}.csv`, "a,b,c\n1,2,3\n");
    expect(await loadData(data.engine, abc, file)).toMatchObject({ file, rows: 1 });
    expect(await rows()).toEqual([{ a: 1, b: 2, c: 3 }]);
    await loadText(data.engine, file);
    expect(await data.engine.rows("SELECT a FROM raw")).toEqual([{ a: "1" }]);
  });

  test("as Parquet", async () => {
    await data.writeParquet(`parquet/${decoy}.parquet`, "SELECT 9 AS a, 9 AS b, 9 AS c FROM range(2)");
    const file = await data.writeParquet(`parquet/${name}.parquet`, "SELECT 1 AS a, 2 AS b, 3 AS c");
    expect(await loadData(data.engine, abc, file)).toMatchObject({ file, rows: 1 });
    expect(await rows()).toEqual([{ a: 1, b: 2, c: 3 }]);
  });

  test("as a folder of CSV or Parquet files", async () => {
    await data.write(`csv-folders/${decoy}/part.csv`, "a,b,c\n9,9,9\n9,9,9\n");
    await data.write(`csv-folders/${name}/part.csv`, "a,b,c\n1,2,3\n");
    await data.writeParquet(`folders/${decoy}/part.parquet`, "SELECT 9 AS a, 9 AS b, 9 AS c FROM range(2)");
    await data.writeParquet(`folders/${name}/part.parquet`, "SELECT 1 AS a, 2 AS b, 3 AS c");
    for (const kind of ["csv-folders", "folders"]) {
      expect(await loadData(data.engine, abc, path.join(data.path, kind, name))).toMatchObject({ rows: 1 });
      expect(await rows()).toEqual([{ a: 1, b: 2, c: 3 }]);
    }
  });
});

describe("a folder named like a value of a column", () => {
  // The reader calls its columns c0, c1, ...: what a path says must not be taken for one of them, nor for one of the data's.
  const names = ["c1=north", "b=north", "year=2026/month=7", "_row=7"];

  test.each(names)("%s changes nothing in a CSV file below it", async (folder) => {
    await loadData(data.engine, abc, await data.write(`hive-csv/${folder}/part.csv`, "a,b,c\n1,2,3\n"));
    expect(await rows()).toEqual([{ a: 1, b: 2, c: 3 }]);
  });

  test.each(names)("%s changes nothing in a Parquet file below it", async (folder) => {
    const file = await data.writeParquet(`hive/${folder}/part.parquet`, "SELECT 1 AS a, 2 AS b, 3 AS c");
    expect((await loadData(data.engine, abc, file)).header).toEqual(["a", "b", "c"]);
    expect(await rows()).toEqual([{ a: 1, b: 2, c: 3 }]);
  });

  test("changes nothing when the folder above is the data", async () => {
    await data.write("hive-table/c1=north/1.csv", "a,b,c\n1,2,3\n");
    await data.write("hive-table/c1=south/2.csv", "a,b,c\n4,5,6\n");
    await loadData(data.engine, abc, path.join(data.path, "hive-table"));
    expect(await rows()).toEqual([
      { a: 1, b: 2, c: 3 },
      { a: 4, b: 5, c: 6 },
    ]);
  });
});
