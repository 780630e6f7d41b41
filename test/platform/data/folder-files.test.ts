import { execFileSync } from "node:child_process";
import { mkdir, symlink } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { checkData } from "../../../platform/data/checks/checks";
import { listFolderFiles } from "../../../platform/data/folder-files";
import { loadData } from "../../../platform/data/source";
import { DataFolder } from "./data-folder";
import { numbersOnly } from "./definitions";

const abc = numbersOnly(["a", "b", "c"]);
let data: DataFolder;
beforeEach(async () => {
  data = await DataFolder.open();
});
afterEach(() => data.close());

const csv = (...rows: string[]): string => `a,b,c\n${rows.join("\n")}\n`;
const table = (): string => path.join(data.path, "table");

async function link(target: string, name: string): Promise<void> {
  const file = path.join(table(), name);
  await mkdir(path.dirname(file), { recursive: true });
  await symlink(target, file);
}

async function load(): Promise<unknown[]> {
  await loadData(data.engine, abc, table());
  return data.engine.rows("SELECT a FROM data ORDER BY _row");
}

describe("a link in a folder of data is followed", () => {
  test("to a file outside, whether or not there are other files", async () => {
    await link(await data.write("elsewhere/x.csv", csv("1,2,3")), "1.csv");
    expect(await load()).toEqual([{ a: 1 }]);
    await data.write("table/2.csv", csv("4,5,6"));
    expect(await load()).toEqual([{ a: 1 }, { a: 4 }]);
  });

  test("to a Parquet file, and the digest is of what it leads to", async () => {
    await link(await data.writeParquet("x.parquet", "SELECT 1 AS a, 2 AS b, 3 AS c"), "1.parquet");
    const before = await loadData(data.engine, abc, table());
    await data.writeParquet("x.parquet", "SELECT 7 AS a, 2 AS b, 3 AS c");
    const after = await loadData(data.engine, abc, table());
    expect([before.files, after.files]).toEqual([["1.parquet"], ["1.parquet"]]);
    expect(after.digest).not.toBe(before.digest);
  });

  test("to a folder, through another link, and from a link to the folder itself", async () => {
    await data.write("elsewhere/deep/x.csv", csv("1,2,3"));
    await symlink(path.join(data.path, "elsewhere"), path.join(data.path, "hop"));
    await link("../hop", "part");
    expect(await load()).toEqual([{ a: 1 }]);
    expect(await listFolderFiles(table())).toEqual({ files: ["part/deep/x.csv"], others: [] });
    await symlink(table(), path.join(data.path, "whole"));
    expect(await loadData(data.engine, abc, path.join(data.path, "whole"))).toMatchObject({ rows: 1 });
  });
});

describe("a link is refused by its name", () => {
  test("when it leads nowhere", async () => {
    await data.write("table/1.csv", csv("1,2,3"));
    await link("gone.csv", "2.csv");
    await expect(load()).rejects.toMatchObject({
      code: "DATA_UNREADABLE",
      message: `${path.join(table(), "2.csv")} is a link to something that is not there. Remove it, or restore what it leads to.`,
    });
  });

  test("when it leads to itself, or to a folder above", async () => {
    await data.write("table/deep/1.csv", csv("1,2,3"));
    await link("..", "deep/up");
    await expect(load()).rejects.toThrow(
      `${path.join(table(), "deep/up")} is a link to a folder that it is in, so it leads in a circle. Remove it.`,
    );
    await link("self.csv", "a/self.csv");
    await expect(listFolderFiles(path.join(table(), "a"))).rejects.toThrow(
      `${path.join(table(), "a/self.csv")} is a link that leads to itself. Remove or correct it.`,
    );
  });

  test("when it is a second name of a file, whose rows would be there twice", async () => {
    await data.write("table/2026-07.csv", csv("1,2,3"));
    await link("2026-07.csv", "latest.csv");
    await expect(load()).rejects.toThrow(
      `${table()} has one file by two names, "2026-07.csv" and "latest.csv". Its rows would be there twice. Remove one of the links.`,
    );
  });
});

