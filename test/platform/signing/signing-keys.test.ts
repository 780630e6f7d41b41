import { generateKeyPairSync, verify } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { readSigningKey } from "../../../platform/signing/signing-keys";
import { useTemporaryFolder } from "../base/temporary-folder";
import { pemOf, publicKeyP256Pem, publicKeyPem, signingKeyP256Pem, signingKeyPem } from "./signing-fixture";

const folder = useTemporaryFolder();
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const p384 = generateKeyPairSync("ec", { namedCurve: "secp384r1" });

async function file(content: string): Promise<string> {
  await writeFile(folder("key.pem"), content);
  return folder("key.pem");
}

test.each([
  ["Ed25519", signingKeyPem, publicKeyPem, null],
  ["P-256", signingKeyP256Pem, publicKeyP256Pem, "sha256"],
])("a key of %s is read with its public half, which verifies what it signs", async (_, text, half, hash) => {
  const key = await readSigningKey(await file(text));
  expect(key.publicKey.export({ type: "spki", format: "pem" })).toBe(half);
  const data = Buffer.from("signed");
  expect(verify(hash, data, half, await key.sign(data))).toBe(true);
});

test.each<[string, () => Promise<unknown>, RegExp]>([
  ["no file", () => readSigningKey(folder("none.pem")), /^MLOPS_SIGNING_KEY cannot be read: ENOENT/],
  ["no key", async () => readSigningKey(await file("x")), /names no private key in PEM: .*openssl genpkey/],
  [
    "a key of RSA",
    async () => readSigningKey(await file(pemOf(rsa.privateKey))),
    /a key of the kind rsa: .*Expected P-256 or Ed25519/,
  ],
  [
    "a key on another curve",
    async () => readSigningKey(await file(pemOf(p384.privateKey))),
    /a key of the kind ec: .*Expected P-256/,
  ],
  [
    "an address that is no key and no secret",
    () => readSigningKey("https://v.vault.azure.net/certificates/k"),
    /which is no key and no secret of a Key Vault/,
  ],
])("%s is refused", async (_, read, fault) => {
  const refused = read();
  await expect(refused).rejects.toMatchObject({ code: "SETTINGS_INVALID" });
  await expect(refused).rejects.toThrow(fault);
});
