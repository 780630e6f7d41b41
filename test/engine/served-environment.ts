import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Agent, request, type IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { callService } from "../../deploy/tests/call-service";
import { makeCertificate } from "../platform/http/certificate";
import { ScoringProgram } from "../scoring/process/scoring-program";
import { keyOf } from "./azure-stand-ins";
import type { DockerStandIn } from "./docker-stand-in";
import type { Answered } from "./insights-stand-in";

/** A version that an environment says it serves. */
export interface Track {
  /** By which a request may ask for it; an environment with one version has none. */
  readonly track?: string;
  readonly image: string;
  /** Share of the requests, in percent. */
  readonly weight: number;
  /** Variables of its container. */
  readonly settings: Readonly<Record<string, string>>;
}

interface Running extends Track {
  readonly model: string;
  readonly program: ScoringProgram;
  readonly port: number;
  /** What it is behind its share; who is most behind answers next. */
  credit: number;
}

/** Answers of each version that clients wait for: enough to judge its latency (deploy/rules/canary.ts). */
const answersOfEach = 250;
const clients = 4;

/** Where a container has its telemetry and its log of predictions, which nobody takes here, and what differs on this machine. */
const ofThisMachine = {
  APPLICATIONINSIGHTS_CONNECTION_STRING: undefined,
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: undefined,
  MLOPS_PREDICTION_LOG: undefined,
  // The version is the one that is in the image.
  MLOPS_MODEL: undefined,
  MLOPS_HOST: "127.0.0.1",
  MLOPS_PORT: "0",
  MLOPS_HEALTH_PORT: "0",
  // What stands in for the gateway speaks TLS.
  MLOPS_TLS_KEY_VAULT: undefined,
};

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/**
 * Stands in for the nodes of an environment and the gateway before them: of each image that the environment serves, its
 * scoring service runs as the container would, and requests are shared among them by their weights.
 */
export class ServedEnvironment {
  /** Of POST /score, what the services' telemetry would have. */
  readonly answered: Answered[] = [];
  /** Called before a request that names a track: what the environment serves may just have changed. */
  refresh: () => Promise<unknown> = () => Promise.resolve();
  private running: Running[] = [];
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(
    private readonly name: string,
    private readonly server: Server,
    private readonly certificate: string,
    /** What the vault keeps of its certificate, as a secret: the private key, too. */
    readonly pem: string,
  ) {}

  /** Speaks TLS with a certificate of these names, as the vault would make it. */
  static async open(name: string, names: readonly string[]): Promise<ServedEnvironment> {
    const { key, cert } = await makeCertificate("scoring-certificate", names);
    const server = createServer({ key, cert });
    const environment = new ServedEnvironment(name, server, cert, `${key}\n${cert}`);
    server.on("request", (message, response) => {
      environment.forward(message).then(
        ({ status, headers, body }) => response.writeHead(status, headers).end(body),
        (error: unknown) => response.writeHead(503).end(String(error)),
      );
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return environment;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Starts and stops services until they are those that the environment says. */
  async follow(
    tracks: readonly Track[],
    { docker, env }: { readonly docker: DockerStandIn; readonly env: Readonly<Record<string, string>> },
  ): Promise<void> {
    const before = this.running;
    this.running = await Promise.all(
      tracks.map(async (track) => {
        const same = before.find(({ image }) => image === track.image);
        return { ...(same ?? (await start(docker.rootOf(track.image), track, env))), ...track, credit: 0 };
      }),
    );
    const gone = before.filter(({ program }) => this.running.every((each) => each.program !== program));
    await Promise.all(gone.map(({ program }) => program.kill()));
  }

  /** Clients send requests until each version has answered enough of them to be judged. */
  async ask(bodies: readonly string[]): Promise<void> {
    const rarest = Math.min(...this.running.map(({ weight }) => weight));
    let left = Math.ceil((answersOfEach * 100) / rarest);
    const headers = { authorization: `Bearer ${keyOf(this.name)}`, "content-type": "application/json" };
    const client = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const body = bodies[left % bodies.length] ?? "";
        const { certificate } = this;
        const call = { method: "POST", headers, body, certificate } as const;
        const { status } = await callService(`https://127.0.0.1:${this.port}/score`, call);
        if (status !== 200) throw new Error(`a client of ${this.name} was answered ${status}`);
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
  }

  async close(): Promise<void> {
    await Promise.all(this.running.map(({ program }) => program.kill()));
    this.agent.destroy();
    this.server.closeAllConnections();
    this.server.close();
  }

  private choose(): Running {
    for (const each of this.running) each.credit += each.weight;
    const [chosen] = [...this.running].sort((one, other) => other.credit - one.credit);
    if (chosen === undefined) throw new Error(`nothing serves in ${this.name}`);
    chosen.credit -= 100;
    return chosen;
  }

  private async named(wanted: unknown): Promise<Running | undefined> {
    if (wanted === undefined) return undefined;
    await this.refresh();
    return this.running.find(({ track }) => track === wanted);
  }

  private async forward(message: IncomingMessage): Promise<Answer> {
    const { method = "GET", url = "/", headers } = message;
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const { port, model } = (await this.named(headers["x-mlops-track"])) ?? this.choose();
    const begin = performance.now();
    const answer = await this.send({ port, method, path: url, headers }, Buffer.concat(chunks));
    if (method === "POST" && url === "/score") {
      const { status, body } = answer;
      const milliseconds = performance.now() - begin;
      const result = status === 200 ? (JSON.parse(body.toString()) as { result: number[] }).result : [];
      this.answered.push({ time: Date.now(), model, status, milliseconds, predictions: result });
    }
    return answer;
  }

  private async send(
    options: { port: number; method: string; path: string; headers: IncomingMessage["headers"] },
    body: Buffer,
  ): Promise<Answer> {
    const sent = request({ host: "127.0.0.1", agent: this.agent, ...options });
    sent.end(body);
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) };
  }
}

/** Starts what an image starts, with the variables that its container is given. */
async function start(
  root: string,
  { settings }: Track,
  env: Readonly<Record<string, string>>,
): Promise<Pick<Running, "model" | "program" | "port">> {
  const manifest = await readFile(path.join(root, "srv", "package", "package.json"), "utf8");
  const { model } = JSON.parse(manifest) as { model: string };
  const program = ScoringProgram.start(
    { ...settings, ...ofThisMachine, ...env },
    path.join(root, "srv", "app", "server.js"),
  );
  return { model, program, port: await program.port() };
}
