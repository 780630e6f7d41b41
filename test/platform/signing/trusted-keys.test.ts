import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { holdsKeys, readTrustedKeys } from "../../../platform/signing/trusted-keys";
import { useTemporaryFolder } from "../base/temporary-folder";
import { pemOf, publicKeyP256Pem, publicKeyPem, signingKeyPem } from "./signing-fixture";

const folder = useTemporaryFolder();
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });

async function file(content: string): Promise<string> {
  await writeFile(folder("trusted.pem"), content);
  return folder("trusted.pem");
}

test("keys are read from a file, whatever stands between them, and from the setting itself", async () => {
  const text = `# ours\n${publicKeyPem}\n${publicKeyP256Pem}`;
  for (const setting of [await file(text), text]) {
    const keys = await readTrustedKeys(setting);
    expect(keys.map((key) => key.export({ type: "spki", format: "pem" }))).toEqual([
      publicKeyPem,
      publicKeyP256Pem,
    ]);
  }
  expect([holdsKeys(text), holdsKeys("trusted.pem")]).toEqual([true, false]);
});

test.each<[string, () => Promise<unknown>, RegExp]>([
  ["no file", () => readTrustedKeys(folder("none.pem")), /^MLOPS_TRUSTED_KEYS cannot be read: ENOENT/],
  [
    "a private key to trust",
    async () => readTrustedKeys(await file(signingKeyPem)),
    /MLOPS_TRUSTED_KEYS has no public key: .*-pubout/,
  ],
  [
    "a private key to trust, in the setting, of which nothing is shown",
    () => readTrustedKeys(signingKeyPem),
    /MLOPS_TRUSTED_KEYS has no public key: its own text\. Expected/,
  ],
  ["a public key of RSA", () => readTrustedKeys(pemOf(rsa.publicKey)), /a key of the kind rsa: its own text/],
])("%s is refused", async (_, read, fault) => {
  const refused = read();
  await expect(refused).rejects.toMatchObject({ code: "SETTINGS_INVALID" });
  await expect(refused).rejects.toThrow(fault);
});
