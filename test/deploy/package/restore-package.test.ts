import { appendFile, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { packageModel, verifyPackage, type Packaging } from "../../../deploy/package/package";
import { packagedModelDirectory, restorePackage } from "../../../deploy/package/restore-package";
import { openLocalRegistry } from "../../../platform/registry/local/local-registry";
import { definition } from "../../cli/report/report-fixture";
import { makeModelDirectory } from "../../platform/registry/model-fixture";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();
let packaging: Packaging;

beforeEach(async () => {
  const registry = openLocalRegistry(folder("registry"), { report: () => undefined });
  await registry.register("cost", await makeModelDirectory(folder("model")), {});
  packaging = { registry, packages: folder("packages"), serving: definition.serving };
});

const pack = () => packageModel(packaging, { name: "cost", version: 1 });

test("a package that is gone is made again, byte for byte; one that is there is left alone", async () => {
  const release = await pack();
  await rm(release.package, { recursive: true });
  await restorePackage(packaging, release);
  await verifyPackage(release);
  const model = path.join(release.package, "model", "model.onnx");
  await appendFile(model, " ");
  const altered = await readFile(model);
  await restorePackage(packaging, release);
  expect(await readFile(model)).toEqual(altered);
});

test("a package that would be another one now is not passed off as the released one", async () => {
  const release = await pack();
  await rm(release.package, { recursive: true });
  const other = { ...packaging, serving: { ...definition.serving, maxRows: 7 } };
  await expect(restorePackage(other, release)).rejects.toMatchObject({
    code: "CONFLICT",
    message: expect.stringMatching(
      /^The package of cost:1 is gone from .* `mlops release cost:1`\.$/,
    ) as string,
  });
});

test("the model of a version is had from its package, and where that is gone, whatever has changed, from the registry", async () => {
  const release = await pack();
  expect(await packagedModelDirectory(packaging, release)).toBe(path.join(release.package, "model"));
  await rm(release.package, { recursive: true });
  const other = { ...packaging, serving: { ...definition.serving, maxRows: 7 } };
  const directory = await packagedModelDirectory(other, release);
  expect(path.dirname(directory)).not.toBe(release.package);
  expect(await readFile(path.join(directory, "model.onnx"))).toEqual(
    await readFile(folder("model", "model.onnx")),
  );
});
