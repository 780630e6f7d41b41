import { appendFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { packageModel, verifyPackage } from "../../../deploy/package/package";
import type { ServingLimits } from "../../../platform/definition/definition";
import type { PackagedRelease } from "../../../platform/release/deployment";
import type { Registry } from "../../../platform/registry/registry";
import { openLocalRegistry } from "../../../platform/registry/local/local-registry";
import { makeModelDirectory } from "../../platform/registry/model-fixture";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { definition } from "../../cli/report/report-fixture";

const folder = useTemporaryFolder();
const first = { name: "cost", version: 1 };
let registry: Registry;

beforeEach(async () => {
  registry = openLocalRegistry(folder("registry"), { report: () => undefined });
  await registry.register("cost", await makeModelDirectory(folder("model")), {});
});

const pack = (serving: ServingLimits = definition.serving, version = first): Promise<PackagedRelease> =>
  packageModel({ registry, packages: folder("packages"), serving }, version);

test("a package holds the version's model, named by its content, and nothing half-made is left", async () => {
  const release = await pack();
  expect(release.model).toBe("cost:1");
  expect(await readdir(folder("packages"))).toEqual([`cost-1-${release.digest.slice(0, 12)}`]);
  expect(release.package).toBe(folder("packages", `cost-1-${release.digest.slice(0, 12)}`));
  expect(await readFile(path.join(release.package, "model", "model.onnx"))).toEqual(
    await readFile(folder("model", "model.onnx")),
  );
  const manifest = JSON.parse(await readFile(path.join(release.package, "package.json"), "utf8")) as unknown;
  expect(manifest).toMatchObject({ model: "cost:1", serving: definition.serving });
  await expect(verifyPackage(release)).resolves.toBeUndefined();
});

test("the same version and limits give the same package; others another", async () => {
  const release = await pack();
  expect(await pack()).toEqual(release);
  await rm(release.package, { recursive: true });
  expect(await pack()).toEqual(release);
  const limited = await pack({ ...definition.serving, timeoutMs: definition.serving.timeoutMs + 1 });
  expect(limited.digest).not.toBe(release.digest);
  await registry.register("cost", await makeModelDirectory(folder("other"), "two"), {});
  expect((await pack(definition.serving, { name: "cost", version: 2 })).digest).not.toBe(release.digest);
});

test.each<[string, (release: PackagedRelease) => Promise<void>, string, RegExp]>([
  [
    "a byte of the model",
    ({ package: at }) => appendFile(path.join(at, "model", "model.onnx"), " "),
    "MODEL_INVALID",
    /was changed after it was packaged/,
  ],
  [
    "a file more",
    ({ package: at }) => writeFile(path.join(at, "model", "more.txt"), ""),
    "MODEL_INVALID",
    /was changed after it was packaged/,
  ],
  [
    "a file less",
    ({ package: at }) => rm(path.join(at, "model", "extra", "golden.json")),
    "MODEL_INVALID",
    /was changed after it was packaged/,
  ],
  [
    "another limit",
    async ({ package: at }) => {
      const file = path.join(at, "package.json");
      const manifest = JSON.parse(await readFile(file, "utf8")) as object;
      await writeFile(file, JSON.stringify({ ...manifest, serving: {} }));
    },
    "MODEL_INVALID",
    /was changed after it was packaged/,
  ],
  [
    "no manifest",
    ({ package: at }) => rm(path.join(at, "package.json")),
    "NOT_FOUND",
    /is missing or incomplete/,
  ],
  ["nothing", ({ package: at }) => rm(at, { recursive: true }), "NOT_FOUND", /is missing or incomplete/],
])("a package with %s is refused, with the remedy", async (_, change, code, fault) => {
  const release = await pack();
  await change(release);
  const verified = verifyPackage(release);
  await expect(verified).rejects.toMatchObject({ code });
  await expect(verified).rejects.toThrow(fault);
  await expect(verified).rejects.toThrow(`Delete ${release.package} and run \`mlops package cost:1\` again.`);
});

test("a package that was changed is not taken for the one to be made", async () => {
  const release = await pack();
  await appendFile(path.join(release.package, "model", "model.onnx"), " ");
  await expect(pack()).rejects.toMatchObject({ code: "MODEL_INVALID" });
  await rm(path.join(release.package, "package.json"));
  // What is not whole was never finished: it is made anew.
  await verifyPackage(await pack());
});

test("a version that is not registered has no package, and nothing is left of the attempt", async () => {
  await expect(pack(definition.serving, { name: "cost", version: 9 })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  await expect(readdir(folder("packages"))).rejects.toMatchObject({ code: "ENOENT" });
});

test("a manifest that is nested beyond what can be written is another, and no bug", async () => {
  const release = await pack();
  const file = path.join(release.package, "package.json");
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const manifest = await readFile(file, "utf8");
  await writeFile(file, manifest.replace("{", `{"more": ${deep},`));
  await expect(verifyPackage(release)).rejects.toThrow(/was changed after it was packaged/);
});
