import { readSigningKey } from "../../../platform/signing/signing-keys";
import { openRegistry } from "../../../platform/registry/open-registry";
import { signRegistered } from "../../../platform/registry/signing-registry";
import { checkSignature, signatureTag } from "../../../platform/registry/version-signature";
import { appendFile, writeFile } from "node:fs/promises";
import { useTemporaryFolder } from "../base/temporary-folder";
import { makeModelDirectory } from "./model-fixture";
import { signingKeyPem } from "../signing/signing-fixture";

const folder = useTemporaryFolder();
const report = (): void => undefined;

async function keyFile(): Promise<string> {
  await writeFile(folder("key.pem"), signingKeyPem);
  return folder("key.pem");
}

test("with a key, what is registered is signed; what was registered without can be signed later, unless it was changed", async () => {
  const signingKey = await keyFile();
  const key = await readSigningKey(signingKey);
  const { publicKey } = key;
  const signing = openRegistry(folder("registry"), { report, signingKey });
  const plain = openRegistry(folder("registry"), { report });
  const signed = await signing.register("cost", await makeModelDirectory(folder("one"), "one"), { run: "r" });
  expect(signed.tags.run).toBe("r");
  expect(checkSignature(signed, signed.tags[signatureTag], [publicKey])).toBe("valid");
  const unsigned = await plain.register("cost", await makeModelDirectory(folder("two"), "two"), {});
  expect(checkSignature(unsigned, unsigned.tags[signatureTag], [publicKey])).toBe("unsigned");
  const later = await signRegistered(plain, unsigned, key);
  expect(checkSignature(later, later.tags[signatureTag], [publicKey])).toBe("valid");
  await appendFile(folder("registry", "cost", "2", "model", "model.onnx"), " ");
  await expect(signRegistered(plain, unsigned, key)).rejects.toMatchObject({
    code: "REGISTRY_CORRUPT",
  });
});

test("without a key that can be read nothing is registered", async () => {
  const registry = openRegistry(folder("registry"), { report, signingKey: folder("none.pem") });
  await expect(registry.register("cost", await makeModelDirectory(folder("one")), {})).rejects.toMatchObject({
    code: "SETTINGS_INVALID",
  });
  expect(await registry.list()).toEqual([]);
});