describe("a gzip file", () => {
  test("is read by what it is, whatever its name, alone and in a folder", async () => {
    for (const name of ["x.csv.gz", "x.csv", "x"]) {
      const file = await data.write(name, gzipSync(`\ufeff${csv("1,2,3", "4,5,6")}`));
      expect(await loadData(data.engine, abc, file)).toMatchObject({ format: "csv", rows: 2 });
    }
    await data.write("table/1.csv.gz", gzipSync(csv("1,2,3")));
    await data.write("table/2.csv", csv("4,5,6"));
    await data.write("table/3.CSV.GZ", Buffer.concat([gzipSync(csv("7,8,9")), gzipSync("10,11,12\n")]));
    expect(await load()).toEqual([{ a: 1 }, { a: 4 }, { a: 7 }, { a: 10 }]);
  });

  test("that is not sound CSV is refused as the CSV file would be", async () => {
    const file = await data.write("table/1.csv.gz", gzipSync(csv("1,2")));
    await expect(load()).rejects.toThrow(
      `${file} is not a well-formed CSV file: row 1 has 2 fields, the header 3.`,
    );
  });

  test("beside the file that it was made of is refused", async () => {
    await data.write("table/1.csv", csv("1,2,3"));
    await data.write("table/1.csv.gz", gzipSync(csv("1,2,3")));
    await expect(load()).rejects.toThrow(
      `${table()} has "1.csv" and "1.csv.gz". One is the other, compressed, and its rows would be there twice. Remove one of them.`,
    );
  });
});

describe("what is neither CSV nor Parquet", () => {
  test.each(["2.csv.zst", "2.csv.bz2", "2.csv.zip", "2.parquet.gz", "deep/2.csv.xz"])(
    "is refused when it is compressed data: %s",
    async (name) => {
      await data.write("table/1.csv", csv("1,2,3"));
      await data.write(`table/${name}`, "anything");
      await expect(load()).rejects.toThrow(
        `${table()} has "${name}", which cannot be read. Data may be compressed as .csv.gz and in no other way. Unpack or remove what is not.`,
      );
    },
  );

  test("is named by a warning of the check; what is hidden is not", async () => {
    await data.write("table/1.csv", csv("1,2,3"));
    await data.write("table/notes.txt", "");
    await data.write("table/more/3.tsv", "");
    await data.write("table/_SUCCESS", "");
    await data.write("table/_old/2.csv.zst", "");
    await data.write("table/.hidden.csv", "");
    await symlink("nowhere", path.join(table(), "_gone.csv"));
    execFileSync("mkfifo", [path.join(table(), "pipe.csv")]);
    const source = await loadData(data.engine, abc, table());
    expect(source).toMatchObject({ files: ["1.csv"], notRead: ["more/3.tsv", "notes.txt", "pipe.csv"] });
    expect((await checkData(data.engine, abc, source)).findings).toContainEqual({
      severity: "warning",
      check: "files",
      message:
        'The folder has 3 files that are neither CSV nor Parquet: "more/3.tsv", "notes.txt", "pipe.csv". Such files are ignored.',
      count: 3,
    });
  });

  test("is not looked for without end: a folder with a thousand other files was hardly meant", async () => {
    await data.write("table/1.csv", csv("1,2,3"));
    await data.write("table/a/0.txt", "");
    for (let index = 1; index <= 1000; index += 1) await data.write(`table/a/${index}.txt`, "");
    await expect(load()).rejects.toThrow("has more than 1,000 files that are neither CSV nor Parquet");
  });

  test("is named when there is nothing else", async () => {
    await data.write("table/notes.txt", "");
    await expect(load()).rejects.toThrow(
      `${table()} is a folder without CSV and Parquet files. It has "notes.txt". Data is a CSV file`,
    );
  });
});
