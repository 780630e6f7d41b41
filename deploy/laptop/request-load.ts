import type { IncomingMessage, ServerResponse } from "node:http";
import { BodyBudget, HeldBody } from "../../scoring/http/body-budget";
import type { Connections } from "../../scoring/http/connections";
import { RequestProblem } from "../../scoring/problems/problem";

/** Bytes of a body that the gateway holds; scoring processes have lower limits of their own. */
const maxBodyBytes = 64 * 1024 * 1024;
/** Bytes of all bodies that the gateway holds at once, half of them from one address: a largest one from each of two. */
const maxHeldBytes = 2 * maxBodyBytes;
/** Requests passed on at once: fewer than the connections that a scoring process takes from one address. */
const maxUnderWay = 800;
/** Of them from one address, so that nobody alone keeps the others out. */
const maxUnderWayOfOne = maxUnderWay / 2;

const busy = (sentence: string): RequestProblem =>
  new RequestProblem("BUSY", `${sentence} Try again in a second.`, { headers: { "retry-after": "1" } });

/** What all requests of a gateway take together. No address has more than half of any of it. */
export class RequestLoad {
  private readonly bodies = new BodyBudget(maxHeldBytes);
  private readonly underWayOf = new Map<string, number>();
  private underWay = 0;

  constructor(private readonly connections: Pick<Connections, "isOverloadedFor">) {}

  /**
   * Lets a request that has arrived whole be passed on, and counts it until its answer is sent or its client has gone; throws when there
   * is no room for it. One that is still arriving takes a connection and its body's room, and nothing from those that have arrived.
   */
  enter({ socket }: Pick<IncomingMessage, "socket">, response: Pick<ServerResponse, "once">): void {
    const address = socket.remoteAddress ?? "";
    const own = (this.underWayOf.get(address) ?? 0) + 1;
    if (this.underWay >= maxUnderWay) throw busy("The gateway has too many requests.");
    if (own > maxUnderWayOfOne) throw busy("The gateway has too many requests from your address.");
    this.underWay += 1;
    this.underWayOf.set(address, own);
    response.once("close", () => this.leave(address));
  }

  /** The whole body of a request, which counts until its answer is sent or its client has gone. */
  async readBody(request: IncomingMessage, response: ServerResponse): Promise<Buffer> {
    const { remoteAddress } = request.socket;
    if (this.connections.isOverloadedFor(remoteAddress))
      throw busy("Answers that their clients have not read take all the room there is.");
    const chunks: Buffer[] = [];
    let length = 0;
    const body = new HeldBody(this.bodies, remoteAddress);
    response.once("close", () => body.end());
    // Whoever stops reading still has to answer: without this, the connection would be closed.
    const reading = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    for await (const chunk of reading) {
      length += chunk.length;
      if (length > maxBodyBytes) {
        throw new RequestProblem(
          "BODY_TOO_LARGE",
          `The body has more than ${maxBodyBytes} bytes. Send fewer rows.`,
          { headers: { connection: "close" } },
        );
      }
      const refusal = body.take(chunk.length);
      if (refusal !== undefined) throw refusal;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  private leave(address: string): void {
    this.underWay -= 1;
    const left = (this.underWayOf.get(address) ?? 1) - 1;
    if (left === 0) this.underWayOf.delete(address);
    else this.underWayOf.set(address, left);
  }
}
