import { createHash } from "node:crypto";

/** Namespace of this program's GUIDs: random, and must never change. */
const namespace = Buffer.from("6f1c8f0e0d5c4f5d9d6a4b7b2f7e9c31", "hex");

/** A deterministic GUID of a text (RFC 9562, version 5), for Azure names that must be GUIDs. */
export function uuidOf(text: string): string {
  const bytes = createHash("sha1").update(namespace).update(text).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
