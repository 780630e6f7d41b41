import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import { explainStorageError, PlatformError, systemErrorCode, reasonOf } from "../../platform/base/errors";

/** Files of a certificate chain and its private key, both PEM. */
export interface TlsFiles {
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

/** Reads both files; throws SETTINGS_INVALID when they are not a certificate and its key. */
export async function readTlsPair({ cert, key }: TlsFiles): Promise<TlsPair> {
  const pair = { cert: await readPem("MLOPS_TLS_CERT", cert), key: await readPem("MLOPS_TLS_KEY", key) };
  try {
    createSecureContext(pair);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PlatformError(
      "SETTINGS_INVALID",
      `${cert} and ${key} are not a certificate and its private key in PEM: ${reason}. Write both anew.`,
      { cause },
    );
  }
  return pair;
}

export interface TlsRefreshOptions {
  readonly files: TlsFiles;
  readonly current: TlsPair;
  readonly refreshMs: number;
  /** Is told, in a sentence, of a new certificate and of files that cannot be used. */
  readonly report: (message: string) => void;
}

/**
 * Reads the files again and again, and gives a server what is new in them. Connections that are open go on. Files that
 * do not fit (yet) change nothing. Answers how to end it.
 */
export function refreshTls(server: SecureServer, options: TlsRefreshOptions): () => void {
  let current = options.current;
  let failing = false;
  let closed = false;
  const refresh = async (): Promise<void> => {
    try {
      const pair = await readTlsPair(options.files);
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
