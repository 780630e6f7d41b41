import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { checkSignature, signVersion } from "../../../platform/registry/version-signature";
import { publicKeyPem, signingKeyPem } from "./signing-fixture";

const key = { privateKey: createPrivateKey(signingKeyPem), publicKey: createPublicKey(publicKeyPem) };
const other = generateKeyPairSync("ed25519");
const version = { name: "cost", version: 3, digest: "0".repeat(64) };

/** By `openssl pkeyutl -sign -rawin`; the key's id by `openssl pkey -pubout -outform DER | sha256sum`. */
const byOpenssl =
  "ed25519:06e3fd8fda29bb60:sR526zR8+xTpDw7n+94K2tipUw6vtYeEcYIpWUvzoSiLnvw1x4Lv+VjKS0PHRtlwJmXZdKibfy2ht+I3a8LrDQ==";

test("a version's signature is the one that OpenSSL gives for the same text", () => {
  expect(signVersion(version, key)).toBe(byOpenssl);
});

test.each([
  ["of this very version", version, byOpenssl, [other.publicKey, key.publicKey], "valid"],
  ["that is missing", version, undefined, [key.publicKey], "unsigned"],
  ["of other content", { ...version, digest: "1".repeat(64) }, byOpenssl, [key.publicKey], "altered"],
  ["of another number", { ...version, version: 4 }, byOpenssl, [key.publicKey], "altered"],
  ["of another model", { ...version, name: "price" }, byOpenssl, [key.publicKey], "altered"],
  ["with a letter changed", version, byOpenssl.replace("sR5", "sR6"), [key.publicKey], "altered"],
  ["that is none", version, "nonsense", [key.publicKey], "altered"],
  ["by somebody else", version, signVersion(version, other), [key.publicKey], "unknown key"],
  ["where nobody is trusted", version, byOpenssl, [], "unknown key"],
] as const)("a signature %s", (_, of, signature, trusted, state) => {
  expect(checkSignature(of, signature, trusted)).toBe(state);
});

test("somebody else's signature under a trusted key's name is altered", () => {
  const forged = signVersion(version, other).replace(/:[0-9a-f]{16}:/, ":06e3fd8fda29bb60:");
  expect(checkSignature(version, forged, [key.publicKey])).toBe("altered");
});
