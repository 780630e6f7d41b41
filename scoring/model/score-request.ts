import type { FastifyRequest } from "fastify";
import type { RequestProblem } from "../http/problem";
import { shadowHeader } from "../http/request-headers";
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

declare module "fastify" {
  interface FastifyRequest {
    /** What was noted of it, if it was one to be scored. */
    notes?: ScoreNotes;
    /** What it is answered with instead of predictions. */
    problem?: RequestProblem;
  }
}

/** The request as the scorer takes it; what it notes of it is found again in `notes`. */
export function scoreRequestOf(request: FastifyRequest): ScoreRequest {
  const { id, raw } = request;
  const notes = (request.notes = new ScoreNotes());
  return { id, shadow: raw.headers[shadowHeader] !== undefined, caller: raw.socket, notes };
}
