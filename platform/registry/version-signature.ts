import type { KeyObject } from "node:crypto";
import type { ModelRef } from "../definition/model-ref";
import { formatModelRef } from "../definition/model-ref";
import {
  algorithmOf,
  keyIdOf,
  verifySignature,
  type SignatureState,
  type SigningKey,
} from "../signing/key-signature";

/** The tag of a version that holds its signature. */
export const signatureTag = "signature";

/** What is signed of a version: which one it is, and the digest of every file of its model directory. */
interface SignedVersion extends ModelRef {
  readonly digest: string;
}

function textOf(version: SignedVersion): Buffer {
  return Buffer.from(`mlops model version 1\n${formatModelRef(version)}\nsha256:${version.digest}\n`);
}

/** A signature as it is kept: the algorithm, the key's id, and the bytes in Base64. */
export async function signText(text: Buffer, key: SigningKey): Promise<string> {
  const { publicKey } = key;
  const bytes = await key.sign(text);
  return `${algorithmOf(publicKey)}:${keyIdOf(publicKey)}:${bytes.toString("base64")}`;
}

/** What a signature that is kept is worth for a text. */
export function checkText(
  text: Buffer,
  signature: string | undefined,
  trusted: readonly KeyObject[],
): SignatureState {
  if (signature === undefined) return "unsigned";
  // 64 bytes of Ed25519, 70 to 72 of DER, seldom fewer.
  const [, algorithm, keyId, value = ""] =
    /^(ed25519|ecdsa-p256):([0-9a-f]{16}):([A-Za-z0-9+/]{40,96}={0,2})$/.exec(signature) ?? [];
  if (keyId === undefined) return "altered";
  const key = trusted.find((each) => keyIdOf(each) === keyId);
  if (key === undefined) return "unknown key";
  if (algorithmOf(key) !== algorithm) return "altered";
  return verifySignature(key, text, Buffer.from(value, "base64")) ? "valid" : "altered";
}

/** The signature of a version. */
export function signVersion(version: SignedVersion, key: SigningKey): Promise<string> {
  return signText(textOf(version), key);
}

/** What the signature that is kept with a version is worth. */
export function checkSignature(
  version: SignedVersion,
  signature: string | undefined,
  trusted: readonly KeyObject[],
): SignatureState {
  return checkText(textOf(version), signature, trusted);
}
