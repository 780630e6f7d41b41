import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { fileOfEntry } from "../../../platform/audit/audit-entry";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import { openStorage } from "../../../platform/storage/open-storage";
import type { Storage } from "../../../platform/storage/storage";
import { useTemporaryFolder } from "../base/temporary-folder";
import { Azurite } from "../storage/azurite";
import { promotion, trailContract, trailIn } from "./trail.contract";

describe("an audit trail in a folder", () => {
  const folder = useTemporaryFolder();
  const open = (): Storage => openLocalStorage(folder("audit"));
  const seen = (): string => folder("seen", "home.json");

  trailContract(() => Promise.resolve(open()));

  test("knows by what this machine has seen that the last entries were taken away, also after others were added", async () => {
    const storage = open();
    const trail = trailIn(storage, seen());
    for (const time of ["1", "2", "3"]) await trail.record({ ...promotion, details: { time } });
    await storage.delete(fileOfEntry(2));
    await storage.delete(fileOfEntry(3));
    expect((await trail.verify()).faults).toMatchObject([{ number: 2, fault: "missing" }]);
    await trail.record(promotion);
    const { faults, head } = await trail.verify();
    expect(faults).toMatchObject([{ number: 2, fault: "missing" }]);
    expect(faults[0]?.explanation).toBe("Entries 2 to 3 are missing, while later ones are there.");
    expect(head?.number).toBe(4);
  });

  test("knows by what this machine has seen that the last entry was changed, also after another was added", async () => {
    const trail = trailIn(open(), seen());
    for (const time of ["1", "2"]) await trail.record({ ...promotion, details: { time } });
    const file = folder("audit", fileOfEntry(2));
    await writeFile(file, (await readFile(file, "utf8")).replace("diabetes", "titanic"));
    expect((await trail.verify()).faults).toMatchObject([{ number: 2, fault: "changed" }]);
    await trail.record(promotion);
    expect((await trail.verify()).faults).toMatchObject([{ number: 2, fault: "changed" }]);
  });

  test("goes on behind a last entry that was cut short", async () => {
    const trail = trailIn(open());
    await trail.record(promotion);
    await writeFile(folder("audit", fileOfEntry(1)), '{"number": 1');
    await trail.record(promotion);
    const { entries, faults } = await trail.verify();
    expect(faults).toMatchObject([{ number: 1, fault: "unreadable" }]);
    expect(entries.map(({ number }) => number)).toEqual([2]);
  });

  test("records that an act failed, and lets its error through", async () => {
    const trail = trailIn(open());
    await expect(trail.around(promotion, () => Promise.reject(new Error("no canary")))).rejects.toThrow(
      "no canary",
    );
    expect((await trail.verify()).entries).toMatchObject([
      { state: "begun" },
      { state: "failed", begun: 1, details: { error: "no canary" } },
    ]);
  });
});

describe("an audit trail that cannot be written", () => {
  const folder = useTemporaryFolder();
  const broken = (writes: number): Storage => {
    const storage = openLocalStorage(folder("audit"));
    let left = writes;
    return {
      put: (file, content) => storage.put(file, content),
      get: (file) => storage.get(file),
      list: (prefix) => storage.list(prefix),
      delete: (file) => storage.delete(file),
      dropEarlier: (prefix) => storage.dropEarlier(prefix),
      create: (file, content) =>
        (left -= 1) < 0 ? Promise.reject(new Error("The network is down.")) : storage.create(file, content),
    };
  };

  test("lets nothing be done", async () => {
    const work = jest.fn(() => Promise.resolve());
    await expect(trailIn(broken(0)).around(promotion, work)).rejects.toMatchObject({
      code: "STORAGE_FAILED",
      message:
        "The promote of diabetes in prod was not begun, as it could not be added to the audit trail in the test: The network is down. Everything that is done has to be in the trail. Correct that, and run the command again.",
    });
    expect(work).not.toHaveBeenCalled();
    await expect(trailIn(broken(0)).record(promotion)).rejects.toMatchObject({ code: "STORAGE_FAILED" });
  });

  test("lets a rollback be done, and says that it is not recorded", async () => {
    const work = jest.fn(() => Promise.resolve());
    const act = { ...promotion, act: "rollback" } as const;
    await expect(trailIn(broken(0)).around(act, work, { always: true })).rejects.toMatchObject({
      code: "STORAGE_FAILED",
      message: expect.stringMatching(
        /^The rollback of diabetes in prod was done, but is not in the audit trail in the test: The network is down\. .* Keep this message, which is its only record: \S+Z, ada on here, The canary passed\.\.$/,
      ),
    });
    expect(work).toHaveBeenCalledTimes(1);
  });

  test("warns when only the end of an act is lost, as the trail has its begin", async () => {
    const warnings: string[] = [];
    const trail = trailIn(broken(1), undefined, warnings);
    expect(await trail.around(promotion, () => Promise.resolve("done"))).toBe("done");
    expect(warnings).toEqual([
      "That the promote of diabetes in prod is done could not be added to the audit trail in the test, which has its begin as entry 1: The network is down.",
    ]);
    expect((await trail.verify()).entries).toMatchObject([{ state: "begun" }]);
  });

  test("does not write twice when only the answer was lost", async () => {
    const storage = openLocalStorage(folder("audit"));
    const trail = trailIn({
      ...broken(0),
      create: async (file, content) => {
        await storage.create(file, content);
        return false;
      },
    });
    await trail.record(promotion);
    expect((await trail.verify()).entries).toHaveLength(1);
  });
});

describe("an audit trail in a blob container", () => {
  let azurite: Azurite;
  beforeAll(async () => (azurite = await Azurite.start()));
  afterAll(() => azurite.stop());

  trailContract(async () => {
    const name = `c-${randomUUID()}`;
    await azurite.client().createContainer(name);
    return openStorage(azurite.signedUrl(name));
  });
});
