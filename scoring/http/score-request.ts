import type { FastifyRequest } from "fastify";
import type { RequestProblem } from "../problems/problem";
import { ScoreNotes, type RequestMark } from "../model/score-notes";
import type { ScoreRequest } from "../model/scorer";

declare module "fastify" {
  interface FastifyRequest {
    /** Its moments and size, if it asked for predictions. */
    notes?: ScoreNotes;
    /** What it is answered with instead of predictions. */
    problem?: RequestProblem;
    /** Whether it is one of our own. */
    mark?: RequestMark | undefined;
    /** Whether its client has chosen the track. */
    isChosen?: boolean;
  }
}

/** The request as the scorer takes it; what it notes of it is found again in `notes`. */
export function scoreRequestOf(request: FastifyRequest): ScoreRequest {
  const { id, mark, isChosen = false, raw } = request;
  const notes = (request.notes = new ScoreNotes());
  return { id, mark, isChosen, caller: raw.socket, notes };
}
