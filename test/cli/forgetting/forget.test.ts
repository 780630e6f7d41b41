import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { describeForgotten } from "../../../cli/forgetting/describe-forgotten";
import { forget, type Forgotten } from "../../../cli/forgetting/forget";
import { actsOf } from "../../../platform/audit/acts-of";
import { openData } from "../../../platform/data/open-data";
import { DataVersions } from "../../../platform/data/versions/data-versions";
import { parseModelDefinition } from "../../../platform/definition/definition";
import type { LoadedDefinition } from "../../../platform/definition/definitions";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import { openStorage } from "../../../platform/storage/open-storage";
import type { Storage } from "../../../platform/storage/storage";
import { trailIn } from "../../platform/audit/trail.contract";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { Azurite } from "../../platform/storage/azurite";
import { logRecords } from "../watching/watch-fixture";

const folder = useTemporaryFolder();
let azurite: Azurite;
beforeAll(async () => (azurite = await Azurite.start()));
afterAll(() => azurite.stop());

const definition = (withIds: boolean) =>
  parseModelDefinition(
    {
      name: "cost",
      task: "regression",
      data: "data.csv",
      columns: [
        ...(withIds ? [{ name: "key", type: "category", role: "id" }] : []),
        { name: "email", type: "category", values: ["ada", "eve", "bob"], personal: true },
        { name: "age", type: "number" },
        { name: "cost", type: "number", role: "target" },
      ],
      trainer: { kind: "ridge", alpha: 1 },
      gate: { metric: "rmse" },
    },
    "the test",
  );

/** Two data versions, of which the second has rows of two requests, and their records in the log. */
async function place(storage: Storage, predictions: Storage, withIds = true) {
  const loaded = { definition: definition(withIds), dataFile: folder("data.csv") } as LoadedDefinition;
  const dataVersions = new DataVersions(storage, () => undefined);
  const keep = async (text: string): Promise<string> => {
    await writeFile(loaded.dataFile, text);
    const { engine, source } = await openData(loaded.definition, loaded.dataFile);
    const { digest } = await dataVersions.keep(loaded.definition, source, new Date(Date.UTC(2026, 10, 20)));
    await engine.close();
    return digest;
  };
  const [head, first, added] = withIds
    ? ["key,email,age,cost\n", "1,ada,30,5\n2,eve,40,6\n", "r1/0,eve,41,7\nr2/0,bob,50,8\n"]
    : ["email,age,cost\n", "ada,30,5\n", "eve,41,7\n"];
  const digests = [await keep(head + first), await keep(head + first + added)];
  await logRecords(
    predictions,
    ["r1", "r2", "r3"].map((id, index) => ({
      id,
      time: "2026-11-21T12:00:00.000Z",
      model: "cost:1",
      inputs: [{ age: 41 + index }],
      outputs: [7],
      redacted: ["email"],
    })),
  );
  const trail = trailIn(openLocalStorage(folder("audit")));
  const registered = digests.map((data, index) => ({ name: "cost", version: index + 1, tags: { data } }));
  const session = {
    audit: trail,
    environments: { names: ["prod"] },
    places: { logs: [predictions], data: [{ dataVersions }], truths: [] },
    runs: { list: () => Promise.resolve([]) },
    registry: { list: () => Promise.resolve(registered) },
  } as unknown as Parameters<typeof forget>[0];
  const call = (
    id: string,
    more: { column?: string; remove?: boolean; reason?: string } = {},
  ): Promise<Forgotten> => forget(session, loaded, { id, remove: true, ...more });
  return { call, dataVersions, digests, loaded, trail, predictions };
}

const logged = async (predictions: Storage): Promise<string> => {
  const texts = [];
  for (const file of await predictions.list("prod/"))
    texts.push(Buffer.from(await predictions.get(file)).toString());
  return texts.join("");
};

const local = (): Promise<Storage[]> =>
  Promise.resolve(["versions", "log"].map((name) => openLocalStorage(folder(name))));

async function blob(): Promise<Storage[]> {
  const storages = [];
  for (const name of [`c-${randomUUID()}`, `c-${randomUUID()}`]) {
    await azurite.client().createContainer(name);
    storages.push(await openStorage(azurite.signedUrl(name)));
  }
  return storages;
}

describe.each([
  ["in folders", local],
  ["in blob containers", blob],
])("what is known of a person, %s,", (_, open) => {
  const there = async (withIds = true) => {
    const [versions, predictions] = (await open()) as [Storage, Storage];
    return place(versions, predictions, withIds);
  };

  test("goes by the id of a request from log, data and versions, whose contents stay verifiable", async () => {
    const { call, dataVersions, digests, loaded, trail, predictions } = await there();
    const before = await call("r1", { remove: false });
    expect(before).toMatchObject({ records: { prod: 1 }, rows: 1, removed: false });
    expect(await dataVersions.list("cost")).toHaveLength(2);

    const forgotten = await call("r1", { reason: "a request of today" });
    expect(forgotten).toMatchObject({
      records: { prod: 1 },
      rows: 1,
      dataVersions: [{ digest: digests[1], rows: 1 }],
      trainedOn: { versions: ["cost:2"], runs: [] },
      removed: true,
    });
    const left = "key,email,age,cost\n1,ada,30,5\n2,eve,40,6\nr2/0,bob,50,8\n";
    expect(await readFile(loaded.dataFile, "utf8")).toBe(left);
    expect(await logged(predictions)).not.toContain("r1");
    expect(await logged(predictions)).toContain("r2");
    const versions = await dataVersions.list("cost");
    expect(versions.map(({ digest, rows }) => [digest, rows]).sort()).toEqual(
      [
        [digests[0], 2],
        [forgotten.dataVersions[0]?.left, 3],
      ].sort(),
    );
    // It is written back only when every byte has the digest that is its address.
    const remaining = await dataVersions.getRemaining("cost", digests[1] ?? "");
    await dataVersions.restore(remaining, folder("restored.csv"));
    expect(await readFile(folder("restored.csv"), "utf8")).toBe(left);

    const [act] = actsOf((await trail.verify()).entries);
    expect(act).toMatchObject({ act: "forget", subject: "cost", state: "done", why: "a request of today" });
    expect(act?.details).toMatchObject({ records: "1", rows: "1", trainedOn: "cost:2", by: "request id" });
    expect(JSON.stringify((await trail.verify()).entries)).not.toContain("r1");
  });

  test("goes by a personal column, with the requests that its rows were collected of", async () => {
    const { call, dataVersions, digests, predictions } = await there();
    const forgotten = await call("eve", { column: "email" });
    expect(forgotten).toMatchObject({
      records: { prod: 1 },
      rows: 2,
      trainedOn: { versions: ["cost:1", "cost:2"] },
    });
    expect(forgotten.dataVersions.map(({ digest, rows }) => [digest, rows]).sort()).toEqual(
      [
        [digests[0], 1],
        [digests[1], 2],
      ].sort(),
    );
    expect(await logged(predictions)).not.toContain("r1");
    for (const version of await dataVersions.list("cost")) {
      const file = folder(`${version.digest}.csv`);
      await dataVersions.restore(version, file);
      expect(await readFile(file, "utf8")).not.toContain("eve");
    }
  });
});

