import { reasonOf } from "../../platform/base/errors";
import cluster from "node:cluster";
import type { Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { readGoldenRows } from "../../platform/model/model-directory";
import type { PredictionLog } from "../../platform/predictions/prediction-writer";
import { listen } from "../../platform/http/listening";
import { describeSettings } from "../../platform/settings/describe-settings";
import type { Settings } from "../../platform/settings/settings";
import { buildApp, type AppOptions } from "./app";
import type { Authenticator } from "../auth/authenticator";
import { dialects } from "../dialects/dialects";
import { openAuthenticator, openTestKey } from "../auth/open-authenticator";
import { beatMs, openHealthListener, type HealthListener } from "./health-listener";
import { createHttpServer, drain } from "./listener";
import { Connections } from "../http/connections";
import { LoopGuard } from "../http/loop-guard";
import { TurnGate } from "../http/turn-gate";
import type { Admission } from "../http/admission";
import { readMarks } from "../http/request-marks";
import { findModelSource, firstReference, nextReference, type ModelSource } from "../model/model-source";
import { Editions, type Edition } from "./editions";
import { assertRedactable, openLog } from "../telemetry/prediction-log";
import type { LoadModel } from "../model/scorer";
import { openLogger } from "../telemetry/logger";
import { openProcessTelemetry, type ProcessTelemetry } from "../telemetry/process-telemetry";
import { findCertificate, refreshTls } from "./tls";
import { warmUp } from "./warm-up";

/** Share of the grace time that is kept for writing the prediction log, and its upper bound in milliseconds. */
const [logShare, longestLogMs] = [0.2, 5000];

/** Longest time for the reader of the process's own log to take the last lines, in milliseconds. */
const logMs = 300;

/** What all editions of a process share. */
type Shared = Omit<AppOptions, "model" | "reference" | "example" | "limits"> & {
  readonly log?: PredictionLog;
};

/** The listener for questions about its health that a process has of its own; a worker's are answered by its primary. */
async function openHealth({ host, healthPort }: Settings<"scoring">): Promise<HealthListener | undefined> {
  if (cluster.isWorker) {
    setInterval(() => process.send?.({ beat: true }), beatMs).unref();
    return undefined;
  }
  if (healthPort === undefined) return undefined;
  const health = await openHealthListener({ host, port: healthPort });
  setInterval(() => health.board.beat(), beatMs).unref();
  return health;
}

/** One running scoring process. */
class Service {
  private readonly life = { closing: false, ending: false };
  private stopping = false;
  /** A reload finds the code warm, and clients that would wait for a warm-up. */
  private warm = false;
  private reloading: Promise<void> = Promise.resolve();
  private readonly closers: (() => void)[] = [];

  private constructor(
    private readonly settings: Settings<"scoring">,
    private readonly load: LoadModel,
    private readonly logger: Logger,
    private readonly log: PredictionLog | undefined,
    private readonly telemetry: ProcessTelemetry,
    private readonly health: HealthListener | undefined,
  ) {}

  static async start(settings: Settings<"scoring">, load: LoadModel): Promise<void> {
    const logger = openLogger(settings.logLevel);
    const report = (message: string): void => logger.warn(message);
    const log = openLog(settings, report);
    const telemetry = openProcessTelemetry(
      { ...settings, log, dialects: dialects.map(({ name }) => name) },
      report,
    );
    const health = await openHealth(settings);
    const service = new Service(settings, load, logger, log, telemetry, health);
    const certificate = await findCertificate(settings);
    const [source, authenticator, testKey, tls] = await Promise.all([
      findModelSource(settings.modelDirectory, settings),
      openAuthenticator(settings, report),
      openTestKey(settings, report),
      certificate?.read(),
    ]);
    const { maxConnections, timeoutMs, maxLagMs } = settings;
    const guard = new LoopGuard(maxLagMs);
    const connections = new Connections({ max: maxConnections });
    const admission = { guard, connections, turns: new TurnGate({ maxWaitMs: maxLagMs }) };
    service.closers.push(() => guard.close());
    const shared = {
      ...service.sharedOptions(admission, authenticator, tls !== undefined),
      ...(testKey !== undefined && { readMark: readMarks(testKey) }),
    };
    const first = await service.open(source, firstReference(source, settings.model), shared);
    const editions = new Editions(first, (message) => logger.info(message));
    const options = {
      connections,
      requestTimeoutMs: timeoutMs,
      listenerContinues: true,
      ...(tls && { tls }),
    };
    const server = createHttpServer(options, editions.handle);
    if (certificate && tls && "setSecureContext" in server) {
      const secure = server as Server & { setSecureContext(pair: typeof tls): void };
      service.closers.push(refreshTls(secure, { ...certificate, current: tls, report }));
    }
    service.watch(server, editions, shared);
    const port = await listen(server, { ...settings, setBy: "MLOPS_PORT" });
    guard.watch();
    health?.board.set("ready");
    const ports = { port, ...(health && { healthPort: health.port }) };
    logger.info({ ...ports, settings: describeSettings(settings) }, "ready");
    process.send?.(ports);
  }

  private sharedOptions(
    admission: Admission,
    authenticator: Authenticator | undefined,
    tls: boolean,
  ): Shared {
    if (authenticator) this.closers.push(() => authenticator.close());
    const { life, logger, log } = this;
    const { telemetry, readMetrics } = this.telemetry;
    const { predictionLogRedact: redact, corsOrigins } = this.settings;
    const own = { life, logger, admission, tls, telemetry, readMetrics, redact };
    return {
      ...own,
      ...(corsOrigins && { corsOrigins }),
      ...(authenticator && { authenticator }),
      ...(log && { log }),
    };
  }

  /** Loads a model and makes it ready behind its own routes. */
  private async open({ directory }: ModelSource, reference: string, shared: Shared): Promise<Edition> {
    const model = await this.load(directory);
    try {
      const { rows } = await readGoldenRows(directory);
      const example = { data: rows.slice(0, 1) };
      const { signature } = model;
      assertRedactable(this.settings.predictionLogRedact, signature);
      if (!this.warm) await warmUp({ model, reference, limits: this.settings }, rows);
      this.warm = true;
      const onScored = await this.telemetry.predictionsOf(directory, { reference, signature });
      const app = buildApp({ ...shared, model, reference, example, limits: this.settings, onScored });
      const close = async (): Promise<void> => {
        await app.close();
        await model.close?.();
      };
      await app.ready();
      return { reference, handle: (request, response) => app.routing(request, response), close };
    } catch (error) {
      await model.close?.();
      throw error;
    }
  }

  private watch(server: Server, editions: Editions, shared: Shared): void {
    const stop = (why: string): void => void this.stop(server, editions, why);
    process.once("SIGTERM", () => stop("SIGTERM"));
    process.once("SIGINT", () => stop("SIGINT"));
    // The parent has ended, in whatever way: nobody else would stop this process.
    process.once("disconnect", () => stop("the parent process ended"));
    // A worker would end at once when its primary is gone; it too has requests to finish.
    if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;
    // One after the other: of two signals in a row, the later sees what the earlier has done.
    process.on("SIGHUP", () => {
      this.reloading = this.reloading.then(() => this.reload(editions, shared));
    });
  }

  /** Goes on with what the model directory is now; when that cannot serve, with what was there before. Never rejects. */
  private async reload(editions: Editions, shared: Shared): Promise<void> {
    if (this.stopping) return;
    const { reference } = editions;
    try {
      const source = await findModelSource(this.settings.modelDirectory, this.settings);
      const next = await this.open(source, nextReference(source, reference), shared);
      editions.replace(next);
      this.logger.info({ from: reference, to: next.reference }, "reloaded");
      process.send?.({ reloaded: next.reference });
    } catch (error) {
      const reason = reasonOf(error);
      this.logger.error({ model: reference }, `The reload is refused; ${reference} goes on. ${reason}`);
      process.send?.({ refused: reason });
    }
  }

  /** Finishes what is in flight, writes the prediction log and ends the process, once. */
  private async stop(server: Server, editions: Editions, why: string): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    this.life.closing = true;
    this.health?.board.set("closing");
    const { graceMs, drainMs } = this.settings;
    const start = performance.now();
    this.logger.info({ why }, "stopping");
    await sleep(drainMs);
    const deadline = start + graceMs - Math.min(longestLogMs, graceMs * logShare);
    const finished = await drain(server, {
      inFlight: () => editions.inFlight,
      deadline,
      // Only once nobody listens: clients whose connections are closed would reconnect.
      lastAnswers: () => (this.life.ending = true),
    });
    if (!finished)
      this.logger.error({ requests: editions.inFlight }, "the grace time is over; requests are cut off");
    for (const close of this.closers) close();
    const leftMs = Math.max(100, start + graceMs - performance.now() - 50);
    const closing = Promise.all([
      finished ? editions.close() : undefined,
      this.log?.close(),
      this.telemetry.close(),
    ]);
    const closed = await Promise.race([closing.then(() => true), sleep(leftMs, false)]);
    if (!closed)
      this.logger.error("the grace time is over; the prediction log could not be written completely");
    await this.telemetry.tellLast();
    this.logger.info("stopped");
    await Promise.race([new Promise<void>((resolve) => this.logger.flush(() => resolve())), sleep(logMs)]);
    process.exit(finished && closed ? 0 : 1);
  }
}

/**
 * Runs a scoring process until it is told to stop.
 * @public Loaded on use, by require().
 */
export async function runService(settings: Settings<"scoring">, load: LoadModel): Promise<void> {
  await Service.start(settings, load);
}
