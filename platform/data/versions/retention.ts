import type { Digest } from "../../base/files";
import { retentionAges } from "../../base/retention";
import { newestFirst, type DataVersion } from "./version-record";

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
  const [newest] = [...versions].sort(newestFirst);
  const ages = retentionAges(
    versions.map(({ keptAt }) => Date.parse(keptAt)),
    { days, now },
  );
  return versions.filter(
    (version, index) =>
      (ages[index] ?? 0) > days &&
      version !== newest &&
      version.digest !== current &&
      !registered.has(version.digest),
  );
}
