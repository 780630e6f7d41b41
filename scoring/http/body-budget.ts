import { Transform, type TransformCallback } from "node:stream";
import type { FastifyInstance } from "fastify";
import { RequestProblem } from "../problems/problem";

/** Bodies up to this size are not counted: as many as there may be connections do no harm. */
const smallBytes = 64 * 1024;
/** Bytes of larger bodies that a process holds at once, from their first byte until their request is answered. */
const maxHeldBytes = 128 * 1024 * 1024;
/** Bodies of the largest size that fit in any case. */
const minLargest = 4;

/** What all larger bodies of a process take together. */
export class BodyBudget {
  private held = 0;

  constructor(private readonly maxBytes: number) {}

  /** Holds so many bytes more; answers why not, when there is no room for them. */
  take(bytes: number): RequestProblem | undefined {
    if (this.held + bytes > this.maxBytes) {
      const detail = "The bodies of other requests take all the room there is. Try again in 1 s.";
      // What is left of the body is not read.
      const headers = { "retry-after": "1", connection: "close" };
      return new RequestProblem("BUSY", detail, { headers, reason: "body-room" });
    }
    this.held += bytes;
    return undefined;
  }

  giveBack(bytes: number): void {
    this.held -= bytes;
  }
}

/** Passes a body on as long as there is room for it. */
class CountedBody extends Transform {
  taken = 0;

  constructor(private readonly budget: BodyBudget) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const refusal = this.budget.take(chunk.length);
    if (refusal !== undefined) {
      done(refusal);
      return;
    }
    this.taken += chunk.length;
    done(null, chunk);
  }
}

/** Whether a request has a body that counts; one that says no length may be of any. */
function isLarge(headers: Readonly<Record<string, string | string[] | undefined>>): boolean {
  const length = headers["content-length"];
  return length === undefined ? headers["transfer-encoding"] !== undefined : Number(length) > smallBytes;
}

/**
 * Refuses bodies when there are too many large ones at once: clients that send them slowly, or wait for their turn, would
 * else take all memory of the process, each within its own limit.
 */
export function addBodyBudget(app: FastifyInstance, maxBodyBytes: number): void {
  const budget = new BodyBudget(Math.max(maxHeldBytes, minLargest * maxBodyBytes));
  app.addHook("preParsing", (request, reply, payload, done) => {
    if (!isLarge(request.headers)) {
      done(null, payload);
      return;
    }
    const counted = new CountedBody(budget);
    payload.on("error", (error: Error) => counted.destroy(error));
    reply.raw.once("close", () => {
      budget.giveBack(counted.taken);
      counted.taken = 0;
      counted.destroy();
    });
    done(null, payload.pipe(counted));
  });
}
