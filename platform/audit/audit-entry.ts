import { z } from "zod";
import { digestSchema } from "../base/stored-record";
import { actorSchema } from "./actor";

/** What is recorded. */
const acts = ["register", "approve", "deploy", "weight", "promote", "rollback", "retrain", "forget"] as const;

const actShape = {
  act: z.enum(acts),
  /** What it is about: a model, or a version of one (`name:version`). */
  subject: z.string().min(1),
  environment: z.string().exactOptional(),
  /** Why, in words: a decision's explanation, or what whoever asked for it has said. */
  why: z.string().exactOptional(),
  /** What else is known of it, by name. */
  details: z.record(z.string(), z.string()),
};

/** An act as it is handed to the trail. */
export type Act = Readonly<z.output<z.ZodObject<typeof actShape>>>;

/** An entry of the audit trail: the content of the file that has its number. */
export const auditEntrySchema = z.strictObject({
  number: z.number().int().positive(),
  /** Makes every entry's content its own. */
  id: z.uuid(),
  /** ISO 8601, UTC, by the writer's clock. The numbers are the order. */
  time: z.iso.datetime(),
  /** An act that takes time has an entry when it begins, and one when it has ended. */
  state: z.enum(["begun", "done", "failed"]),
  /** The number of the entry of its begin. */
  begun: z.number().int().positive().exactOptional(),
  ...actShape,
  actor: actorSchema,
  /** Digest of the entry before, byte for byte; the first has none. */
  before: digestSchema.exactOptional(),
});

export type AuditEntry = Readonly<z.output<typeof auditEntrySchema>>;

/** Digits of a number in a file's name, so that names sort as numbers do. */
const digits = 9;

export function fileOfEntry(number: number): string {
  return `${String(number).padStart(digits, "0")}.json`;
}

/** The number of an entry by the name of its file; undefined when the file is no entry. */
export function numberOfFile(file: string): number | undefined {
  const number = Number(/^(\d{9})\.json$/.exec(file)?.[1] ?? 0);
  return number > 0 ? number : undefined;
}
