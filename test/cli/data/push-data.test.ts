import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { findReasonToLeave, pushData, type Push, type Pushed } from "../../../cli/data/push-data";
import { digestOf } from "../../../platform/base/files";
import { loadData, type DataSource } from "../../../platform/data/source";
import { DuckDbEngine } from "../../../platform/sql/duckdb/duckdb-engine";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import type { Storage } from "../../../platform/storage/storage";
import { DataFolder } from "../../platform/data/data-folder";
import { numbersOnly } from "../../platform/data/definitions";

const definition = numbersOnly(["a", "b"]);
const now = new Date("2026-11-26T12:00:00Z");
let data: DataFolder;
let storage: Storage;
beforeEach(async () => {
  data = await DataFolder.open();
  storage = openLocalStorage(path.join(data.path, "container"));
});
afterEach(() => data.close());

const csv = (...rows: string[]): string => `a,b\n${rows.join("\n")}\n`;
const place = (): string => path.join(data.path, "container", "model");

/** Loads data with an engine of its own, as each command does. */
async function withSource<T>(
  file: string,
  work: (source: DataSource, rows: unknown) => Promise<T>,
  only?: string[],
) {
  const engine = await DuckDbEngine.open();
  try {
    const source = await loadData(engine, definition, file, only);
    return await work(source, await engine.rows("SELECT a, b FROM data ORDER BY a"));
  } finally {
    await engine.close();
  }
}

const deliver = (file: string, more: Partial<Push> = {}) =>
  withSource(file, (source) =>
    pushData({ storage, model: "model", source, now, force: false, announce: true, ...more }),
  );
async function push(file: string, more: Partial<Push> = {}): Promise<Pushed> {
  const pushed = await deliver(file, more);
  if ("left" in pushed) throw new Error(pushed.left);
  return pushed;
}
const rowsOf = (file: string, only?: string[]) =>
  withSource(file, (source, rows) => Promise.resolve({ rows, files: source.files }), only);

test("a file that is pushed is all that the folder's readers see, and they are told of it", async () => {
  const file = await data.write("mine.csv", csv("1,2", "3,4"));
  const pushed = await push(file);
  expect(pushed).toMatchObject({ rows: 2, files: 1, unchanged: false });
  expect(await storage.list("model/")).toEqual([
    "model/_SUCCESS",
    `model/_deliveries/${pushed.digest.slice(0, 12)}/mine.csv`,
    "model/_manifest.json",
  ]);
  expect((await rowsOf(place())).rows).toEqual([
    { a: 1, b: 2 },
    { a: 3, b: 4 },
  ]);
});

test("the same data again writes nothing and starts nothing", async () => {
  const file = await data.write("mine.csv", csv("1,2"));
  await push(file);
  await storage.delete("model/_SUCCESS");
  expect(await push(file)).toMatchObject({ unchanged: true });
  expect(await storage.list("model/_SUCCESS")).toEqual([]);
});

