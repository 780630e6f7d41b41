import { Transform, type TransformCallback } from "node:stream";
import type { FastifyInstance } from "fastify";
import { RequestProblem } from "../problems/problem";

/** First bytes of each body that are not counted: as many as there may be connections do no harm. */
const freeBytes = 64 * 1024;
/** Bytes of bodies that a process holds at once, from their first byte until their request is answered. */
const maxHeldBytes = 128 * 1024 * 1024;
/** Bodies of the largest size that fit in any case, half of them from one address. */
const minLargest = 4;

/** What all bodies of a process take together. One address has half of it at most, so that nobody alone takes it from the others. */
export class BodyBudget {
  private held = 0;
  private readonly heldBy = new Map<string, number>();

  constructor(private readonly maxBytes: number) {}

  /** Whether there was room for so many bytes more, which are then held. */
  take(address: string, bytes: number): boolean {
    const own = (this.heldBy.get(address) ?? 0) + bytes;
    if (this.held + bytes > this.maxBytes || own > this.maxBytes / 2) return false;
    this.held += bytes;
    this.heldBy.set(address, own);
    return true;
  }

  giveBack(address: string, bytes: number): void {
    this.held -= bytes;
    const left = (this.heldBy.get(address) ?? 0) - bytes;
    if (left > 0) this.heldBy.set(address, left);
    else this.heldBy.delete(address);
  }
}

/** The bytes of one body that a budget holds. */
export class HeldBody {
  private received = 0;
  private held = 0;
  private isOver = false;
  private readonly address: string;

  constructor(
    private readonly budget: BodyBudget,
    address: string | undefined,
  ) {
    this.address = address ?? "";
  }

  /** Holds so many bytes more; answers why not, when there is no room for them. */
  take(bytes: number): RequestProblem | undefined {
    this.received += bytes;
    const more = Math.max(0, this.received - freeBytes) - this.held;
    if (this.isOver || more === 0) return undefined;
    if (this.budget.take(this.address, more)) {
      this.held += more;
      return undefined;
    }
    const detail = "The bodies of other requests take all the room there is. Try again in 1 s.";
    // What is left of the body is not read.
    const headers = { "retry-after": "1", connection: "close" };
    return new RequestProblem("BUSY", detail, { headers, reason: "body-room" });
  }

  /** Holds nothing from now on. */
  end(): void {
    this.isOver = true;
    this.budget.giveBack(this.address, this.held);
    this.held = 0;
  }
}

/** Passes a body on as long as there is room for it. */
class CountedBody extends Transform {
  constructor(private readonly body: HeldBody) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const refusal = this.body.take(chunk.length);
    if (refusal === undefined) done(null, chunk);
    else done(refusal);
  }
}

/** Whether a request has a body of which bytes count; one that says no length may be of any. */
function isLarge(headers: Readonly<Record<string, string | string[] | undefined>>): boolean {
  const length = headers["content-length"];
  return length === undefined ? headers["transfer-encoding"] !== undefined : Number(length) > freeBytes;
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
    const body = new HeldBody(budget, request.socket.remoteAddress);
    const counted = new CountedBody(body);
    payload.on("error", (error: Error) => counted.destroy(error));
    reply.raw.once("close", () => {
      body.end();
      counted.destroy();
    });
    done(null, payload.pipe(counted));
  });
}
