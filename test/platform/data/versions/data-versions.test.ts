import crypto, { randomUUID } from "node:crypto";
import { appendFile, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import {
  digestOf,
  digestOfDirectory,
  digestOfFile,
  digestOfListing,
  shortDigest,
} from "../../../../platform/base/files";
import { findDelivery } from "../../../../platform/data/delivery";
import { loadData, type DataSource } from "../../../../platform/data/source";
import { DataVersions } from "../../../../platform/data/versions/data-versions";
import type { Collection } from "../../../../platform/data/versions/version-record";
import { partBytes } from "../../../../platform/data/versions/file-parts";
import { openLocalStorage } from "../../../../platform/storage/local-storage";
import { openStorage } from "../../../../platform/storage/open-storage";
import type { Storage } from "../../../../platform/storage/storage";
import { Azurite } from "../../storage/azurite";
import { DataFolder } from "../data-folder";
import { numbersOnly } from "../definitions";

const abc = numbersOnly(["a", "b", "c"]);
const at = (day: number): Date => new Date(Date.UTC(2026, 6, day));

let data: DataFolder;
beforeEach(async () => {
  data = await DataFolder.open();
});
afterEach(() => data.close());

const load = (file: string): Promise<DataSource> => loadData(data.engine, abc, file);

/** Every kind of data, by how it is written. */
const kinds: [string, () => Promise<string>][] = [
  ["a CSV file", () => data.write("d.csv", "a,b,c\n1,2,3\n")],
  ["a CSV file named like a pattern", () => data.write("d[1]?.csv", "a,b,c\n1,2,3\n")],
  ["a gzip file", () => data.write("d.csv.gz", gzipSync("a,b,c\n1,2,3\n"))],
  ["a Parquet file", () => data.writeParquet("d.parquet", "SELECT 1 AS a, 2 AS b, 3 AS c")],
  [
    "a folder of CSV files",
    async () => {
      await data.write("csv/1.csv", "a,b,c\n1,2,3\n");
      await data.write("csv/deep/back\\slash.csv", "a,b,c\n4,5,6\n");
      return path.join(data.path, "csv");
    },
  ],
  [
    "a folder of Parquet files",
    async () => {
      await data.writeParquet("p/1.parquet", "SELECT 1 AS a, 2 AS b, 3 AS c");
      await data.writeParquet("p/2.parquet", "SELECT 4 AS a, 5 AS b, 6 AS c");
      return path.join(data.path, "p");
    },
  ],
];

function dataVersionsContract(open: () => Promise<Storage>): void {
  test("say of data that is kept already how it was collected, once", async () => {
    const versions = new DataVersions(await open(), () => undefined);
    const source = await load(await data.write("d.csv", "a,b,c\n1,2,3\n"));
    const collected = (added: number): Collection => ({
      collectedAt: at(2).toISOString(),
      environment: "prod",
      added,
      labels: { source: "labels.csv", digest: source.digest },
      predictedBy: [],
    });
    const plain = await versions.keep(abc, source, at(1));
    expect(plain).not.toHaveProperty("collected");
    expect(await versions.keep(abc, source, at(2), collected(1))).toEqual({
      ...plain,
      collected: collected(1),
    });
    for (const later of [collected(2), undefined]) await versions.keep(abc, source, at(3), later);
    expect(await versions.get("numbers", source.digest)).toEqual({ ...plain, collected: collected(1) });
  });

  test.each(kinds)("keep %s and bring it back to the last byte, once it is gone", async (_, write) => {
    const versions = new DataVersions(await open(), () => undefined);
    const source = await load(await write());
    const kept = await versions.keep(abc, source, at(1));
    expect(kept).toMatchObject({
      model: "numbers",
      digest: source.digest,
      rows: source.rows,
      format: source.format,
      source: path.basename(source.file),
      columns: ["a", "b", "c"].map((name) => ({ name, type: "number" })),
      keptAt: "2026-07-01T00:00:00.000Z",
    });
    const target = path.join(data.path, "restored", "again");
    await versions.restore(await versions.get("numbers", source.digest.slice(0, 8)), target);
    const digest = source.files ? await digestOfDirectory(target) : await digestOfFile(target);
    expect(digest).toBe(source.digest);
    expect(await readdir(path.dirname(target))).toEqual(["again"]);
  });

  test.each([
    ["a file", ["data.csv"]],
    ["a folder", ["1.csv", "deep/2.csv"]],
  ])(
    "bring %s that was delivered back so that it is read again, alone and by the list of its files",
    async (_, names) => {
      const place = path.join(data.path, "delivered");
      const files = await Promise.all(
        names.map(async (name, index) => {
          const file = `_deliveries/0123456789ab/${name}`;
          const text = `a,b,c\n${index},2,3\n`;
          const digest = await digestOfFile(await data.write(`delivered/${file}`, text));
          return { path: file, bytes: text.length, digest };
        }),
      );
      const plain = names.map((name, index) => ({
        path: name,
        digest: files[index]?.digest ?? digestOf(""),
      }));
      const digest = names.length === 1 ? files[0]?.digest : digestOfListing(plain);
      const delivery = { digest, rows: names.length, deliveredAt: at(1).toISOString(), files };
      await data.write("delivered/_manifest.json", JSON.stringify(delivery));
      const versions = new DataVersions(await open(), () => undefined);
      const source = await load(place);
      const kept = await versions.keep(abc, source, at(1));
      const target = path.join(data.path, "again");
      await versions.restore(kept, target);
      expect(await load(target)).toMatchObject({ rows: names.length, digest: source.digest });
      const only = files.map((file) => file.path);
      expect(await loadData(data.engine, abc, target, only)).toMatchObject({ digest: source.digest });
      expect(await findDelivery(target)).toEqual(delivery);
    },
  );

  test("list what is kept, the newest first, each content once", async () => {
    const versions = new DataVersions(await open(), () => undefined);
    const file = await data.write("d.csv", "a,b,c\n1,2,3\n");
    const first = await versions.keep(abc, await load(file), at(1));
    await appendFile(file, "4,5,6\n");
    const second = await versions.keep(abc, await load(file), at(2));
    expect(await versions.keep(abc, await load(file), at(3))).toEqual(second);
    expect(await versions.list("numbers")).toEqual([second, first]);
    expect(await versions.list("number")).toEqual([]);
    await versions.remove(first);
    expect(await versions.list("numbers")).toEqual([second]);
  });
}

describe("data versions in a folder", () => {
  const folder = (...parts: string[]): string => path.join(data.path, "versions", ...parts);
  const open = (): DataVersions => new DataVersions(openLocalStorage(folder()), () => undefined);

  dataVersionsContract(() => Promise.resolve(openLocalStorage(folder())));

  test("stay as they are when a program writes into the file that they were made of", async () => {
    const file = await data.write("d.csv", "a,b,c\n1,2,3\n");
    const { digest } = await open().keep(abc, await load(file), at(1));
    await appendFile(file, "4,5,6\n");
    await writeFile(file, "", { flag: "r+" });
    await open().restore(await open().get("numbers", digest), file);
    expect(await readFile(file, "utf8")).toBe("a,b,c\n1,2,3\n");
  });

  test("refuse data that has changed since it was read, and keep nothing of it", async () => {
    const file = await data.write("d.csv", "a,b,c\n1,2,3\n");
    const source = await load(file);
    await appendFile(file, "4,5,6\n");
    await expect(open().keep(abc, source, at(1))).rejects.toMatchObject({
      code: "CONFLICT",
      message: `${file} has changed since it was read. Data stays as it is until a run has ended. Run again when it is complete.`,
    });
    expect(await openLocalStorage(folder()).list("")).toEqual([]);
  });

  describe("of a file whose last change is long ago", () => {
    beforeEach(() => {
      const now = Date.now();
      jest.spyOn(Date, "now").mockReturnValue(now + 60_000);
    });
    afterEach(() => jest.restoreAllMocks());

    test("have the digest that it had when it was read, and what it holds", async () => {
      const source = await load(await data.write("d.csv", "a,b,c\n1,2,3\n"));
      const hashes = jest.spyOn(crypto, "createHash");
      const version = await open().keep(abc, source, at(1));
      // The digest is looked at where a version is kept, and nowhere computed.
      expect(hashes).not.toHaveBeenCalled();
      expect(version.files).toEqual([{ path: "d.csv", bytes: 12, digest: source.digest }]);
      await open().restore(version, path.join(data.path, "again.csv"));
      expect(await readFile(path.join(data.path, "again.csv"), "utf8")).toBe("a,b,c\n1,2,3\n");
    });

    test("are none when it changes before it is copied, or while it is", async () => {
      const file = await data.write("d.csv", "a,b,c\n1,2,3\n");
      const source = await load(file);
      await writeFile(file, "a,b,c\n1,2,4\n");
      await expect(open().keep(abc, source, at(1))).rejects.toMatchObject({ code: "CONFLICT" });
      const again = await load(file);
      const storage = openLocalStorage(folder());
      const put = storage.put.bind(storage);
      jest.spyOn(storage, "put").mockImplementation(async (name, content) => {
        await put(name, content);
        await writeFile(file, "a,b,c\n1,2,5\n");
      });
      const versions = new DataVersions(storage, () => undefined);
      await expect(versions.keep(abc, again, at(1))).rejects.toMatchObject({ code: "CONFLICT" });
      expect(await storage.list("")).toEqual([]);
    });
  });

  test("that a killed process has left half-written are none, and are written again", async () => {
    const source = await load(await data.write("d.csv", "a,b,c\n1,2,3\n"));
    await mkdir(folder("numbers", source.digest, "files"), { recursive: true });
    await writeFile(folder("numbers", source.digest, "files", "0.00000"), "a,b");
    expect(await open().list("numbers")).toEqual([]);
    await expect(open().get("numbers", source.digest)).rejects.toMatchObject({ code: "NOT_FOUND" });
    const version = await open().keep(abc, source, at(1));
    await open().restore(version, path.join(data.path, "again.csv"));
    expect(await digestOfFile(path.join(data.path, "again.csv"))).toBe(source.digest);
  });

  test("are checked when they are read: damage is an error, and writes nothing", async () => {
    const version = await open().keep(abc, await load(await data.write("d.csv", "a,b,c\n1,2,3\n")), at(1));
    const target = path.join(data.path, "own.csv");
    await writeFile(target, "what is there");
    await writeFile(folder("numbers", version.digest, "files", "0.00000"), "a,b,c\n1,2,4\n");
    await expect(open().restore(version, target)).rejects.toMatchObject({
      code: "STORAGE_FAILED",
      message: `Data version ${shortDigest(version.digest)} of numbers is damaged: "d.csv" is not what was kept. Restore its files from a backup; nothing was written.`,
    });
    expect(await readFile(target, "utf8")).toBe("what is there");
    expect((await readdir(data.path)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    // Its content is there still: training on it again mends it.
    await openLocalStorage(folder()).delete(`numbers/${version.digest}/files/0.00000`);
    await expect(open().restore(version, target)).rejects.toThrow("some of its files are missing");
    await open().keep(abc, await load(path.join(data.path, "d.csv")), at(2));
    await open().restore(version, target);
    expect(await readFile(target, "utf8")).toBe("a,b,c\n1,2,3\n");
  });

  test.each(["../outside.csv", "a/../../outside.csv", "/tmp/outside.csv", ""])(
    "whose record leads out of the folder, to %j, are restored nowhere",
    async (escape) => {
      const versions = new DataVersions(openLocalStorage(folder()), () => undefined);
      await data.write("csv/1.csv", "a,b,c\n1,2,3\n");
      await data.write("csv/2.csv", "a,b,c\n4,5,6\n");
      const kept = await versions.keep(abc, await load(path.join(data.path, "csv")), at(1));
      // As somebody who can write to the storage would make it: whole, and with the digest of its files.
      const files = kept.files.map((file, index) => (index === 0 ? { ...file, path: escape } : file));
      const digest = digestOfListing(files);
      await rename(folder("numbers", kept.digest), folder("numbers", digest));
      const record = JSON.stringify({ ...kept, files, digest });
      await writeFile(folder("numbers", digest, "version.json"), record);
      await expect(versions.get("numbers", digest)).rejects.toThrow("is no path below the folder");
    },
  );

  test("with a corrupt record are named, and the others are listed", async () => {
    const said: string[] = [];
    const versions = new DataVersions(openLocalStorage(folder()), (message) => said.push(message));
    const file = await data.write("d.csv", "a,b,c\n1,2,3\n");
    const first = await versions.keep(abc, await load(file), at(1));
    await appendFile(file, "4,5,6\n");
    const second = await versions.keep(abc, await load(file), at(2));
    await writeFile(folder("numbers", first.digest, "version.json"), "{");
    expect(await versions.list("numbers")).toEqual([second]);
    expect(said).toEqual([
      `The record numbers/${first.digest}/version.json of a data version is corrupt: it is not JSON. Delete it, or restore it from a backup.`,
    ]);
    await writeFile(
      folder("numbers", first.digest, "version.json"),
      await readFile(folder("numbers", second.digest, "version.json")),
    );
    await expect(versions.get("numbers", first.digest)).rejects.toThrow(
      "its digest is not that of its files",
    );
  });

  test("larger than a part are kept in parts", async () => {
    const file = await data.write("d.parquet", "PAR1");
    const bytes = Buffer.alloc(2 * partBytes + 1, 7);
    await writeFile(file, bytes);
    const digest = await digestOfFile(file);
    const version = await open().keep(
      abc,
      { file, format: "parquet", digest, stamp: "", rows: 1, header: ["a"] },
      at(1),
    );
    const parts = await openLocalStorage(folder()).list(`numbers/${digest}/files/`);
    expect(parts).toHaveLength(3);
    await open().restore(version, path.join(data.path, "large"));
    expect(await digestOfFile(path.join(data.path, "large"))).toBe(digest);
  });

  test.each([
    ["nothing known", "0123456", "NOT_FOUND", "numbers has no data version 0123456."],
    ["too little of a digest", "0123", "INPUT_INVALID", '"0123" is not the digest of a data version.'],
    ["no digest", "../../etc", "INPUT_INVALID", '"../../etc" is not the digest of a data version.'],
  ])("refuse %s", async (_, digest, code, message) => {
    const error = open().get("numbers", digest);
    await expect(error).rejects.toMatchObject({ code });
    await expect(error).rejects.toThrow(message);
  });
});

describe("data versions in a blob container", () => {
  let azurite: Azurite;
  beforeAll(async () => (azurite = await Azurite.start()));
  afterAll(() => azurite.stop());

  dataVersionsContract(async () => {
    const name = `c-${randomUUID()}`;
    await azurite.client().createContainer(name);
    const url = new URL(azurite.signedUrl(name));
    url.pathname += "/data-versions";
    return openStorage(url.href);
  });
});
