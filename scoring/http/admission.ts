import type { FastifyInstance } from "fastify";
import { RequestProblem } from "../problems/problem";
import type { Connections } from "./connections";
import type { LoopGuard } from "./loop-guard";
import { pathOf } from "./path-pattern";
import type { TurnGate } from "./turn-gate";

/** What decides whether a process can take one more request; all its editions share it. */
export interface Admission {
  readonly guard: Pick<LoopGuard, "overloaded">;
  readonly turns: Pick<TurnGate, "enter">;
  readonly connections: Pick<Connections, "isOverloadedFor">;
}

const busy = (sentence: string, reason: "lag" | "answer-room"): RequestProblem =>
  new RequestProblem("BUSY", `${sentence} Try again in a second.`, {
    headers: { "retry-after": "1" },
    reason,
  });

/** Refuses requests, or has them wait for their turn, before they cost anything; but not those to open paths. */
export function addAdmission(
  app: FastifyInstance,
  { guard, turns, connections }: Admission,
  isOpenPath: (path: string) => boolean,
): void {
  app.addHook("onRequest", (request, _reply, done) => {
    if (isOpenPath(pathOf(request.url))) done();
    else if (guard.overloaded) done(busy("The service is overloaded.", "lag"));
    else if (connections.isOverloadedFor(request.socket.remoteAddress))
      done(busy("Answers that their clients have not read take all the room there is.", "answer-room"));
    else turns.enter(request.raw.socket, done);
  });
}
