import type { AuditEntry } from "./audit-entry";

/**
 * The two entries of each act as one, the number of which is that of its begin. One that stays "begun" was interrupted, or is under way:
 * whether it was done is not known.
 */
export function actsOf(entries: readonly AuditEntry[]): AuditEntry[] {
  const ends = new Map(entries.map((entry) => [entry.begun, entry]));
  return entries
    .filter(({ begun }) => begun === undefined)
    .map((entry) => {
      const end = ends.get(entry.number);
      return end === undefined ? entry : { ...entry, state: end.state, details: end.details };
    });
}
