import type { FastifyRequest } from "fastify";
import type { RequestProblem } from "../problems/problem";
import { ScoreNotes } from "../model/score-notes";
import type { ScoreRequest } from "../model/scorer";
import { shadowHeader } from "./request-headers";

declare module "fastify" {
  interface FastifyRequest {
    /** Its moments and size, if it asked for predictions. */
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
