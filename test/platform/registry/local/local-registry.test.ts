import { appendFile, mkdir, readdir, rm, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import type { PlatformError } from "../../../../platform/base/errors";
import { digestOfDirectory } from "../../../../platform/base/files";
import { openLocalRegistry } from "../../../../platform/registry/local/local-registry";
import type { Registry } from "../../../../platform/registry/registry";
import { openStaging } from "../../../../platform/registry/local/staging";
import { useTemporaryFolder } from "../../base/temporary-folder";
import { makeModelDirectory } from "../model-fixture";
import { registryContract } from "../registry.contract";

describe("the local registry", () => {
  const folder = useTemporaryFolder();
  const reported: string[] = [];
  const report = ({ message }: PlatformError): void => void reported.push(message);

  const open = (): Registry => openLocalRegistry(folder("registry"), { report });
  const entry = (...parts: string[]): string => folder("registry", "diabetes", ...parts);

  beforeEach(() => {
    reported.length = 0;
  });

  registryContract(() => Promise.resolve(open()), folder);

  async function openWithThree(): Promise<Registry> {
    const registry = open();
    for (const content of ["one", "two", "three"]) {
      await registry.register("diabetes", await makeModelDirectory(folder(content), content), { content });
    }
    return registry;
  }

  test("never gives a number twice, also when the last version was moved out of the registry", async () => {
    const registry = await openWithThree();
    await rm(entry("3"), { recursive: true });
    expect((await registry.register("diabetes", folder("one"), {})).version).toBe(4);
    await rm(entry("numbers"), { recursive: true });
    // A registry of before has no such list; its folders say which numbers are in use.
    expect((await registry.register("diabetes", folder("two"), {})).version).toBe(5);
    expect((await registry.list()).map(({ version }) => version)).toEqual([1, 2, 4, 5]);
  });

  const remedy = (): string =>
    `Restore ${entry("2")} from a backup, or move it out of the registry and register the model again.`;

  test.each<[string, () => Promise<void>, () => string]>([
    [
      "whose version.json is missing",
      () => rm(entry("2", "version.json")),
      () => `diabetes:2 has lost its ${entry("2", "version.json")}. ${remedy()}`,
    ],
    [
      "whose version.json is cut off",
      () => writeFile(entry("2", "version.json"), '{"name": "diab'),
      () =>
        `${entry("2", "version.json")} is not as the registry wrote it. Restore it from a backup, or move it away`,
    ],
    [
      "whose version.json is of another kind",
      () => writeFile(entry("2", "version.json"), "[]"),
      () => `${entry("2", "version.json")} is not as the registry wrote it.`,
    ],
    [
      "whose version.json is a folder",
      () =>
        rm(entry("2", "version.json"))
          .then(() => mkdir(entry("2", "version.json")))
          .then(() => undefined),
      () => `${entry("2", "version.json")} is a folder, and not a file. Restore it from a backup`,
    ],
    [
      "that is an empty folder",
      () =>
        rm(entry("2"), { recursive: true })
          .then(() => mkdir(entry("2")))
          .then(() => undefined),
      () => `diabetes:2 has lost its ${entry("2", "version.json")}. ${remedy()}`,
    ],
  ])("reports an entry %s, and lists and uses the others", async (_, damage, message) => {
    const registry = await openWithThree();
    await damage();
    const said = { code: "REGISTRY_CORRUPT", message: expect.stringContaining(message()) };
    await expect(registry.get({ name: "diabetes", version: 2 })).rejects.toMatchObject(said);
    await expect(registry.setAlias({ name: "diabetes", version: 2 }, "champion")).rejects.toMatchObject(said);
    expect(reported).toEqual([]);
    expect((await registry.list()).map(({ version }) => version)).toEqual([1, 3]);
    expect(reported).toEqual([said.message]);
    await registry.get({ name: "diabetes", version: 3 });
    const next = await registry.register("diabetes", folder("one"), {});
    expect(next.version).toBe(4);
  });

  test.each<[string, () => Promise<void>, string]>([
    ["a changed byte", () => appendFile(entry("2", "model", "model.onnx"), "x"), "model.onnx has changed"],
    ["a missing file", () => rm(entry("2", "model", "extra", "golden.json")), "extra/golden.json is missing"],
    ["a file too many", () => writeFile(entry("2", "model", "added"), ""), "added was added"],
    [
      "no files at all",
      () => rm(entry("2", "model"), { recursive: true }),
      "MLmodel is missing, extra/golden.json is missing, model.onnx is missing",
    ],
  ])("does not give out a model with %s", async (_, damage, fault) => {
    const registry = await openWithThree();
    await damage();
    const said = {
      code: "REGISTRY_CORRUPT",
      message: `diabetes:2 is not what was registered: in ${entry("2", "model")} ${fault}. ${remedy()}`,
    };
    await expect(registry.get({ name: "diabetes", version: 2 })).rejects.toMatchObject(said);
    await expect(registry.download({ name: "diabetes", version: 2 }, folder("copy"))).rejects.toMatchObject(
      said,
    );
    expect(await readdir(folder())).not.toContain("copy");
    await registry.download({ name: "diabetes", version: 1 }, folder("copy"));
  });

  test("says that an alias points to a version that is gone, and lets it be set again", async () => {
    const registry = await openWithThree();
    await registry.setAlias({ name: "diabetes", version: 3 }, "champion");
    await rm(entry("3"), { recursive: true });
    await expect(registry.findAlias("diabetes", "champion")).rejects.toMatchObject({
      code: "REGISTRY_CORRUPT",
      message: `${entry("aliases", "champion.json")} points to diabetes:3, which is gone. Set the alias "champion" again.`,
    });
    await registry.setAlias({ name: "diabetes", version: 1 }, "champion");
    expect(await registry.findAlias("diabetes", "champion")).toMatchObject({ version: 1 });
  });

  test("reports a garbled alias and gives the versions all the same", async () => {
    const registry = await openWithThree();
    await registry.setAlias({ name: "diabetes", version: 1 }, "champion");
    await writeFile(entry("aliases", "champion.json"), "");
    expect(await registry.get({ name: "diabetes", version: 1 })).toMatchObject({ aliases: [] });
    expect(reported[0]).toContain("champion.json is not as the registry wrote it");
    await expect(registry.findAlias("diabetes", "champion")).rejects.toMatchObject({
      code: "REGISTRY_CORRUPT",
    });
  });

  test("tells tags apart that differ only in capitals", async () => {
    const registry = await openWithThree();
    const ref = { name: "diabetes", version: 1 };
    await registry.setTag(ref, "Run", "a");
    await registry.setTag(ref, "run", "b");
    expect((await registry.get(ref)).tags).toEqual({ Run: "a", content: "one", run: "b" });
  });

  test("stores what the digest says", async () => {
    const [version] = await (await openWithThree()).list("diabetes");
    expect(await digestOfDirectory(entry("1", "model"))).toBe(version?.digest);
  });

  test("leaves no staging behind", async () => {
    await openWithThree();
    expect(await readdir(folder("registry", ".staging"))).toEqual([]);
  });

  test("sweeps staging of processes that are gone, and of others only when it is old", async () => {
    const staging = (name = ""): string => folder("registry", ".staging", name);
    const own = path.basename(path.dirname((await openStaging(staging())).entry));
    const [scope = "", pid = ""] = own.split("-");
    const gone = [`${scope}-4000000-1-0a1b2c3d`, `${scope}-${pid}-1-0a1b2c3d`];
    const elsewhere = ["000000000000-1-1-0a1b2c3d", "another-name"];
    const oldElsewhere = ["000000000000-2-1-0a1b2c3d", "another-old-name"];
    for (const name of [...gone, ...elsewhere, ...oldElsewhere]) await mkdir(staging(name));
    const longAgo = new Date(Date.now() - 2 * 3_600_000);
    for (const name of [own, ...oldElsewhere]) await utimes(staging(name), longAgo, longAgo);
    await openWithThree();
    // On a system that tells no start of a process, one with an id in use counts as running.
    const left = process.platform === "linux" ? [own, ...elsewhere] : [own, gone[1], ...elsewhere];
    expect((await readdir(staging())).sort()).toEqual(left.sort());
  });

  test("is not held up by files that are none of its own", async () => {
    const registry = await openWithThree();
    await writeFile(folder("registry", "stray-file"), "");
    await writeFile(entry("note.txt"), "");
    await mkdir(entry("0"));
    expect((await registry.list()).map(({ version }) => version)).toEqual([1, 2, 3]);
  });

  test("says that its folder is a file", async () => {
    await writeFile(folder("registry"), "");
    await expect(
      open().register("diabetes", await makeModelDirectory(folder("one")), {}),
    ).rejects.toMatchObject({ code: "STORAGE_FAILED" });
  });
});
