import { createHash, sign, verify, type KeyObject } from "node:crypto";
import type { ModelRef } from "../definition/model-ref";
import { formatModelRef } from "../definition/model-ref";

/** The tag of a version that holds its signature. */
export const signatureTag = "signature";

/** What is signed of a version: which one it is, and the digest of every file of its model directory. */
interface SignedVersion extends ModelRef {
  readonly digest: string;
}

/** How a version stands to the keys that are trusted. */
export type SignatureState = "valid" | "unsigned" | "altered" | "unknown key";

function textOf(version: SignedVersion): Buffer {
  return Buffer.from(`mlops model version 1\n${formatModelRef(version)}\nsha256:${version.digest}\n`);
}

/** Tells keys apart: the first 16 characters of the SHA-256 of a public key (SPKI, DER). */
function keyIdOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(der).digest("hex").slice(0, 16);
}

/** The signature of a version by an Ed25519 key (RFC 8032), as it is kept: which key, and 64 bytes in Base64. */
export function signVersion(
  version: SignedVersion,
  { privateKey, publicKey }: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
): string {
  return `ed25519:${keyIdOf(publicKey)}:${sign(null, textOf(version), privateKey).toString("base64")}`;
}

/** What the signature that is kept with a version is worth. */
export function checkSignature(
  version: SignedVersion,
  signature: string | undefined,
  trusted: readonly KeyObject[],
): SignatureState {
  if (signature === undefined) return "unsigned";
  const [, keyId, value = ""] = /^ed25519:([0-9a-f]{16}):([A-Za-z0-9+/]{86}==)$/.exec(signature) ?? [];
  if (keyId === undefined) return "altered";
  const key = trusted.find((each) => keyIdOf(each) === keyId);
  if (key === undefined) return "unknown key";
  return verify(null, textOf(version), key, Buffer.from(value, "base64")) ? "valid" : "altered";
}
