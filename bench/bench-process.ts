import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, readFile } from "node:fs/promises";
import path from "node:path";
import { bundle } from "../build/bundle";
import { repository } from "../build/repository";
import { digestOf } from "../platform/base/files";
import { readGoldenRows } from "../platform/model/model-directory";
import { openShippedData, shippedDefinition, splitOf } from "../test/training/shipped-data";
import { train } from "../training/directory/train";
import { processorSecondsOf } from "./processor-time";

/** Below the repository, as the programs look for their native packages in its `node_modules`. */
const programs = path.join(repository, "dist", "bench");

/** Bundles the programs that are measured, as those of the images are: production runs no TypeScript. */
export async function buildPrograms(): Promise<void> {
  await bundle({
    programs: {
      server: "scoring/process/main.ts",
      "prediction-worker": "platform/predictions/prediction-worker.ts",
      "health-thread": "scoring/process/health-thread.ts",
      "bare-server": "bench/bare-server.ts",
      "constant-rate": "bench/constant-rate.ts",
    },
    native: ["onnxruntime-node"],
    outputDirectory: programs,
  });
}

export interface TrainedExample {
  readonly directory: string;
  /** Rows by name, and in signature order. */
  readonly named: readonly Readonly<Record<string, unknown>>[];
  readonly rows: readonly (readonly unknown[])[];
  readonly columns: readonly string[];
  readonly predictions: readonly (number | string)[];
}

/** Trains the shipped diabetes model, as `npm start` does, into a folder. */
export async function trainExample(folder: string): Promise<TrainedExample> {
  const directory = path.join(folder, "model");
  const definition = shippedDefinition("diabetes");
  const engine = await openShippedData(definition);
  await train({
    engine,
    definition,
    split: splitOf(definition),
    source: { file: "data.csv", digest: digestOf("data"), rows: 442, header: [] },
    outputDirectory: directory,
    run: "bench",
    now: new Date(),
    code: {},
    commandDirectory: folder,
  });
  await engine.close();
  const { rows: named, predictions } = await readGoldenRows(directory);
  const columns = definition.columns.filter(({ role }) => role === "feature").map(({ name }) => name);
  return {
    directory,
    named,
    columns,
    predictions,
    rows: named.map((row) => columns.map((name) => row[name])),
  };
}

/** `count` rows of the example, which are repeated when there are fewer. */
export function takeRows<T>(rows: readonly T[], count: number): T[] {
  return Array.from({ length: count }, (_, index) => rows[index % rows.length] as T);
}

/** A program under measurement that says its port over IPC. */
export class BenchProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
    /** Milliseconds from exec to the message that says ready. */
    readonly startMs: number,
    /** What it wrote to standard output. */
    readonly output: string,
  ) {}

  static async start(
    program: "server" | "bare-server",
    options: {
      readonly folder: string;
      readonly settings?: Readonly<Record<string, string>>;
      readonly args?: readonly string[];
      readonly nodeOptions?: readonly string[];
      /** File for its standard output, when not one in its folder. */
      readonly output?: string;
    },
  ): Promise<BenchProcess> {
    await mkdir(options.folder, { recursive: true });
    const output = options.output ?? path.join(options.folder, "output.jsonl");
    const file = await open(output, "w");
    const begin = performance.now();
    const child = spawn(
      process.execPath,
      [...(options.nodeOptions ?? []), path.join(programs, `${program}.js`), ...(options.args ?? [])],
      {
        env: { PATH: process.env.PATH, NODE_ENV: "production", ...options.settings },
        stdio: ["ignore", file.fd, "inherit", "ipc"],
      },
    );
    await file.close();
    const ended = once(child, "exit").then(([code]) => {
      throw new Error(`${program} ended with ${code} before it was ready`);
    });
    const [message] = (await Promise.race([once(child, "message"), ended])) as [{ port: number }];
    ended.catch(() => undefined);
    return new BenchProcess(child, message.port, performance.now() - begin, output);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Resident memory, in MiB. */
  async residentMiB(): Promise<number> {
    const status = await readFile(`/proc/${this.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024;
  }

  /** Processor time used so far, in seconds. */
  cpuSeconds(): Promise<number> {
    return processorSecondsOf(this.pid);
  }

  /** Ends it as an orchestrator does; answers its exit code. */
  async stop(): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    const exited = once(this.child, "exit");
    this.child.kill("SIGTERM");
    const [code] = (await exited) as [number | null];
    return code;
  }
}

/** The scoring service with all that production has on: checks, limits, metrics, request log and prediction log. */
export async function startService(
  example: TrainedExample,
  options: {
    readonly folder: string;
    readonly settings?: Readonly<Record<string, string>>;
    readonly nodeOptions?: readonly string[];
    readonly output?: string;
  },
): Promise<BenchProcess> {
  const settings = {
    MLOPS_MODEL_DIRECTORY: example.directory,
    MLOPS_MODEL: "diabetes:1",
    MLOPS_ENVIRONMENT: "bench",
    MLOPS_PORT: "0",
    MLOPS_LOG_LEVEL: "info",
    MLOPS_PREDICTION_LOG: path.join(options.folder, "predictions"),
    ...options.settings,
  };
  // As the image starts it.
  const nodeOptions = ["--enable-source-maps", ...(options.nodeOptions ?? [])];
  return BenchProcess.start("server", { ...options, settings, nodeOptions });
}
