import path from "node:path";
import { pushData } from "../../../cli/data/push-data";
import { digestOfStackData } from "../../../cli/data/stack-data";
import { loadData, type DataSource } from "../../../platform/data/source";
import { DuckDbEngine } from "../../../platform/sql/duckdb/duckdb-engine";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import type { Storage } from "../../../platform/storage/storage";
import { DataFolder } from "../../platform/data/data-folder";
import { numbersOnly } from "../../platform/data/definitions";

let data: DataFolder;
let storage: Storage;
beforeEach(async () => {
  data = await DataFolder.open();
  storage = openLocalStorage(path.join(data.path, "container"));
});
afterEach(() => data.close());

async function withSource<T>(file: string, work: (source: DataSource) => Promise<T>): Promise<T> {
  const engine = await DuckDbEngine.open();
  try {
    return await work(await loadData(engine, numbersOnly(["a", "b"]), file));
  } finally {
    await engine.close();
  }
}

/** The digest that a job notes which trains on the folder; the version has it. */
const trainedOn = () =>
  withSource(path.join(data.path, "container", "model"), ({ digest }) => Promise.resolve(digest));
const push = async (name: string, text: string) =>
  withSource(await data.write(name, text), (source) =>
    pushData({ storage, model: "model", source, now: new Date(), force: false, announce: true }),
  );

test("data that was delivered is what a job trains on, and other data once more has come", async () => {
  await push("first.csv", "a,b\n1,2\n");
  const first = await digestOfStackData(storage, "model");
  expect(first).toBe(await trainedOn());
  await push("second.csv", "a,b\n1,2\n3,4\n");
  expect(await digestOfStackData(storage, "model")).toBe(await trainedOn());
  expect(await trainedOn()).not.toBe(first);
});

test("of what was delivered the manifest alone is read", async () => {
  await push("rows.csv", "a,b\n1,2\n");
  const get = jest.fn((file: string) => storage.get(file));
  await digestOfStackData({ get, list: (prefix) => storage.list(prefix) }, "model");
  expect(get.mock.calls).toEqual([["model/_manifest.json"]]);
});

test("files that another program has laid there are those that a job reads", async () => {
  for (const [name, text] of [
    ["b/2.csv", "a,b\n3,4\n"],
    ["1.csv", "a,b\n1,2\n"],
    ["_SUCCESS", ""],
    ["_later/3.csv", "a,b\n5,6\n"],
    [".4.csv", "a,b\n5,6\n"],
  ] as const)
    await storage.put(`model/${name}`, text);
  await storage.put("model-of-others/1.csv", "a,b\n9,9\n");
  const digest = await digestOfStackData(storage, "model");
  expect(digest).toBe(await trainedOn());
  await storage.put("model/_SUCCESS", "again");
  expect(await digestOfStackData(storage, "model")).toBe(digest);
});

test("a stack without data has none", async () => {
  await storage.put("model/_SUCCESS", "");
  expect(await digestOfStackData(storage, "model")).toBeUndefined();
});

test("a manifest that is torn says what mends it", async () => {
  await storage.put("model/_manifest.json", "{");
  await expect(digestOfStackData(storage, "model")).rejects.toThrow(
    "model/_manifest.json of the stack's data is corrupt: it is not JSON. Deliver the data again",
  );
});
