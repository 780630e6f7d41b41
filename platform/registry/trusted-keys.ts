import { createPublicKey, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { PlatformError, reasonOf } from "../base/errors";

/** That a setting names no key that can be used: what it names, and what is expected. */
export function refusedKey(what: string, expected: string, cause?: unknown): PlatformError {
  return new PlatformError("SETTINGS_INVALID", `${what} ${expected}`, { cause });
}

/** The text of a file of keys that a setting names. */
export async function textOfKeys(setting: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw refusedKey(`${setting} cannot be read:`, `${reasonOf(cause)}. Correct the path.`, cause);
  }
}

/** The public keys whose signatures are trusted: a file with one or more in PEM (SPKI). */
export async function readTrustedKeys(file: string): Promise<KeyObject[]> {
  const text = await textOfKeys("MLOPS_TRUSTED_KEYS", file);
  const blocks = text.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  const expected =
    "Expected Ed25519 public keys in PEM; `openssl pkey -in signing-key.pem -pubout` prints that of a signing key.";
  if (blocks.length === 0) throw refusedKey(`MLOPS_TRUSTED_KEYS has no public key: ${file}.`, expected);
  return blocks.map((block) => {
    let key: KeyObject;
    try {
      key = createPublicKey(block);
    } catch (cause) {
      throw refusedKey(`MLOPS_TRUSTED_KEYS has a key that cannot be read: ${file}.`, expected, cause);
    }
    if (key.asymmetricKeyType === "ed25519") return key;
    throw refusedKey(`MLOPS_TRUSTED_KEYS has a key of the kind ${key.asymmetricKeyType}: ${file}.`, expected);
  });
}
