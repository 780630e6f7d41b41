import type { IncomingMessage, ServerResponse } from "node:http";
import { BodyBudget } from "../../scoring/http/body-budget";
import type { Connections } from "../../scoring/http/connections";
import { RequestProblem } from "../../scoring/problems/problem";

/** Bytes of a body that the gateway holds; scoring processes have lower limits of their own. */
const maxBodyBytes = 64 * 1024 * 1024;
/** Bytes of all bodies that the gateway holds at once. */
const maxHeldBytes = 2 * maxBodyBytes;
/** Requests passed on at once: fewer than the connections that a scoring process takes from one address. */
const maxUnderWay = 800;

/** What all requests of a gateway take together. */
export class RequestLoad {
  private readonly bodies = new BodyBudget(maxHeldBytes);
  private underWay = 0;

  constructor(private readonly connections: Pick<Connections, "overloaded">) {}

  /** Counts a request until its answer is sent or its client has gone; throws when there is no room for it. */
  enter(response: ServerResponse): void {
    if (this.underWay >= maxUnderWay || this.connections.overloaded) {
      throw new RequestProblem("BUSY", "The gateway has too many requests. Try again in a second.", {
        headers: { "retry-after": "1" },
      });
    }
    this.underWay += 1;
    response.once("close", () => (this.underWay -= 1));
  }

  /** The whole body of a request, which counts until its answer is sent or its client has gone. */
  async readBody(request: IncomingMessage, response: ServerResponse): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let length = 0;
    response.once("close", () => this.bodies.giveBack(length));
    // Whoever stops reading still has to answer: without this, the connection would be closed.
    const reading = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    for await (const chunk of reading) {
      if (length + chunk.length > maxBodyBytes) {
        throw new RequestProblem(
          "BODY_TOO_LARGE",
          `The body has more than ${maxBodyBytes} bytes. Send fewer rows.`,
          { headers: { connection: "close" } },
        );
      }
      const refusal = this.bodies.take(chunk.length);
      if (refusal !== undefined) throw refusal;
      length += chunk.length;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
}
