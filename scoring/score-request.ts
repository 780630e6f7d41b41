import type { IncomingMessage } from "node:http";
import type { RequestProblem } from "./problem";
import { shadowHeader } from "./request-headers";
import type { ScoreRequest } from "./scorer";

/** When what happened to a scored request, in milliseconds of `performance.now()`, and how much it was. */
export class ScoreNotes {
  rows = 0;
  /** It asked for a place. */
  askedAt = 0;
  /** The model began. */
  startedAt = 0;
  /** The model ended. */
  endedAt = 0;
}

/** The part of a framework's request that counts here. */
interface DialectRequest {
  readonly id: string;
  readonly raw: IncomingMessage;
}

const notes = new WeakMap<IncomingMessage, ScoreNotes>();

/** The request as the scorer takes it; what it notes of it is found again by `notesOf`. */
export function scoreRequestOf({ id, raw }: DialectRequest): ScoreRequest {
  const taken = new ScoreNotes();
  notes.set(raw, taken);
  return { id, shadow: raw.headers[shadowHeader] !== undefined, caller: raw.socket, notes: taken };
}

/** What was noted of a request, if it was one to be scored. */
export function notesOf(raw: IncomingMessage): ScoreNotes | undefined {
  return notes.get(raw);
}

const refusals = new WeakMap<IncomingMessage, RequestProblem>();

/** Notes what a request is answered with instead of predictions. */
export function noteProblem({ raw }: { readonly raw: IncomingMessage }, problem: RequestProblem): void {
  refusals.set(raw, problem);
}

export function problemOf(raw: IncomingMessage): RequestProblem | undefined {
  return refusals.get(raw);
}
