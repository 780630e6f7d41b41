import { actsOf } from "../../platform/audit/acts-of";
import type { AuditEntry } from "../../platform/audit/audit-entry";
import type { AuditTrail } from "../../platform/audit/audit-trail";
import { describeVerified, type TrailHead, type VerifiedTrail } from "../../platform/audit/verify-trail";
import { PlatformError } from "../../platform/base/errors";
import { shortDigest, type Digest } from "../../platform/base/files";
import { isModelRef, parseModelRef } from "../../platform/definition/model-ref";
import { formatTable } from "../terminal/format-table";

/** The model that an act is about. */
const modelOf = (subject: string): string => (isModelRef(subject) ? parseModelRef(subject).name : subject);

/** What else is known of an act, in a line; of digests, what tells them apart for people. */
export function describeFacts({ details }: AuditEntry): string {
  return Object.entries(details)
    .map(([name, value]) => `${name} ${/^[0-9a-f]{64}$/.test(value) ? shortDigest(value) : value}`)
    .join(", ");
}

function describeDetails(entry: AuditEntry): string {
  return [entry.why, describeFacts(entry)].filter(Boolean).join(" ");
}

/** What was done with all models or with one, and whether the record of it is whole. */
export interface Audited {
  readonly acts: readonly AuditEntry[];
  readonly verified: VerifiedTrail;
}

/** Reads the trail; the acts are in their order. */
export async function readActs(trail: AuditTrail, model: string | undefined): Promise<Audited> {
  const verified = await trail.verify();
  const acts = actsOf(verified.entries).filter(
    ({ subject }) => model === undefined || modelOf(subject) === model,
  );
  return { acts, verified };
}

/** What was done with all models or with one, and as a table for people. */
export async function listActs(
  trail: AuditTrail,
  model: string | undefined,
): Promise<{ readonly acts: readonly AuditEntry[]; readonly text: string }> {
  const {
    acts,
    verified: { faults },
  } = await readActs(trail, model);
  const table = formatTable(
    ["number", "time", "act", "of", "environment", "state", "who", "from", "why and what"],
    acts.map((entry) => [
      String(entry.number),
      entry.time,
      entry.act,
      entry.subject,
      entry.environment ?? "",
      entry.state,
      entry.actor.who,
      entry.actor.job ?? entry.actor.host,
      describeDetails(entry),
    ]),
  );
  const warning = faults.length > 0 ? "\nThe trail has faults: run `mlops audit verify`." : "";
  return { acts, text: `${acts.length > 0 ? table : "Nothing is recorded yet."}${warning}` };
}

/** What a check of the trail has found. */
interface CheckedTrail extends Pick<VerifiedTrail, "faults" | "head"> {
  /** Entries that can be read. */
  readonly entries: number;
}

function parseHead(text: string): TrailHead {
  const [, number, digest] = /^([1-9]\d{0,8}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (number !== undefined && digest !== undefined)
    return { number: Number(number), digest: digest as Digest };
  throw new PlatformError(
    "USAGE",
    `"${text}" is no head of an audit trail. Expected <number>:<digest>, as \`mlops audit verify\` prints it. Correct it.`,
  );
}

/** Checks the trail and, where one was noted, that it still has what it had then. */
export async function checkTrail(
  trail: AuditTrail,
  noted: string | undefined,
): Promise<{ readonly verified: CheckedTrail; readonly text: string }> {
  const found = await trail.verify(noted === undefined ? [] : [parseHead(noted)]);
  const { faults, head, entries } = found;
  return {
    verified: { entries: entries.length, ...(head && { head }), faults },
    text: describeVerified(found),
  };
}
