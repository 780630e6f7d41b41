import { createPublicKey, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { PlatformError, reasonOf } from "../base/errors";
import { algorithmOf } from "./key-signature";

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

/** Whether a setting holds keys itself and does not name a file of them: a container has variables sooner than files. */
export function holdsKeys(setting: string): boolean {
  return setting.includes("-----BEGIN ");
}

/** The public keys in a text in PEM (SPKI), one or more; `where` tells in messages where the text is from. */
export function parseTrustedKeys(text: string, where: string): KeyObject[] {
  const blocks = text.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  const expected =
    "Expected public keys of P-256 or Ed25519 in PEM; `openssl pkey -in signing-key.pem -pubout` prints that of a signing key.";
  if (blocks.length === 0) throw refusedKey(`MLOPS_TRUSTED_KEYS has no public key: ${where}.`, expected);
  return blocks.map((block) => {
    let key: KeyObject;
    try {
      key = createPublicKey(block);
    } catch (cause) {
      throw refusedKey(`MLOPS_TRUSTED_KEYS has a key that cannot be read: ${where}.`, expected, cause);
    }
    if (algorithmOf(key) !== undefined) return key;
    throw refusedKey(
      `MLOPS_TRUSTED_KEYS has a key of the kind ${key.asymmetricKeyType}: ${where}.`,
      expected,
    );
  });
}

/** The public keys whose signatures are trusted: those of a file, or of the setting itself. */
export async function readTrustedKeys(setting: string): Promise<KeyObject[]> {
  if (holdsKeys(setting)) return parseTrustedKeys(setting, "its own text");
  return parseTrustedKeys(await textOfKeys("MLOPS_TRUSTED_KEYS", setting), setting);
}