describe("forgetting", () => {
  const there = async (withIds = true) => {
    const [versions, predictions] = (await local()) as [Storage, Storage];
    return place(versions, predictions, withIds);
  };

  test("says that nothing is known of an id, and that it was removed before", async () => {
    const { call, trail } = await there();
    await expect(call("r9")).rejects.toMatchObject({
      code: "NOT_FOUND",
      message:
        "The prediction log and the data of cost have nothing of the request of that id. Nothing was changed. Expected the id of a request that was scored, as its answer has it; --column names a column of the data to look in instead.",
    });
    expect((await trail.verify()).entries).toEqual([]);
    await call("r1");
    await expect(call("r1")).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringMatching(
        /it was removed on \S+Z, entry 2 of the audit trail\. Nothing has come since/,
      ),
    });
    await expect(call("r1", { column: "email" })).rejects.toMatchObject({
      message: expect.stringContaining("Expected a value of that column"),
    });
  });

  test("removes what comes later, and a record that was written meanwhile", async () => {
    const { call, predictions } = await there();
    await call("r1");
    const again = {
      id: "r1",
      time: "2026-11-21T14:00:00.000Z",
      model: "cost:1",
      inputs: [{ age: 1 }],
      outputs: [1],
    };
    await logRecords(predictions, [again]);
    expect(await call("r1")).toMatchObject({ records: { prod: 1 }, rows: 0, dataVersions: [] });
    expect(await logged(predictions)).not.toContain("r1");
  });

  test("is finished after it was interrupted between the versions", async () => {
    const { call, dataVersions, digests, loaded, trail } = await there();
    const [, digest = ""] = digests;
    const version = await dataVersions.get("cost", digest);
    const remove = jest.spyOn(dataVersions, "remove").mockRejectedValueOnce(new Error("killed"));
    await expect(call("r1")).rejects.toThrow("killed");
    remove.mockRestore();
    expect((await dataVersions.list("cost")).map((each) => each.digest)).not.toContain(digest);
    await expect(dataVersions.restore(version, folder("still.csv"))).resolves.toBeUndefined();
    await expect(call("r1", { remove: false })).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringMatching(
        /did not end on .*, entry 2 of the audit trail.* Run it again with --yes/,
      ),
    });
    const finished = await call("r1");
    expect(describeForgotten(finished, { model: "cost", serving: [] })).toMatch(
      /^Removed what a run that was interrupted had left\./,
    );
    await expect(call("r1")).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(actsOf((await trail.verify()).entries).map(({ state }) => state)).toEqual(["failed", "done"]);
    await expect(dataVersions.restore(version, folder("gone.csv"))).rejects.toMatchObject({
      code: "STORAGE_FAILED",
    });
    expect(await readFile(loaded.dataFile, "utf8")).not.toContain("r1");
  });

  test("lets a copy of the former data not come back, and says where the rest of it is", async () => {
    const { call, dataVersions, digests, loaded } = await there();
    const former = await readFile(loaded.dataFile, "utf8");
    await call("r1");
    await writeFile(loaded.dataFile, former);
    const { engine, source } = await openData(loaded.definition, loaded.dataFile);
    await expect(dataVersions.keep(loaded.definition, source, new Date())).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("has 1 row that had to be forgotten on"),
    });
    await engine.close();
    await expect(dataVersions.get("cost", digests[1] ?? "")).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringMatching(
        /is gone: 1 row of it had to be forgotten on .* What is left of it is data version/,
      ),
    });
  });

  test("says that data without ids does not tell which rows are a request's, and what serves meanwhile", async () => {
    const { call } = await there(false);
    const forgotten = await call("r1");
    expect(forgotten).toMatchObject({ records: { prod: 1 }, rows: 0, dataHasIds: false });
    expect(describeForgotten(forgotten, { model: "cost", serving: ["prod"] })).toBe(
      [
        "Removed: 1 record of the prediction log in prod.",
        "No model was trained on these rows.",
        "The data of cost has no id column, so rows collected from a request cannot be identified. Name a column and a value that tell them: --column <name>.",
        "Files of truth that `collect` and `monitor` were given by name, and copies of the data elsewhere, are yours to clean.",
        "cost serves in prod: a record that waits to be written may still come. Run this again in a few minutes.",
      ].join("\n"),
    );
  });
});
