import { counted } from "../base/wording";
import { digestOf, type Digest } from "../base/files";
import { faultsOf } from "../base/stored-record";
import { auditEntrySchema, numberOfFile, type AuditEntry } from "./audit-entry";

/** The last entry of a trail at some time: everything up to it was there then, and can be proven to be there still. */
export interface TrailHead {
  readonly number: number;
  readonly digest: Digest;
}

/** A file of the trail as it is now. */
export interface TrailFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

interface TrailFault {
  /** The entry, or the first of those that are missing. */
  readonly number?: number;
  readonly fault: "changed" | "missing" | "reordered" | "unreadable" | "foreign";
  readonly explanation: string;
}

export interface VerifiedTrail {
  /** By rising number; those that cannot be read are left out. */
  readonly entries: readonly AuditEntry[];
  readonly faults: readonly TrailFault[];
  /** The last entry that there is. */
  readonly head?: TrailHead;
}

/** The entry in a file's text; in words what is wrong with it otherwise. */
function parseEntry(bytes: Uint8Array): AuditEntry | string {
  try {
    const { data, error } = auditEntrySchema.safeParse(JSON.parse(Buffer.from(bytes).toString("utf8")));
    return error ? faultsOf(error, "the entry").join("; ") : data;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return "it is not JSON, as when it was cut short";
  }
}

function missingEntries(from: number, to: number, { atEnd }: { readonly atEnd: boolean }): TrailFault {
  const which = from === to ? `Entry ${from} is` : `Entries ${from} to ${to} are`;
  const how = atEnd ? "missing at the end, although written once" : "missing, while later ones are there";
  return { number: from, fault: "missing", explanation: `${which} ${how}.` };
}

/** What is wrong with an entry that is there; nothing when it is as it was written, as far as can be told. */
function faultOf(
  number: number,
  { bytes, entry, expected }: { bytes: Uint8Array; entry: AuditEntry | string; expected: Digest | undefined },
): TrailFault | undefined {
  if (typeof entry === "string")
    return { number, fault: "unreadable", explanation: `Entry ${number} cannot be read: ${entry}.` };
  if (entry.number !== number)
    return {
      number,
      fault: "reordered",
      explanation: `Entry ${number} has the content of entry ${entry.number}.`,
    };
  if (expected === undefined || digestOf(bytes) === expected) return undefined;
  return {
    number,
    fault: "changed",
    explanation: `Entry ${number} was changed after it was written: its digest is not the one that was kept of it.`,
  };
}

/**
 * Compares every entry with what the one behind it has kept of it, from the last to the first. A head that was noted before stands for what
 * would be behind the last: without one, nobody can tell that the last entries were taken away, or that the very last was changed.
 */
export function verifyTrail(files: readonly TrailFile[], noted: readonly TrailHead[] = []): VerifiedTrail {
  const byNumber = new Map<number, Uint8Array>();
  const faults: TrailFault[] = [];
  for (const { file, bytes } of files) {
    const number = numberOfFile(file);
    if (number !== undefined) byNumber.set(number, bytes);
    else
      faults.push({
        fault: "foreign",
        explanation: `"${file}" is no entry, and does not belong into the trail.`,
      });
  }
  const last = Math.max(0, ...byNumber.keys());
  const kept = new Map(noted.map(({ number, digest }) => [number, digest]));
  const entries: AuditEntry[] = [];
  const upsideDown: TrailFault[] = [];
  let expected: Digest | undefined;
  let gap: number | undefined;
  const end = Math.max(last, ...kept.keys());
  const closeGap = (number: number): void => {
    if (gap !== undefined) upsideDown.push(missingEntries(number + 1, gap, { atEnd: gap > last }));
    gap = undefined;
  };
  for (let number = end; number > 0; number -= 1) {
    const bytes = byNumber.get(number);
    expected = kept.get(number) ?? expected;
    if (bytes === undefined) {
      // What was kept of it says nothing about the one before.
      expected = undefined;
      gap ??= number;
      continue;
    }
    closeGap(number);
    const entry = parseEntry(bytes);
    const fault = faultOf(number, { bytes, entry, expected });
    if (fault !== undefined) upsideDown.push(fault);
    if (typeof entry !== "string") entries.push(entry);
    // An entry that is not as it was written is no witness of the one before.
    expected = fault === undefined && typeof entry !== "string" ? entry.before : undefined;
  }
  closeGap(0);
  const lastBytes = byNumber.get(last);
  return {
    entries: entries.reverse(),
    faults: [...upsideDown.reverse(), ...faults],
    ...(lastBytes && { head: { number: last, digest: digestOf(lastBytes) } }),
  };
}

/** What was found, in sentences. */
export function describeVerified({ faults, head }: VerifiedTrail): string {
  if (faults.length > 0)
    return [
      `The audit trail is not as it was written: ${counted(faults.length, "fault")}.`,
      ...faults.map(({ explanation }) => `  - ${explanation}`),
    ].join("\n");
  if (head === undefined) return "The audit trail is empty.";
  return [
    `The audit trail is as it was written, entries 1 to ${head.number}.`,
    `Its head is ${head.number}:${head.digest}. Who notes it elsewhere can prove later that nothing was taken away by \`mlops audit verify --head <it>\`.`,
  ].join("\n");
}
