import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { digestOfDirectory } from "../../../platform/base/files";
import { signVersion } from "../../../platform/registry/version-signature";
import { findModelSource } from "../../../scoring/model/model-source";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { publicKeyPem, signingKeyOf, signingKeyPem } from "../../platform/signing/signing-fixture";

const folder = useTemporaryFolder();
const key = signingKeyOf(signingKeyPem);

/** A package whose manifest has what `change` makes of a sound and signed one. */
async function packaged(change: (manifest: Record<string, unknown>) => object = (manifest) => manifest) {
  await mkdir(folder("package", "model"), { recursive: true });
  await writeFile(folder("package", "model", "model.onnx"), "model");
  await writeFile(folder("trusted.pem"), publicKeyPem);
  const modelDigest = await digestOfDirectory(folder("package", "model"));
  const signature = await signVersion({ name: "cost", version: 1, digest: modelDigest }, key);
  const manifest = change({ model: "cost:1", modelDigest, signature });
  await writeFile(folder("package", "package.json"), JSON.stringify(manifest));
  return folder("package", "model");
}

const asked = () => ({ trustedKeys: folder("trusted.pem") });

test("a signed version is served where signatures are asked for, and an unsigned one where they are not", async () => {
  const setting = await packaged();
  expect(await findModelSource(setting, { trustedKeys: publicKeyPem })).toMatchObject({ packaged: "cost:1" });
  expect(await findModelSource(await packaged(), asked())).toMatchObject({ packaged: "cost:1" });
  const unsigned = await packaged(({ model, modelDigest }) => ({ model, modelDigest }));
  expect(await findModelSource(unsigned)).toMatchObject({ packaged: "cost:1" });
});

test.each<[string, (manifest: Record<string, unknown>) => object, RegExp]>([
  [
    "is unsigned",
    ({ model, modelDigest }) => ({ model, modelDigest }),
    /is not signed, and MLOPS_TRUSTED_KEYS asks/,
  ],
  [
    "has another version's signature",
    (manifest) => ({ ...manifest, model: "cost:2" }),
    /is not what was signed/,
  ],
  ["is in no package", () => ({}), /is not signed/],
])("a model that %s is refused where signatures are asked for", async (_, change, fault) => {
  const refused = findModelSource(await packaged(change), asked());
  await expect(refused).rejects.toMatchObject({ code: "MODEL_INVALID" });
  await expect(refused).rejects.toThrow(fault);
});

test("content that was changed together with the digests that go with it is refused by the signature", async () => {
  const directory = await packaged();
  await appendFile(folder("package", "model", "model.onnx"), "altered");
  const modelDigest = await digestOfDirectory(directory);
  const sound = await signVersion({ name: "cost", version: 1, digest: "0".repeat(64) }, key);
  await writeFile(
    folder("package", "package.json"),
    JSON.stringify({ model: "cost:1", modelDigest, signature: sound }),
  );
  await expect(findModelSource(directory)).resolves.toMatchObject({ packaged: "cost:1" });
  await expect(findModelSource(directory, asked())).rejects.toThrow("is not what was signed");
});
