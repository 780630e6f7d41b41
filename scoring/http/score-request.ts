import type { FastifyRequest } from "fastify";
import type { RequestProblem } from "../problems/problem";
import { ScoreNotes } from "../model/score-notes";
import type { ScoreRequest } from "../model/scorer";
import { shadowHeader } from "./request-headers";

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
