import { once } from "node:events";
import { Agent, request, type IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

export interface ClientOptions {
  /** Address and port of the gateway. */
  readonly address: string;
  readonly key: string;
  /** Bodies of POST /score, sent in turn. */
  readonly bodies: readonly string[];
  /** Clients that each wait for an answer before they ask again. */
  readonly clients: number;
  /** Between an answer and the next request, in milliseconds. */
  readonly pauseMs: number;
}

/** What clients have seen. */
export interface Counts {
  readonly answered: number;
  /** A line for each request that was not answered with 200. */
  readonly failures: readonly string[];
  /** Answers by the track that gave them. */
  readonly tracks: Readonly<Record<string, number>>;
}

/** Clients of an environment that ask all the time, and repeat nothing: each request that fails is counted. */
export class Clients {
  private readonly agent: Agent;
  private readonly failures: string[] = [];
  private readonly tracks: Record<string, number> = {};
  private answered = 0;
  private sent = 0;
  private stopped = false;
  private readonly running: Promise<unknown>;

  private constructor(private readonly options: ClientOptions) {
    this.agent = new Agent({ keepAlive: true, maxSockets: options.clients });
    this.running = Promise.all(Array.from({ length: options.clients }, () => this.ask()));
  }

  static start(options: ClientOptions): Clients {
    return new Clients(options);
  }

  get counts(): Counts {
    const { answered, failures, tracks } = this;
    return { answered, failures: [...failures], tracks: { ...tracks } };
  }

  /** Ends when the last request is answered. */
  async stop(): Promise<Counts> {
    this.stopped = true;
    await this.running;
    this.agent.destroy();
    return this.counts;
  }

  /** Nobody reads more of them than a thousand, nor counts. */
  private fail(line: string): void {
    if (this.failures.length < 1000) this.failures.push(line);
  }

  private async ask(): Promise<void> {
    while (!this.stopped) {
      const at = new Date().toISOString();
      try {
        const { status, track, text } = await this.send();
        if (status === 200) this.answered += 1;
        else this.fail(`${at} ${status} ${text.slice(0, 200)}`);
        this.tracks[track] = (this.tracks[track] ?? 0) + 1;
      } catch (error) {
        this.fail(`${at} ${String(error)}`);
      }
      await pause(this.options.pauseMs);
    }
  }

  private async send(): Promise<{ status: number; track: string; text: string }> {
    const { address, key, bodies } = this.options;
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const url = `http://${address}/score`;
    const sent = request(url, { method: "POST", headers, agent: this.agent, timeout: 30_000 });
    sent.on("timeout", () => sent.destroy(new Error("no answer within 30 s")));
    sent.end(bodies[this.sent++ % bodies.length]);
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    let text = "";
    for await (const chunk of answer) text += String(chunk);
    return { status: answer.statusCode ?? 0, track: String(answer.headers["x-mlops-track"]), text };
  }
}
