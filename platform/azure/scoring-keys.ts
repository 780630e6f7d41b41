import { randomInt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { SecretClient } from "@azure/keyvault-secrets" with { "resolution-mode": "import" };
import { PlatformError, reasonOf } from "../base/errors";

/** The part of Key Vault's client that keys are kept with. */
export type SecretStore = Pick<SecretClient, "getSecret" | "setSecret" | "beginRecoverDeletedSecret">;

/** The keys that a scoring service reads from its vault: the generation that each is to have, by the name of its secret. */
export type KeyGenerations = Readonly<Record<string, string>>;

export interface KeyOptions {
  readonly report: (line: string) => void;
  /** Milliseconds between attempts while a new role assignment does not hold yet. */
  readonly pauseMs?: number;
}

/** Tag of a secret that says which generation of its key it holds. */
const generationTag = "generation";
const keyLength = 40;
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** Azure needs up to ten minutes until a new role assignment holds: forty attempts with 15 s between them. */
const maxAttempts = 40;

/** A key of 40 letters and digits, 238 bits: it goes into headers and shells. */
function newKey(): string {
  return Array.from({ length: keyLength }, () => alphabet[randomInt(alphabet.length)]).join("");
}

export const statusOf = (error: unknown): number | undefined => (error as { statusCode?: number }).statusCode;

/** Runs a call again while it is refused for want of a role that was just assigned. */
export async function untilAllowed<T>(
  call: () => Promise<T>,
  { report, pauseMs = 15_000 }: KeyOptions,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (statusOf(error) !== 403 || attempt >= maxAttempts) throw error;
      if (attempt === 1) report("The vault refuses this identity; waiting up to ten minutes for its role.");
    }
    await pause(pauseMs);
  }
}

/** Generation of the key that the vault has; undefined without a key. A key that does not say is of any. */
async function findGeneration(store: SecretStore, name: string, wanted: string): Promise<string | undefined> {
  try {
    const { properties } = await store.getSecret(name);
    return properties.tags?.[generationTag] ?? wanted;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** Brings a deleted key back, which clients may have; false when there is none. */
async function recover(store: SecretStore, name: string): Promise<boolean> {
  try {
    await (await store.beginRecoverDeletedSecret(name)).pollUntilDone();
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

async function ensureKey(store: SecretStore, name: string, wanted: string): Promise<"kept" | "made"> {
  let found = await findGeneration(store, name, wanted);
  // A deleted secret keeps its name, and Key Vault takes no other under it.
  if (found === undefined && (await recover(store, name))) found = await findGeneration(store, name, wanted);
  if (found === wanted) return "kept";
  await store.setSecret(name, newKey(), {
    contentType: "text/plain",
    tags: { [generationTag]: wanted },
  });
  return "made";
}

/**
 * Makes the keys that the vault lacks, and those of another generation anew; the others stay. Only the vault ever has a
 * key: no state, no output and no log. Throws AZURE_FAILED when the vault cannot be reached or refuses the identity.
 */
export async function ensureScoringKeys(
  store: SecretStore,
  generations: KeyGenerations,
  options: KeyOptions,
): Promise<void> {
  for (const [name, generation] of Object.entries(generations)) {
    try {
      const outcome = await untilAllowed(() => ensureKey(store, name, generation), options);
      if (outcome === "made") options.report(`Made the key ${name}, generation ${generation}.`);
    } catch (cause) {
      throw new PlatformError(
        "AZURE_FAILED",
        `The key ${name} cannot be kept in the vault: ${reasonOf(cause)} Expected an identity with the role "Key Vault Secrets Officer" on the vault, and a way to it from here. Set mlops:deployPrincipal or mlops:operators to grant the role, and run the same command again.`,
        { cause },
      );
    }
  }
}
