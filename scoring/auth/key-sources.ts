import { readFile } from "node:fs/promises";
import path from "node:path";
import { azureCredential } from "../../platform/azure/credentials";
import { PlatformError, reasonOf, systemErrorCode } from "../../platform/base/errors";
import { isLoopback } from "../../platform/http/address";
import { testKeySecret } from "../../platform/settings/security-settings";
import { ApiKeys, type KeyPair } from "./api-keys";

/** Where keys come from: reads them as they are now. */
type ReadKeys = () => Promise<KeyPair>;

interface RefreshOptions {
  readonly read: ReadKeys;
  readonly refreshMs: number;
  /** Is told, in a sentence, of new keys and of failures; never a key. */
  readonly report: (message: string) => void;
}

const keyPattern = /^[\x21-\x7e]{16,256}$/;

function checked(what: string, text: string): string {
  const key = text.trim();
  if (keyPattern.test(key)) return key;
  throw new PlatformError(
    "SETTINGS_INVALID",
    `${what} is not a key. Expected 16 to 256 visible ASCII characters without spaces. Write a new one.`,
  );
}

/**
 * Reads `primary` and, if it is there, `secondary` of a folder: each time by path, as a mounted secret changes by a link.
 * @public Loaded on use, by require().
 */
export function keysOfFolder(folder: string): ReadKeys {
  const read = async (name: string): Promise<string | undefined> => {
    const file = path.join(folder, name);
    try {
      return checked(file, await readFile(file, "utf8"));
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return undefined;
      throw error;
    }
  };
  return async () => {
    const [primary, secondary] = await Promise.all([read("primary"), read("secondary")]);
    if (primary === undefined) {
      throw new PlatformError(
        "SETTINGS_INVALID",
        `${path.join(folder, "primary")} does not exist. MLOPS_KEYS_FOLDER has the keys in the files primary and secondary. Write the first at least.`,
      );
    }
    return { primary, ...(secondary !== undefined && { secondary }) };
  };
}

/**
 * Reads the secrets of an Azure Key Vault by their names; undefined where there is none.
 * @public Loaded on use, by require().
 */
export async function secretsOf(vault: string): Promise<(name: string) => Promise<string | undefined>> {
  // Loaded on use: only a service with its keys in a vault pays for it.
  const { SecretClient } = await import("@azure/keyvault-secrets");
  const client = new SecretClient(vault, azureCredential(), {
    retryOptions: { maxRetries: 2 },
    // A vault says of which service it takes tokens, and it has to be the one it is a part of; an emulator is part of none.
    disableChallengeResourceVerification: isLoopback(new URL(vault).hostname),
  });
  return async (name) => {
    try {
      return (await client.getSecret(name)).value;
    } catch (error) {
      if ((error as { statusCode?: unknown }).statusCode === 404) return undefined;
      throw error;
    }
  };
}

/** Reads the keys among them. */
async function vaultKeysOf(vault: string): Promise<(name: string) => Promise<string | undefined>> {
  const read = await secretsOf(vault);
  return async (name) => {
    const value = await read(name);
    return value === undefined ? undefined : checked(`The secret ${name} of ${vault}`, value);
  };
}

/**
 * Reads the key by which a service knows the requests of our own tests. Without it no request is taken for a test's, and
 * all are answered.
 * @public Loaded on use, by require().
 */
export async function testKeyOfVault(
  vault: string,
  report: (message: string) => void,
): Promise<string | undefined> {
  let reason = "There is none.";
  try {
    const key = await (await vaultKeysOf(vault))(testKeySecret);
    if (key !== undefined) return key;
  } catch (error) {
    reason = reasonOf(error);
  }
  report(
    `The key of our own tests, ${testKeySecret}, cannot be read from ${vault}. ${reason} Their requests count as clients' until it is there and the process starts again.`,
  );
  return undefined;
}

interface KeyVaultOptions {
  /** `https://<name>.vault.azure.net`. */
  readonly vault: string;
  /** Names of the secrets. */
  readonly primary: string;
  readonly secondary: string;
}

/**
 * Reads the keys from an Azure Key Vault, as the process's own identity (managed, workload or a developer's).
 * @public Loaded on use, by require().
 */
export async function keysOfVault({ vault, primary, secondary }: KeyVaultOptions): Promise<ReadKeys> {
  const read = await vaultKeysOf(vault);
  return async () => {
    const [first, second] = await Promise.all([read(primary), read(secondary)]);
    if (first === undefined) {
      throw new PlatformError(
        "SETTINGS_INVALID",
        `There is no secret ${primary} in ${vault}. It has to hold the key. Create it, or name another in MLOPS_KEY_VAULT_PRIMARY.`,
      );
    }
    return { primary: first, ...(second !== undefined && { secondary: second }) };
  };
}

/**
 * Keys that are read again and again. When they cannot be read, those read last stay valid. Throws when there are none at start.
 * @public Loaded on use, by require().
 */
export async function openRefreshedKeys({ read, refreshMs, report }: RefreshOptions): Promise<ApiKeys> {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let failing = false;
  const keys = new ApiKeys(await read(), () => {
    closed = true;
    clearTimeout(timer);
  });
  const refresh = async (): Promise<void> => {
    try {
      if (keys.replace(await read())) report("The keys have changed; the new ones are accepted from now on.");
      if (failing) report("The keys can be read again.");
      failing = false;
    } catch (error) {
      const reason = reasonOf(error);
      if (!failing) report(`The keys cannot be read; those read last stay valid. ${reason}`);
      failing = true;
    }
    schedule();
  };
  const schedule = (): void => {
    if (!closed) timer = setTimeout(() => void refresh(), refreshMs).unref();
  };
  schedule();
  return keys;
}