test("other data takes its place as a whole, and a run that has begun goes on with the one before", async () => {
  await push(await data.write("mine.csv", csv("1,2")));
  const began = await rowsOf(place());
  await mkdir(path.join(data.path, "folder"));
  await writeFile(path.join(data.path, "folder", "p1.csv"), csv("5,6"));
  await writeFile(path.join(data.path, "folder", "p2.csv"), csv("7,8"));
  const second = await push(path.join(data.path, "folder"), { announce: false });
  expect(second).toMatchObject({
    files: 2,
    unchanged: false,
    former: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect((await rowsOf(place())).rows).toEqual([
    { a: 5, b: 6 },
    { a: 7, b: 8 },
  ]);
  expect((await rowsOf(place(), [...(began.files ?? [])])).rows).toEqual([{ a: 1, b: 2 }]);
});

test("a push that was stopped before its manifest has changed nothing, and is completed by the next", async () => {
  await push(await data.write("mine.csv", csv("1,2")));
  const next = await data.write("next.csv", csv("9,9"));
  const stopped: Storage = {
    ...storage,
    get: (file) => storage.get(file),
    list: (prefix) => storage.list(prefix),
    delete: (file) => storage.delete(file),
    create: (file, content) => storage.create(file, content),
    dropEarlier: (prefix) => storage.dropEarlier(prefix),
    put: (file, content) =>
      file.endsWith(".json") ? Promise.reject(new Error("killed")) : storage.put(file, content),
  };
  await expect(push(next, { storage: stopped })).rejects.toThrow("killed");
  expect((await rowsOf(place())).rows).toEqual([{ a: 1, b: 2 }]);
  await push(next);
  expect((await rowsOf(place())).rows).toEqual([{ a: 9, b: 9 }]);
});

test("files that somebody else has laid there are not left out without a word", async () => {
  await storage.put("model/2026/part-1.csv", csv("0,0"));
  const file = await data.write("mine.csv", csv("1,2"));
  await expect(push(file)).rejects.toThrow(
    /1 file of another program, model\/2026\/part-1\.csv first.*--force/s,
  );
  expect(await storage.list("model/_")).toEqual([]);
  await push(file, { force: true });
  expect(await storage.list("model/2026")).toEqual([]);
  // And those that come later are refused where the data is read.
  await storage.put("model/late.csv", csv("0,0"));
  await expect(rowsOf(place())).rejects.toThrow(/delivered, and "late\.csv" beside it.*Remove the file/s);
});

test("a file that changes while it is sent is refused, and what was there stays", async () => {
  await push(await data.write("mine.csv", csv("1,2")));
  const file = await data.write("next.csv", csv("3,4"));
  await withSource(file, async (source) => {
    await appendFile(file, "5,6\n");
    const changed = { storage, model: "model", source, now, force: false, announce: true };
    await expect(pushData(changed)).rejects.toThrow(/has changed since it was checked/);
  });
  expect((await rowsOf(place())).rows).toEqual([{ a: 1, b: 2 }]);
});

test.each([
  ["is missing", (file: string) => storage.delete(file), /"_deliveries\/.*mine\.csv" is not there/],
  [
    "was cut short",
    async (file: string) => storage.put(file, (await storage.get(file)).subarray(0, 5)),
    /has 5 bytes instead of 8/,
  ],
])("a delivered file that %s is named, and not read as less data", async (_, spoil, message) => {
  await push(await data.write("mine.csv", csv("1,2")));
  const [file = ""] = await storage.list("model/_deliveries/");
  await spoil(file);
  await expect(rowsOf(place())).rejects.toThrow(message);
});

test("a manifest of somebody else's that leads out of the folder is refused: it would have another's file read", async () => {
  const file = await data.write("mine.csv", csv("1,2"));
  await push(file);
  const manifest = await readFile(path.join(place(), "_manifest.json"), "utf8");
  const outside = manifest.replace(/(_deliveries\/[0-9a-f]{12}\/)[^"]+/, "$1../../../mine.csv");
  expect(outside).not.toBe(manifest);
  await storage.put("model/_manifest.json", outside);
  await expect(rowsOf(place())).rejects.toThrow("is no path below the folder");
});

test("a manifest that is not one is refused where it is read, and replaced by the next push", async () => {
  const file = await data.write("mine.csv", csv("1,2"));
  await push(file);
  await storage.put("model/_manifest.json", '{"files": []}');
  await expect(rowsOf(place())).rejects.toThrow(/_manifest\.json is corrupt.*Deliver the data again/s);
  await push(file);
  expect((await rowsOf(place())).rows).toEqual([{ a: 1, b: 2 }]);
  expect(JSON.parse(await readFile(path.join(place(), "_manifest.json"), "utf8"))).toMatchObject({
    rows: 1,
    deliveredAt: now.toISOString(),
  });
});

describe("a pipeline", () => {
  const from = "model/data.csv";
  const manifest = async () =>
    JSON.parse(await readFile(path.join(place(), "_manifest.json"), "utf8")) as { from?: string };

  test("puts the repository's data where there is none, and what the repository has later in its place", async () => {
    expect(await push(await data.write("data.csv", csv("1,2")), { from })).toMatchObject({
      unchanged: false,
    });
    expect(await manifest()).toMatchObject({ from });
    expect(await push(await data.write("data.csv", csv("3,4")), { from })).toMatchObject({
      unchanged: false,
    });
    expect((await rowsOf(place())).rows).toEqual([{ a: 3, b: 4 }]);
  });

  test("leaves what somebody has delivered, says what that is, and does as it is told with force", async () => {
    const old = await data.write("data.csv", csv("1,2"));
    await push(old, { from });
    const newer = await push(await data.write("newer.csv", csv("5,6", "7,8")));
    expect(await deliver(old, { from })).toEqual({
      left: `somebody has delivered 2 rows on ${now.toISOString()}, version ${newer.digest.slice(0, 12)}`,
    });
    expect((await rowsOf(place())).rows).toHaveLength(2);
    expect(await manifest()).not.toHaveProperty("from");
    expect(await deliver(old, { from, force: true })).toMatchObject({ rows: 1, unchanged: false });
    // From then on it is the repository's again.
    expect(await push(await data.write("data.csv", csv("9,9")), { from })).toMatchObject({
      unchanged: false,
    });
  });

  test("leaves files that another program has laid there, as Spark does", async () => {
    await storage.put("model/2026/part-1.csv", csv("0,0"));
    await storage.put("model/_SUCCESS", "");
    expect(await deliver(await data.write("data.csv", csv("1,2")), { from })).toEqual({
      left: "another program has laid 1 file there, model/2026/part-1.csv first",
    });
    expect(await storage.list("model/")).toEqual(["model/2026/part-1.csv", "model/_SUCCESS"]);
  });

  test("takes data that somebody has delivered for the repository's, where it is the same", async () => {
    const file = await data.write("data.csv", csv("1,2"));
    await push(file);
    expect(await push(file, { from })).toMatchObject({ unchanged: true });
    expect(await manifest()).toMatchObject({ from, deliveredAt: now.toISOString() });
    expect(await push(await data.write("data.csv", csv("3,4")), { from })).toMatchObject({
      unchanged: false,
    });
  });
});

const delivery = { digest: digestOf("there"), rows: 3, deliveredAt: now.toISOString(), files: [] };
test.each([
  ["nothing", { delivery: undefined, beside: [] }, undefined],
  ["a pipeline's", { delivery: { ...delivery, from: "m/data.csv" }, beside: [] }, undefined],
  ["the same", { delivery: { ...delivery, digest: digestOf("mine") }, beside: [] }, undefined],
  ["somebody's", { delivery, beside: [] }, /^somebody has delivered 3 rows on 2026/],
  ["files", { delivery: undefined, beside: ["m/1.csv", "m/2.csv"] }, /laid 2 files there, m\/1\.csv first/],
  ["what cannot be read", { delivery: "unreadable" as const, beside: [] }, /_manifest\.json cannot be read/],
])("found in the folder: %s", (_, found, why) => {
  const left = findReasonToLeave(found, digestOf("mine"));
  if (why === undefined) expect(left).toBeUndefined();
  else expect(left).toMatch(why);
});
