import { randomUUID } from "node:crypto";
import { z } from "zod";
import { PlatformError, explainStorageError, reasonOf } from "../base/errors";
import { digestOf, toStoredJson, writeJson } from "../base/files";
import { digestSchema, findRecord } from "../base/stored-record";
import type { Storage } from "../storage/storage";
import type { Actor } from "./actor";
import { fileOfEntry, numberOfFile, type Act, type AuditEntry } from "./audit-entry";
import { verifyTrail, type TrailHead, type VerifiedTrail } from "./verify-trail";

/** Attempts to get the next number, each of which another writer has won. */
const maxAttempts = 200;

const headSchema = z.strictObject({ number: z.number().int().positive(), digest: digestSchema });

/** Where a trail is. */
interface TrailPlace {
  readonly storage: Storage;
  /** File, apart from the entries, where this machine keeps the last entry that it has seen; nowhere without it. */
  readonly seenFile?: string;
}

interface AuditTrailOptions {
  /** Opens the place of the entries when it is first used. */
  readonly open: () => Promise<TrailPlace>;
  /** What the place is called in messages. */
  readonly place: string;
  readonly actor: Actor;
  /** Told when an act was done and its end could not be recorded. */
  readonly warn: (message: string) => void;
}

interface AroundOptions<T> {
  /** More that is known of the act once it is done. */
  readonly outcome?: (result: T) => Act["details"];
  /** Done also when the trail cannot be written, which is then told as an error. */
  readonly always?: boolean;
}

const describeAct = ({ act, subject, environment }: Act): string =>
  `${act} of ${subject}${environment === undefined ? "" : ` in ${environment}`}`;

async function findSeen({ seenFile }: TrailPlace): Promise<TrailHead | undefined> {
  return seenFile === undefined ? undefined : findRecord(seenFile, headSchema);
}

/** Of two writers at once the later entry may be overwritten by the earlier: what is kept is a lower bound. */
async function see(place: TrailPlace, head: TrailHead): Promise<void> {
  const { seenFile } = place;
  if (seenFile === undefined) return;
  const seen = await findSeen(place);
  if (seen === undefined || seen.number < head.number) await writeJson(seenFile, head);
}

/** An answer may be lost, and the client asks again: then the entry that is there already is this one. */
async function holds(storage: Storage, number: number, bytes: Uint8Array): Promise<boolean> {
  return Buffer.from(await storage.get(fileOfEntry(number))).equals(bytes);
}

/**
 * What the next entry follows: the last one or, where this machine has seen it otherwise, what it has seen. Then the gap, or the digest
 * that does not fit, stays in the trail for good, and is found by whoever verifies it.
 */
async function findLast(place: TrailPlace): Promise<TrailHead | undefined> {
  const { storage } = place;
  const number = (await storage.list("")).map(numberOfFile).findLast((each) => each !== undefined);
  const seen = await findSeen(place);
  if (number === undefined || (seen && seen.number >= number)) return seen;
  return { number, digest: digestOf(await storage.get(fileOfEntry(number))) };
}

/**
 * Who did what, when, why and from where: entries that are added and never changed, a file each. An entry takes the next number by making the
 * file of that name, which one of several writers can, and has the digest of the one before.
 */
export class AuditTrail {
  private opened: Promise<TrailPlace> | undefined;

  constructor(private readonly options: AuditTrailOptions) {}

  /** Adds what has been done, in no time of its own. Throws STORAGE_FAILED when the trail cannot be written. */
  async record(act: Act): Promise<void> {
    try {
      await this.append({ ...act, state: "done" });
    } catch (error) {
      throw this.refused(act, error);
    }
  }

  /**
   * Does an act between two entries: one before it begins, so that none can be done without a trace, and one when it has ended. Nothing is
   * done when the first cannot be written, unless the act has to be done always.
   */
  async around<T>(
    act: Act,
    work: () => Promise<T>,
    { outcome, always = false }: AroundOptions<T> = {},
  ): Promise<T> {
    let begun: number | undefined;
    let unwritten: unknown;
    try {
      begun = await this.append({ ...act, state: "begun" });
    } catch (error) {
      if (!always) throw this.refused(act, error);
      unwritten = error;
    }
    const end = (state: "done" | "failed", details: Act["details"]): Promise<void> =>
      this.end({ ...act, details: { ...act.details, ...details } }, { state, begun });
    let result: T;
    try {
      result = await work();
    } catch (error) {
      await end("failed", { error: reasonOf(error) });
      throw error;
    }
    await end("done", outcome?.(result) ?? {});
    if (begun === undefined) throw this.unrecorded(act, unwritten);
    return result;
  }

  /** All that the trail has, and what is wrong with it. `noted` is what was noted of it elsewhere. */
  async verify(noted: readonly TrailHead[] = []): Promise<VerifiedTrail> {
    const place = await this.place();
    const seen = await findSeen(place);
    const { storage } = place;
    const files = [];
    for (const file of await storage.list("")) files.push({ file, bytes: await storage.get(file) });
    return verifyTrail(files, [...noted, ...(seen ? [seen] : [])]);
  }

  private async end(
    act: Act,
    { state, begun }: { readonly state: "done" | "failed"; readonly begun: number | undefined },
  ): Promise<void> {
    // What begun without an entry is told as such.
    if (begun === undefined) return;
    try {
      await this.append({ ...act, state, begun });
    } catch (error) {
      this.options.warn(
        `That the ${describeAct(act)} is ${state} could not be added to the audit trail in ${this.options.place}, which has its begin as entry ${begun}: ${reasonOf(explainStorageError(error))}`,
      );
    }
  }

  private async append(entry: Act & Pick<AuditEntry, "state" | "begun">): Promise<number> {
    const place = await this.place();
    const { storage } = place;
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const before = await findLast(place);
      const number = (before?.number ?? 0) + 1;
      const { actor } = this.options;
      const whole: AuditEntry = {
        number,
        id: randomUUID(),
        time: new Date().toISOString(),
        ...entry,
        actor,
        ...(before && { before: before.digest }),
      };
      const bytes = Buffer.from(toStoredJson(whole));
      if ((await storage.create(fileOfEntry(number), bytes)) || (await holds(storage, number, bytes))) {
        await see(place, { number, digest: digestOf(bytes) });
        return number;
      }
    }
    throw new PlatformError(
      "BUSY",
      `Others have taken the next number of the audit trail ${maxAttempts} times. Expected few writers at once. Try again.`,
    );
  }

  private place(): Promise<TrailPlace> {
    return (this.opened ??= this.options.open());
  }

  private refused(act: Act, error: unknown): PlatformError {
    return new PlatformError(
      "STORAGE_FAILED",
      `The ${describeAct(act)} was not begun, as it could not be added to the audit trail in ${this.options.place}: ${reasonOf(explainStorageError(error))} Everything that is done has to be in the trail. Correct that, and run the command again.`,
      { cause: error },
    );
  }

  private unrecorded(act: Act, error: unknown): PlatformError {
    const { who, host } = this.options.actor;
    return new PlatformError(
      "STORAGE_FAILED",
      `The ${describeAct(act)} was done, but is not in the audit trail in ${this.options.place}: ${reasonOf(explainStorageError(error))} A rollback does not wait for the trail. Keep this message, which is its only record: ${new Date().toISOString()}, ${who} on ${host}${act.why === undefined ? "" : `, ${act.why}`}.`,
      { cause: error },
    );
  }
}
