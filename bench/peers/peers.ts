import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, open, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { repository } from "../../build/repository";
import type { TrainedExample } from "../bench-process";

const environments = path.join(repository, ".venv", "bench");
const scripts = __dirname;
const startTimeoutMs = 40_000;

/** How one of the servers that others wrote is started and asked: one process for inference, as ours is. */
interface Peer {
  readonly name: string;
  /** Its environment, and the name of its requirements file. */
  readonly environment: string;
  readonly path: string;
  start(given: PeerStart): Promise<{ readonly args: readonly string[]; readonly env?: NodeJS.ProcessEnv }>;
  body(rows: readonly (readonly unknown[])[], columns: readonly string[]): object;
  /** The predictions of an answer. */
  read(answer: never): readonly number[];
}

interface PeerStart {
  /** The first for requests, the others for what else it serves. */
  readonly ports: readonly [number, number, number];
  readonly model: string;
  readonly folder: string;
}

export const peers: readonly Peer[] = [
  {
    name: "azureml-inference-server-http",
    environment: "azureml",
    path: "/score",
    start: ({ ports: [port, health], model }) =>
      Promise.resolve({
        args: [
          ...["azmlinfsrv", "--entry_script", path.join(scripts, "azureml_score.py")],
          ...["--model_dir", model, "--port", `${port}`, "--health_port", `${health}`],
        ],
      }),
    body: (data) => ({ data }),
    read: ({ result }: { result: number[] }) => result,
  },
  {
    name: "MLServer",
    environment: "mlserver",
    path: "/v2/models/diabetes/infer",
    async start({ ports: [http, grpc, metrics], model, folder }) {
      const settings = {
        ...{ host: "127.0.0.1", http_port: http, grpc_port: grpc, metrics_port: metrics },
        // In this process: handing a few rows to another one costs more than scoring them.
        ...{ parallel_workers: 0, debug: false },
      };
      const implementation = "mlserver_runtime.OnnxRuntime";
      const modelSettings = { name: "diabetes", implementation, parameters: { uri: model } };
      await writeFile(path.join(folder, "settings.json"), JSON.stringify(settings));
      await writeFile(path.join(folder, "model-settings.json"), JSON.stringify(modelSettings));
      return { args: ["mlserver", "start", folder] };
    },
    body: (rows) => ({
      inputs: [{ name: "rows", shape: [rows.length, rows[0]?.length], datatype: "FP64", data: rows.flat() }],
    }),
    read: ({ outputs }: { outputs: { data: number[] }[] }) => outputs[0]?.data ?? [],
  },
  {
    name: "mlflow models serve",
    environment: "mlflow",
    path: "/invocations",
    start: ({ ports: [port], model }) =>
      Promise.resolve({
        args: [
          ...["mlflow", "models", "serve", "--model-uri", model, "--env-manager", "local"],
          ...["--host", "127.0.0.1", "--port", `${port}`, "--workers", "1"],
        ],
        env: { MLFLOW_DISABLE_TELEMETRY: "true" },
      }),
    body: (data, columns) => ({ dataframe_split: { columns, data } }),
    read: ({ predictions }: { predictions: { prediction: number }[] }) =>
      predictions.map(({ prediction }) => prediction),
  },
  {
    name: "BentoML",
    environment: "bentoml",
    path: "/score",
    start: ({ ports: [port], model, folder }) =>
      Promise.resolve({
        args: ["bentoml", "serve", "bento_service:Scoring", "--host", "127.0.0.1", "--port", `${port}`],
        env: { MODEL_DIRECTORY: model, BENTOML_HOME: folder, BENTOML_DO_NOT_TRACK: "True" },
      }),
    body: (data) => ({ data }),
    read: (answer: number[]) => answer,
  },
];

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** A peer that answers the model's predictions. */
export interface RunningPeer {
  readonly url: string;
  readonly body: string;
  stop(): Promise<void>;
}

/** Version of a peer's package, as its requirements pin it. */
export function versionOf({ environment }: Peer): string {
  const text = readFileSync(path.join(scripts, `requirements-${environment}.txt`), "utf8");
  return /==(\S+)/.exec(text)?.[1] ?? "";
}

/** Why a peer is not there, if it is not. */
function absence(environment: string): string | undefined {
  const folder = path.join(environments, environment);
  if (existsSync(`${folder}.error`)) {
    const lines = readFileSync(`${folder}.error`, "utf8").trim().split("\n");
    return `it could not be installed: ${lines.at(-1) ?? ""}`;
  }
  return existsSync(path.join(folder, "requirements.txt"))
    ? undefined
    : "it is not installed. Run `bench/peers/install`.";
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const exited = once(child, "exit");
  // With all the processes that it started.
  process.kill(-child.pid, "SIGTERM");
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), "SIGKILL"), 10_000);
  await exited;
  clearTimeout(timer);
}

/** Asks until there is an answer; throws when it is not that of the model. */
async function awaitAnswer(
  peer: Peer,
  { url, body, predictions }: { url: string; body: string; predictions: readonly unknown[] },
  child: ChildProcess,
): Promise<void> {
  const end = performance.now() + startTimeoutMs;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} before it was ready`);
    if (performance.now() > end) throw new Error(`it did not answer in ${startTimeoutMs / 1000} s`);
    await sleep(200);
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body }).catch(() => undefined);
    if (response?.status !== 200) {
      await response?.body?.cancel();
      continue;
    }
    const answered = peer.read((await response.json()) as never);
    const same = answered.every((value, row) => Math.abs(value - Number(predictions[row])) < 1e-6);
    if (same && answered.length === predictions.length) return;
    throw new Error(`it answers ${JSON.stringify(answered)}, and not ${JSON.stringify(predictions)}`);
  }
}

/** Starts a peer with the model directory; throws, with the reason, when it cannot be. */
export async function startPeer(
  peer: Peer,
  example: TrainedExample,
  { rows, folder }: { readonly rows: number; readonly folder: string },
): Promise<RunningPeer> {
  const missing = absence(peer.environment);
  if (missing !== undefined) throw new Error(missing);
  await mkdir(folder, { recursive: true });
  const ports = [await freePort(), await freePort(), await freePort()] as const;
  const { args, env } = await peer.start({ ports, model: example.directory, folder });
  const bin = path.join(environments, peer.environment, "bin");
  const output = await open(path.join(folder, "output.log"), "w");
  const child = spawn(path.join(bin, args[0] ?? ""), args.slice(1), {
    cwd: scripts,
    env: {
      PATH: `${bin}:${process.env.PATH}`,
      HOME: folder,
      PYTHONPATH: scripts,
      PYTHONDONTWRITEBYTECODE: "1",
      ...env,
    },
    stdio: ["ignore", output.fd, output.fd],
    detached: true,
  });
  await output.close();
  const url = `http://127.0.0.1:${ports[0]}${peer.path}`;
  const body = JSON.stringify(peer.body(example.rows.slice(0, rows), example.columns));
  try {
    await awaitAnswer(peer, { url, body, predictions: example.predictions.slice(0, rows) }, child);
  } catch (error) {
    await stop(child);
    const lines = readFileSync(path.join(folder, "output.log"), "utf8").trim().split("\n");
    throw new Error(`${(error as Error).message}. ${lines.at(-1)?.slice(0, 300) ?? ""}`, { cause: error });
  }
  return { url, body, stop: () => stop(child) };
}
