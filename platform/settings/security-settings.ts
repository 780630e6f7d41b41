import { z } from "zod";
import { isLoopback, isPrivate } from "../http/address";

/** The settings of a scoring process that depend on each other. */
export interface SecuritySettings {
  readonly host?: string | undefined;
  readonly auth?: "none" | "keys" | "entra" | undefined;
  readonly primaryKey?: string | undefined;
  readonly secondaryKey?: string | undefined;
  readonly keysFolder?: string | undefined;
  readonly keyVault?: string | undefined;
  readonly entraTenant?: string | undefined;
  readonly entraAudiences?: readonly string[] | undefined;
  readonly entraRole?: string | undefined;
  readonly testKey?: string | undefined;
  readonly testKeyVault?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly tlsKeyVault?: string | undefined;
  readonly graceMs?: number | undefined;
  readonly drainMs?: number | undefined;
}

function listOf(pattern: RegExp) {
  const list = z.string().regex(pattern);
  return list.transform((text) => text.split(",")).optional();
}

/** The secret in Key Vault with the key that callers of a service have; a stack's update makes it. */
export const primaryKeySecret = "scoring-primary-key";

/** The secret in Key Vault by which a service knows the requests of our own tests; a stack's update makes it. */
export const testKeySecret = "scoring-test-key";

/**
 * The certificate in Key Vault that an environment without a name of its own serves with; a stack's update has the vault make it,
 * and the vault renews it. Nobody else vouches for it: callers have to know it.
 */
export const servingCertificate = "scoring-certificate";

/** The name of a secret in Key Vault. */
export const secretName = z.string().regex(/^[0-9a-zA-Z-]{1,127}$/);
/** Values of a token's audience, separated by commas. */
export const audienceList = listOf(/^[^\s,]+(,[^\s,]+)*$/);
/** An origin as browsers send it: in small letters, without the port that its scheme implies. */
function originOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, pathname, search, hash, username, password, origin } = new URL(text);
  const bare = pathname === "/" && `${search}${hash}${username}${password}` === "";
  return ["http:", "https:"].includes(protocol) && bare && !hostname.includes("*") ? origin : undefined;
}

/** Origins of web pages, separated by commas; "*" is any. */
export const originList = z
  .string()
  .transform((text) => (text === "*" ? [text] : text.split(",").map((part) => originOf(part.trim()))))
  .pipe(z.array(z.string()).min(1))
  .optional();

/** Whether a text is the base address of a service that secrets may be sent to. */
export function isServiceUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { pathname, search, hash, username } = new URL(text);
  return pathname === "/" && search === "" && hash === "" && username === "" && isPrivate(text);
}

function keyFaults(settings: SecuritySettings): string[] {
  const { primaryKey, secondaryKey, keysFolder, keyVault } = settings;
  const sources = [
    primaryKey === undefined && secondaryKey === undefined ? undefined : "MLOPS_PRIMARY_KEY",
    keysFolder === undefined ? undefined : "MLOPS_KEYS_FOLDER",
    keyVault === undefined ? undefined : "MLOPS_KEY_VAULT",
  ].filter((name) => name !== undefined);
  if (sources.length > 1) {
    return [`${sources.join(" and ")} are set. Keys come from one place. Unset all but one.`];
  }
  if (settings.auth !== "keys") {
    return sources.map((name) => `${name} is set, but MLOPS_AUTH is not "keys". Set it, or unset ${name}.`);
  }
  if (sources.length === 0) {
    return [
      'MLOPS_AUTH is "keys", but there are none. Set one of MLOPS_KEYS_FOLDER, MLOPS_KEY_VAULT and MLOPS_PRIMARY_KEY.',
    ];
  }
  if (secondaryKey !== undefined && primaryKey === undefined) {
    return ["MLOPS_SECONDARY_KEY is set without MLOPS_PRIMARY_KEY. Set both, or the primary one alone."];
  }
  return [];
}

function entraFaults({ auth, entraTenant, entraAudiences, entraRole }: SecuritySettings): string[] {
  const given = {
    MLOPS_ENTRA_TENANT: entraTenant,
    MLOPS_ENTRA_AUDIENCE: entraAudiences,
    MLOPS_ENTRA_ROLE: entraRole,
  };
  return Object.entries(given).flatMap(([name, value]) => {
    if (auth === "entra" && value === undefined) {
      return [`${name} is not set. MLOPS_AUTH is "entra", which needs it.`];
    }
    if (auth !== "entra" && value !== undefined) {
      return [`${name} is set, but MLOPS_AUTH is not "entra". Set it, or unset ${name}.`];
    }
    return [];
  });
}

/** What in the settings does not go together, in sentences. A setting that is not valid by itself is `undefined` here. */
export function securityFaults(settings: SecuritySettings): string[] {
  const { host, auth, tlsCert, tlsKey, tlsKeyVault, graceMs, drainMs } = settings;
  const faults = [...keyFaults(settings), ...entraFaults(settings)];
  if (auth === undefined && host !== undefined && !isLoopback(host)) {
    faults.push(
      `MLOPS_AUTH is not set, and others can reach MLOPS_HOST "${host}". Expected "keys" or "entra", or "none" to answer everyone.`,
    );
  }
  if (settings.testKey !== undefined && settings.testKeyVault !== undefined) {
    faults.push(
      "MLOPS_TEST_KEY and MLOPS_TEST_KEY_VAULT are set. The key comes from one place. Unset one of them.",
    );
  }
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    const [set, missing] =
      tlsKey === undefined ? ["MLOPS_TLS_CERT", "MLOPS_TLS_KEY"] : ["MLOPS_TLS_KEY", "MLOPS_TLS_CERT"];
    faults.push(`${set} is set without ${missing}. TLS needs both. Set ${missing}, or unset ${set}.`);
  }
  if (tlsKeyVault !== undefined && (tlsCert ?? tlsKey) !== undefined) {
    faults.push(
      "MLOPS_TLS_KEY_VAULT and the files of a certificate are set. The certificate comes from one place. Unset one of them.",
    );
  }
  if (graceMs !== undefined && drainMs !== undefined && drainMs >= graceMs) {
    faults.push(
      `MLOPS_DRAIN_MS is ${drainMs}, and MLOPS_GRACE_MS is ${graceMs}. The drain is a part of the grace time. Make the grace time longer.`,
    );
  }
  return faults;
}
