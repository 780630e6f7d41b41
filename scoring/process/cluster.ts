import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Settings } from "../../platform/settings/settings";
import { serveClusterMetrics } from "../telemetry/cluster-metrics";
import { openLogger } from "../telemetry/logger";
import { beatMs, openHealthListener, type HealthListener } from "./health-listener";

/** A message of a worker: its port when it is ready, the outcome of a reload, and a sign of life. */
interface WorkerMessage {
  readonly port?: number;
  readonly reloaded?: string;
  readonly refused?: string;
  /** Its event loop turns. */
  readonly beat?: true;
}

/** Pause before a worker is started again, in milliseconds; it doubles with every one that does not last. */
const [firstPauseMs, longestPauseMs] = [100, 5000];
/** A worker that has run this long, in milliseconds, starts with the first pause again. */
const settledMs = 10_000;
/** What a worker may take beyond its grace time before it is killed, in milliseconds. */
const overtimeMs = 2000;
/** Signs of life that a worker may leave out; then it hangs. */
const missedBeats = 8;
/** Longest time for a worker to take a new model, in milliseconds. */
const reloadTimeoutMs = 120_000;

/** Keeps a number of workers running that share one port. Scores nothing itself. */
class Primary {
  private readonly workers = new Set<Worker>();
  private readonly stopped = new AbortController();
  private failedExits = 0;
  private health: HealthListener | undefined;
  /** When each worker that is ready last gave a sign of life, of `performance.now`. */
  private readonly beats = new Map<Worker, number>();
  private reloading: Promise<void> = Promise.resolve();

  constructor(
    private readonly settings: Settings<"scoring">,
    private readonly logger: Logger,
    /** `name:version` that a worker starts with; a reload changes it. */
    private reference: string,
  ) {}

  /**
   * Starts one worker and, when it is ready, the others: what is wrong with the settings or the model is said once. The
   * exit code of a first worker that does not get ready is this process's own.
   */
  async start(): Promise<void> {
    this.watch();
    await this.openHealth();
    serveClusterMetrics();
    const first = this.fork();
    const outcome = await Promise.race([
      new Promise<WorkerMessage>((resolve) => {
        first.on("message", (message: WorkerMessage) => {
          if (message.port !== undefined) resolve(message);
        });
      }),
      once(first, "exit").then(([code]) => code as number | null),
    ]);
    if (typeof outcome !== "object" || outcome === null) process.exit(outcome ?? 1);
    this.keep(first, 0);
    while (this.workers.size < this.settings.workers) this.keep(this.fork(), 0);
    const ports = { port: outcome.port, ...(this.health && { healthPort: this.health.port }) };
    this.logger.info({ ...ports, workers: this.settings.workers }, "ready");
    process.send?.(ports);
  }

  private async openHealth(): Promise<void> {
    const { host, healthPort } = this.settings;
    if (healthPort === undefined) return;
    const { board } = (this.health = await openHealthListener({ host, port: healthPort }));
    setInterval(() => {
      if (!this.stopped.signal.aborted) board.set(this.beats.size > 0 ? "ready" : "starting");
      // Connections are shared out among the workers: one that hangs makes a part of the clients hang.
      const oldest = performance.now() - missedBeats * beatMs;
      if ([...this.beats.values()].every((at) => at > oldest)) board.beat();
    }, beatMs).unref();
  }

  private fork(): Worker {
    const worker = cluster.fork({ MLOPS_MODEL: this.reference });
    this.workers.add(worker);
    worker.on("message", ({ port, beat }: WorkerMessage) => {
      if (port !== undefined || (beat === true && this.beats.has(worker)))
        this.beats.set(worker, performance.now());
    });
    worker.once("exit", () => {
      this.workers.delete(worker);
      this.beats.delete(worker);
    });
    return worker;
  }

  /** Starts another worker when this one ends, unless all are to end. */
  private keep(worker: Worker, restarts: number): void {
    const since = performance.now();
    worker.once("exit", (code: number | null, signal: string | null) => {
      if (this.stopped.signal.aborted) {
        if (code !== 0) this.failedExits += 1;
        return;
      }
      const settled = performance.now() - since > settledMs;
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (settled ? 0 : restarts));
      this.logger.error(
        { pid: worker.process.pid, code, signal, pauseMs },
        "a worker ended; another is started",
      );
      sleep(pauseMs, undefined, { signal: this.stopped.signal }).then(
        () => this.keep(this.fork(), settled ? 1 : restarts + 1),
        () => undefined,
      );
    });
  }

  private watch(): void {
    const stop = (why: string): void => void this.stop(why);
    process.once("SIGTERM", () => stop("SIGTERM"));
    process.once("SIGINT", () => stop("SIGINT"));
    process.once("disconnect", () => stop("the parent process ended"));
    process.on("SIGHUP", () => {
      this.reloading = this.reloading.then(() => this.reload());
    });
  }

  /** Worker by worker: when the first refuses the new model, the others never see it. */
  private async reload(): Promise<void> {
    for (const worker of [...this.workers]) {
      if (this.stopped.signal.aborted || worker.isDead()) continue;
      const answer = this.answerTo(worker);
      worker.process.kill("SIGHUP");
      const { reloaded, refused } = await answer;
      if (refused !== undefined) {
        this.logger.error({ pid: worker.process.pid }, `The reload is refused. ${refused}`);
        process.send?.({ refused });
        return;
      }
      if (reloaded !== undefined) this.reference = reloaded;
    }
    process.send?.({ reloaded: this.reference });
  }

  /** What the worker says of its reload; nothing when it ends instead, as its successor has the new model anyway. */
  private answerTo(worker: Worker): Promise<WorkerMessage> {
    const signal = AbortSignal.timeout(reloadTimeoutMs);
    return new Promise((resolve) => {
      const end = (message: WorkerMessage): void => {
        worker.off("message", listener);
        worker.off("exit", ended);
        resolve(message);
      };
      const listener = (message: WorkerMessage): void => {
        if (message.reloaded !== undefined || message.refused !== undefined) end(message);
      };
      const ended = (): void => end({});
      worker.on("message", listener);
      worker.once("exit", ended);
      signal.addEventListener("abort", () => end({ refused: "The worker did not answer in time." }));
    });
  }

  private async stop(why: string): Promise<void> {
    if (this.stopped.signal.aborted) return;
    this.stopped.abort();
    this.health?.board.set("closing");
    this.logger.info({ why }, "stopping");
    const limit = setTimeout(() => {
      for (const worker of this.workers) worker.process.kill("SIGKILL");
    }, this.settings.graceMs + overtimeMs);
    await Promise.all(
      [...this.workers].map((worker) => {
        worker.process.kill("SIGTERM");
        return once(worker, "exit");
      }),
    );
    clearTimeout(limit);
    this.logger.info("stopped");
    process.exit(this.failedExits === 0 ? 0 : 1);
  }
}

/**
 * Runs the workers of a scoring service until the process is told to stop.
 * @public Loaded on use, by require().
 */
export async function runPrimary(settings: Settings<"scoring">): Promise<void> {
  const logger = openLogger(settings.logLevel);
  await new Primary(settings, logger, settings.model).start();
}
