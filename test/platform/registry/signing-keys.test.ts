import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { readSigningKey } from "../../../platform/registry/signing-keys";
import { readTrustedKeys } from "../../../platform/registry/trusted-keys";
import { useTemporaryFolder } from "../base/temporary-folder";
import { publicKeyPem, signingKeyPem } from "./signing-fixture";

const folder = useTemporaryFolder();
const rsa = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

async function file(content: string): Promise<string> {
  await writeFile(folder("key.pem"), content);
  return folder("key.pem");
}

test("a signing key is read with its public half, which is what a file of trusted keys has", async () => {
  const { publicKey } = await readSigningKey(await file(signingKeyPem));
  expect(publicKey.export({ type: "spki", format: "pem" })).toBe(publicKeyPem);
  const [first, second, ...none] = await readTrustedKeys(
    await file(`# ours\n${publicKeyPem}\n${publicKeyPem}`),
  );
  expect(none).toEqual([]);
  expect(first?.equals(publicKey)).toBe(true);
  expect(second?.equals(publicKey)).toBe(true);
});

test.each<[string, () => Promise<unknown>, RegExp]>([
  ["no file", () => readSigningKey(folder("none.pem")), /^MLOPS_SIGNING_KEY cannot be read: ENOENT/],
  ["no key", async () => readSigningKey(await file("x")), /names no private key in PEM: .*openssl genpkey/],
  [
    "a key of RSA",
    async () => readSigningKey(await file(rsa.privateKey)),
    /a key of the kind rsa: .*Expected Ed25519/,
  ],
  [
    "an address that is no secret",
    () => readSigningKey("https://v.vault.azure.net/keys/k"),
    /which is no secret of a Key Vault/,
  ],
  [
    "a private key to trust",
    async () => readTrustedKeys(await file(signingKeyPem)),
    /MLOPS_TRUSTED_KEYS has no public key: .*-pubout/,
  ],
  ["a public key of RSA", async () => readTrustedKeys(await file(rsa.publicKey)), /a key of the kind rsa/],
])("%s is refused", async (_, read, fault) => {
  const refused = read();
  await expect(refused).rejects.toMatchObject({ code: "SETTINGS_INVALID" });
  await expect(refused).rejects.toThrow(fault);
});
