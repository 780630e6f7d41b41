import { generateKeyPairSync } from "node:crypto";
import { checkSignature, signVersion } from "../../../platform/registry/version-signature";
import { pemOf, signingKeyOf, signingKeyP256Pem, signingKeyPem } from "../signing/signing-fixture";

const key = signingKeyOf(signingKeyPem);
const p256 = signingKeyOf(signingKeyP256Pem);
const other = signingKeyOf(pemOf(generateKeyPairSync("ed25519").privateKey));
const version = { name: "cost", version: 3, digest: "0".repeat(64) };

/** By `openssl pkeyutl -sign -rawin`; the key's id by `openssl pkey -pubout -outform DER | sha256sum`. */
const byOpenssl =
  "ed25519:06e3fd8fda29bb60:sR526zR8+xTpDw7n+94K2tipUw6vtYeEcYIpWUvzoSiLnvw1x4Lv+VjKS0PHRtlwJmXZdKibfy2ht+I3a8LrDQ==";
/** By `openssl dgst -sha256 -sign`. */
const p256ByOpenssl =
  "ecdsa-p256:04e374d30c6850b6:MEQCIHNLsa4gQR9EX2hpB3SUQPCsoD0idun/cj62PLNzkjH7AiAEQ280CbNV4LiBluKl3eSZGau62ygrAwXYqGEkf4W8VQ==";

test("a version's signature is the one that OpenSSL gives for the same text", async () => {
  expect(await signVersion(version, key)).toBe(byOpenssl);
});

test("a key on P-256 signs anew each time, and what it signs is its own", async () => {
  const signature = await signVersion(version, p256);
  expect(signature).toMatch(/^ecdsa-p256:04e374d30c6850b6:/);
  expect(checkSignature(version, signature, [key.publicKey, p256.publicKey])).toBe("valid");
  expect(checkSignature({ ...version, version: 4 }, signature, [p256.publicKey])).toBe("altered");
});

test.each([
  ["of this very version", version, byOpenssl, [other.publicKey, key.publicKey], "valid"],
  ["on P-256 by OpenSSL", version, p256ByOpenssl, [key.publicKey, p256.publicKey], "valid"],
  [
    "on P-256 under the other algorithm's name",
    version,
    p256ByOpenssl.replace("ecdsa-p256", "ed25519"),
    [p256.publicKey],
    "altered",
  ],
  ["that is missing", version, undefined, [key.publicKey], "unsigned"],
  ["of other content", { ...version, digest: "1".repeat(64) }, byOpenssl, [key.publicKey], "altered"],
  ["of another number", { ...version, version: 4 }, byOpenssl, [key.publicKey], "altered"],
  ["of another model", { ...version, name: "price" }, byOpenssl, [key.publicKey], "altered"],
  ["with a letter changed", version, byOpenssl.replace("sR5", "sR6"), [key.publicKey], "altered"],
  ["that is none", version, "nonsense", [key.publicKey], "altered"],
  ["where nobody is trusted", version, byOpenssl, [], "unknown key"],
] as const)("a signature %s", (_, of, signature, trusted, state) => {
  expect(checkSignature(of, signature, trusted)).toBe(state);
});

test("a signature by somebody else is unknown, and altered under a trusted key's name", async () => {
  const foreign = await signVersion(version, other);
  expect(checkSignature(version, foreign, [key.publicKey])).toBe("unknown key");
  const forged = foreign.replace(/:[0-9a-f]{16}:/, ":06e3fd8fda29bb60:");
  expect(checkSignature(version, forged, [key.publicKey])).toBe("altered");
});
