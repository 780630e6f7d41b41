/**
 * A server that speaks HiveServer2's protocol over HTTP, and how it is signed in to: by a token, by those of an identity, by a name and password, or
 * not at all.
 */
export interface SparkServer {
  /** With the path: `https://<host>/<path>`. */
  readonly address: string;
  readonly token?: string | undefined;
  /** Gives a token that is valid for some minutes at least; asked again while a session goes on. */
  readonly tokens?: (() => Promise<string>) | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Folders of this machine, and what the cluster calls them; all others have the same path on both. */
  readonly folders: readonly SharedFolder[];
}

/** A folder that this machine and the cluster see by different names. */
export interface SharedFolder {
  /** An absolute path without a slash at its end. */
  readonly here: string;
  /** A path of the cluster, such as `abfss://data@account.dfs.core.windows.net/models` or `dbfs:/data`, without a slash at its end. */
  readonly there: string;
}

/** What Hadoop takes for a pattern in a path. */
const patternCharacters = /[\\*?[\]{}]/g;

/** What the cluster calls an absolute path of this machine. */
export function pathOfCluster(file: string, folders: readonly SharedFolder[]): string {
  const shared = folders.find(({ here }) => file === here || file.startsWith(`${here}/`));
  return shared ? `${shared.there}${file.slice(shared.here.length)}` : `file:${file}`;
}

/** The same as it names this file alone where the cluster takes a pattern. */
export function patternOfCluster(file: string, folders: readonly SharedFolder[]): string {
  return pathOfCluster(file, folders).replace(patternCharacters, "\\$&");
}
