import { Agent, request } from "node:http";

/** What a client met. */
export interface Seen {
  /** Answers by status. */
  readonly statuses: Record<number, number>;
  /** Versions that answered, in the order of their first answer. */
  readonly models: string[];
  /** Codes of errors of requests on connections that were open. */
  readonly errors: string[];
  /** Requests for which no new connection could be made: nobody listened any more. */
  refused: number;
}

interface Target {
  readonly port: number;
  readonly body: string;
  readonly path?: string;
}

function ask(
  agent: Agent,
  { port, body, path = "/score" }: Target,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const call = request({ agent, host: "127.0.0.1", port, path, method: "POST", headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => (text += part));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
      answer.on("error", reject);
    });
    call.on("error", reject);
    call.end(body);
  });
}

/** Clients that each keep one connection and send one request after the other, until they are told to end or nobody listens. */
export class KeepAliveClients {
  readonly seen: Seen = { statuses: {}, models: [], errors: [], refused: 0 };
  private going = true;
  private readonly done: Promise<unknown>;

  constructor(count: number, target: Target) {
    this.done = Promise.all(Array.from({ length: count }, () => this.run(target)));
  }

  get answers(): number {
    return Object.values(this.seen.statuses).reduce((sum, count) => sum + count, 0);
  }

  async end(): Promise<Seen> {
    this.going = false;
    await this.done;
    return this.seen;
  }

  private async run(target: Target): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      while (this.going && (await this.once(agent, target)));
    } finally {
      agent.destroy();
    }
  }

  private async once(agent: Agent, target: Target): Promise<boolean> {
    try {
      const { status, text } = await ask(agent, target);
      this.seen.statuses[status] = (this.seen.statuses[status] ?? 0) + 1;
      const { model } = JSON.parse(text) as { model?: string };
      if (model !== undefined && !this.seen.models.includes(model)) this.seen.models.push(model);
      return true;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "ECONNREFUSED") this.seen.refused += 1;
      else this.seen.errors.push(code ?? message);
      return code !== "ECONNREFUSED";
    }
  }
}
