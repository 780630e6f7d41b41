import type { Digest } from "../../base/files";
import type { DataVersion } from "./version-record";

const dayMs = 86_400_000;

export interface RetentionRule {
  /** Days that a version is kept at least; undefined keeps all of them. */
  readonly days: number | undefined;
  readonly now: Date;
  /** Digests of what registered versions were trained on. */
  readonly registered: ReadonlySet<string>;
  /** Of the data as it is now. */
  readonly current: Digest;
}

/**
 * The versions that may go: older than so many days, and neither what a registered version was trained on, nor what the
 * data is now, nor the newest.
 */
export function versionsToRemove(versions: readonly DataVersion[], rule: RetentionRule): DataVersion[] {
  const { days, now, registered, current } = rule;
  if (days === undefined) return [];
  const newest = versions.reduce<string>((latest, { keptAt }) => (keptAt > latest ? keptAt : latest), "");
  const oldest = new Date(now.getTime() - days * dayMs).toISOString();
  return versions.filter(
    ({ digest, keptAt }) =>
      keptAt < oldest && keptAt !== newest && digest !== current && !registered.has(digest),
  );
}
