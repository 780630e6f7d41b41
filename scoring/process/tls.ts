import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import type { Settings } from "../../platform/settings/settings";
import { servingCertificate } from "../../platform/settings/security-settings";
import { explainStorageError, PlatformError, systemErrorCode, reasonOf } from "../../platform/base/errors";

/** Files of a certificate chain and its private key, both PEM. */
interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** What they hold. */
export interface TlsPair {
  readonly cert: string;
  readonly key: string;
}

/** What can be given another certificate while it serves. */
export interface SecureServer {
  setSecureContext(pair: TlsPair): void;
}

async function readPem(name: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw explainStorageError(error);
    throw new PlatformError(
      "SETTINGS_INVALID",
      `${file} does not exist. ${name} names a PEM file. Write it, or unset ${name}.`,
      { cause: error },
    );
  }
}

/** The pair; throws SETTINGS_INVALID when it is not a certificate and its key. */
function requirePair(pair: TlsPair, what: string): TlsPair {
  try {
    createSecureContext(pair);
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new PlatformError(
      "SETTINGS_INVALID",
      `${what} not a certificate and its private key in PEM: ${reason}. Write both anew.`,
      { cause },
    );
  }
  return pair;
}

/** Reads both files; throws SETTINGS_INVALID when they are not a certificate and its key. */
async function readTlsPair({ cert, key }: TlsFiles): Promise<TlsPair> {
  const pair = { cert: await readPem("MLOPS_TLS_CERT", cert), key: await readPem("MLOPS_TLS_KEY", key) };
  return requirePair(pair, `${cert} and ${key} are`);
}

/** Reads a certificate that Key Vault keeps, by the secret of its name: one PEM text has both parts. */
async function tlsOfVault(vault: string): Promise<() => Promise<TlsPair>> {
  // Loaded on use: only a service with its certificate in a vault pays for it.
  const { secretsOf } = require("../auth/key-sources") as typeof import("../auth/key-sources");
  const read = await secretsOf(vault);
  return async () => {
    const pem = await read(servingCertificate);
    if (pem === undefined) {
      throw new PlatformError(
        "SETTINGS_INVALID",
        `There is no certificate ${servingCertificate} in ${vault}. The service takes no keys over plain HTTP. Run \`npm run infra:keys -- --stack <name>\`, which makes it.`,
      );
    }
    return requirePair({ cert: pem, key: pem }, `The certificate ${servingCertificate} of ${vault} is`);
  };
}

/** Where a service's certificate is from, and how often it is read, in milliseconds. */
export interface CertificateSource {
  readonly read: () => Promise<TlsPair>;
  readonly refreshMs: number;
}

/** How often files are read, in milliseconds. */
const filesRefreshMs = 2000;

/** The certificate that the settings name; undefined for plain HTTP. */
export async function findCertificate({
  tlsCert: cert,
  tlsKey: key,
  tlsKeyVault: vault,
  keyVaultRefreshMs: refreshMs,
}: Pick<Settings<"scoring">, "tlsCert" | "tlsKey" | "tlsKeyVault" | "keyVaultRefreshMs">): Promise<
  CertificateSource | undefined
> {
  if (vault !== undefined) return { read: await tlsOfVault(vault), refreshMs };
  if (cert === undefined || key === undefined) return undefined;
  return { read: () => readTlsPair({ cert, key }), refreshMs: filesRefreshMs };
}

export interface TlsRefreshOptions extends CertificateSource {
  readonly current: TlsPair;
  /** Is told, in a sentence, of a new certificate and of one that cannot be used. */
  readonly report: (message: string) => void;
}

/**
 * Reads the certificate again and again, and gives a server a new one. Connections that are open go on. Files that
 * do not fit (yet) change nothing. Answers how to end it.
 */
export function refreshTls(server: SecureServer, options: TlsRefreshOptions): () => void {
  let current = options.current;
  let failing = false;
  let closed = false;
  const refresh = async (): Promise<void> => {
    try {
      const pair = await options.read();
      if (pair.cert !== current.cert || pair.key !== current.key) {
        server.setSecureContext(pair);
        current = pair;
        options.report("The certificate has changed; new connections get the new one.");
      }
      failing = false;
    } catch (error) {
      const reason = reasonOf(error);
      if (!failing)
        options.report(`The certificate cannot be read; the previous one stays in use. ${reason}`);
      failing = true;
    }
    schedule();
  };
  let timer: NodeJS.Timeout | undefined;
  const schedule = (): void => {
    if (!closed) timer = setTimeout(() => void refresh(), options.refreshMs).unref();
  };
  schedule();
  return () => {
    closed = true;
    clearTimeout(timer);
  };
}
