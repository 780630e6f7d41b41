import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import {
  readVersionFacts,
  VersionFactsReader,
  type VersionFacts,
} from "../../../../cli/dashboard/board/version-facts";
import { openRegistry } from "../../../../platform/registry/open-registry";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { versionOf } from "../a-board";

const folder = useTemporaryFolder();
const facts: VersionFacts = { card: "# houses", heldOut: { rmse: 1 } };

test("the files of a version say what was measured; one that is damaged hides no other", async () => {
  const model = folder("model");
  await mkdir(model);
  await writeFile(path.join(model, "MLmodel"), "flavors: {}\n");
  await writeFile(path.join(model, "README.md"), "# houses\n");
  await writeFile(path.join(model, "lineage.json"), "{");
  const measured = { rows: 9, metrics: { rmse: 54.35 } };
  await writeFile(
    path.join(model, "metrics.json"),
    JSON.stringify({ heldOut: measured, training: measured }),
  );
  const registry = openRegistry(folder("registry"), { report: () => undefined });
  const version = await registry.register("houses", model, {});
  expect(await readVersionFacts(registry, version)).toEqual({ card: "# houses\n", heldOut: { rmse: 54.35 } });
});

test("a version is read once, for whoever waits and for whoever asks later", async () => {
  const read = jest.fn(() => Promise.resolve(facts));
  const reader = new VersionFactsReader(read);
  expect(reader.find(versionOf(1))).toBeUndefined();
  expect(await reader.of(versionOf(1))).toEqual(facts);
  expect(reader.find(versionOf(1))).toEqual(facts);
  expect(read).toHaveBeenCalledTimes(1);
});

test("in the background one version is read after the other, past those that fail", async () => {
  let running = 0;
  let most = 0;
  const reader = new VersionFactsReader(async ({ version }) => {
    most = Math.max(most, (running += 1));
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    if (version === 1) throw new Error("gone");
    return facts;
  });
  for (const version of [1, 2, 3]) reader.find(versionOf(version));
  expect(await reader.of(versionOf(3))).toEqual(facts);
  expect(most).toBe(1);
});

test("one that could not be read is told, and read again after a minute, not before", async () => {
  let now = 0;
  const read = jest.fn(() => Promise.reject(new Error("away")));
  const reader = new VersionFactsReader(read, () => now);
  await expect(reader.of(versionOf(1))).rejects.toThrow("away");
  expect(reader.find(versionOf(1))).toBeUndefined();
  expect(read).toHaveBeenCalledTimes(1);
  now = 60_000;
  await expect(reader.of(versionOf(1))).rejects.toThrow("away");
  expect(read).toHaveBeenCalledTimes(2);
});
