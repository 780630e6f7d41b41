/** Files by path, as in a blob container: forward slashes, no leading one. */
export interface Storage {
  /** Writes a whole file in one step; an existing one is replaced. */
  put(path: string, content: Uint8Array | string): Promise<void>;
  /** Writes a whole file in one step if there is none at the path; whether there was none. Of several at once, one succeeds. */
  create(path: string, content: Uint8Array | string): Promise<boolean>;
  /** Throws NOT_FOUND when there is none. */
  get(path: string): Promise<Uint8Array>;
  /** Paths that start with `prefix`, sorted. */
  list(prefix: string): Promise<string[]>;
  /** Removes a file; nothing happens when there is none. */
  delete(path: string): Promise<void>;
  /** Removes what files whose paths start with `prefix` were before, of those that are gone too, where the place keeps that. */
  dropEarlier(prefix: string): Promise<void>;
}
