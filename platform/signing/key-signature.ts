import { createHash, verify, type KeyObject } from "node:crypto";

/** Something that signs: a key that was read, or one that a Key Vault never gives away. */
export interface SigningKey {
  readonly publicKey: KeyObject;
  /** A signature as `verifySignature` takes it. */
  sign(data: Uint8Array): Promise<Buffer>;
}

/** How a thing stands to the keys that are trusted. */
export type SignatureState = "valid" | "unsigned" | "altered" | "unknown key";

/** The kinds of keys that sign: Ed25519 (RFC 8032), or ECDSA on P-256 with SHA-256 and its signature in DER, as cosign's. */
export type SignatureAlgorithm = "ed25519" | "ecdsa-p256";

/** The algorithm of a key, private or public; undefined of one that is of neither kind. */
export function algorithmOf({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details,
}: KeyObject): SignatureAlgorithm | undefined {
  if (type === "ed25519") return "ed25519";
  return type === "ec" && details?.namedCurve === "prime256v1" ? "ecdsa-p256" : undefined;
}

/** The name of the hash that a key's algorithm takes; Ed25519 has its own. */
export function hashOf(key: KeyObject): "sha256" | null {
  return algorithmOf(key) === "ed25519" ? null : "sha256";
}

/** Tells keys apart: the first 16 characters of the SHA-256 of a public key (SPKI, DER). */
export function keyIdOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(der).digest("hex").slice(0, 16);
}

/** Whether a signature is a key's, of just these bytes. */
export function verifySignature(publicKey: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  return verify(hashOf(publicKey), data, publicKey, signature);
}

/** An unsigned number of 32 bytes as ASN.1's INTEGER (X.690, 8.3). */
function integerOf(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const number = Buffer.from(bytes.subarray(first === -1 ? bytes.length - 1 : first));
  // With its highest bit set it would be read as negative.
  const content = (number[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), number]) : number;
  return Buffer.concat([Buffer.from([0x02, content.length]), content]);
}

/** The DER of an ECDSA signature that is given as two numbers of 32 bytes each (RFC 7518, 3.4), as a Key Vault does. */
export function derOfSignature(raw: Uint8Array): Buffer {
  if (raw.length !== 64) throw new RangeError(`a signature on P-256 has 64 bytes, not ${raw.length}`);
  const content = Buffer.concat([integerOf(raw.subarray(0, 32)), integerOf(raw.subarray(32))]);
  return Buffer.concat([Buffer.from([0x30, content.length]), content]);
}
