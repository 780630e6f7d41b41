import path from "node:path";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { PlatformError, systemErrorCode } from "../platform/errors";
import { readGoldenRows } from "../platform/model-directory";
import { parseModelRef } from "../platform/model-ref";
import { openPredictionLog, type PredictionLog } from "../platform/monitoring/prediction-log";
import { describeSettings, readSettings, type Settings } from "../platform/settings";
import { openLocalStorage } from "../platform/storage/local-storage";
import { buildApp } from "./app";
import type { ScoringModel } from "./scorer";

/** How a process gets its model: a loaded model directory, which may be wrapped. */
export type LoadModel = (modelDirectory: string) => Promise<ScoringModel>;

/** Longest time for requests in flight when the process is told to stop, in milliseconds. */
const closeTimeoutMs = 10_000;

function openLog(
  { predictionLog, environment, model }: Settings<"scoring">,
  report: (message: string) => void,
): PredictionLog | undefined {
  if (predictionLog === undefined) return undefined;
  return openPredictionLog({
    storage: openLocalStorage(predictionLog),
    environment,
    model: parseModelRef(model).name,
    report,
  });
}

async function listen(app: FastifyInstance, { host, port }: Settings<"scoring">): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    if (systemErrorCode(cause) !== "EADDRINUSE") throw cause;
    throw new PlatformError(
      "BUSY",
      `Port ${port} of ${host} is taken. Set MLOPS_PORT to another one, or stop the process that listens there.`,
      { cause },
    );
  }
  return (app.server.address() as AddressInfo).port;
}

/** Finishes what is in flight, writes the prediction log and ends the process, once. */
function stopper(app: FastifyInstance, log: PredictionLog | undefined): (why: string) => void {
  let stopping = false;
  return (why) => {
    if (stopping) return;
    stopping = true;
    app.log.info({ why }, "stopping");
    const timer = setTimeout(() => app.server.closeAllConnections(), closeTimeoutMs);
    void (async () => {
      await app.close();
      clearTimeout(timer);
      await log?.close();
      app.log.info("stopped");
      process.exit(0);
    })();
  };
}

async function start(load: LoadModel): Promise<void> {
  const settings = readSettings("scoring", process.env);
  const directory = path.resolve(settings.modelDirectory);
  const model = await load(directory);
  const { rows } = await readGoldenRows(directory);
  const log = openLog(settings, (message) => app.log.warn(message));
  const app = buildApp({
    model,
    reference: settings.model,
    example: { data: rows.slice(0, 1) },
    limits: settings,
    logLevel: settings.logLevel,
    ...(log && { log }),
  });
  const stop = stopper(app, log);
  process.once("SIGTERM", () => stop("SIGTERM"));
  process.once("SIGINT", () => stop("SIGINT"));
  // The parent is gone, however it went: nobody is left to stop this process.
  process.once("disconnect", () => stop("the parent process ended"));
  const port = await listen(app, settings);
  app.log.info({ port, settings: describeSettings(settings) }, "ready");
  process.send?.({ port });
}

/** The whole life of a scoring process, from its environment variables to its exit. */
export async function serve(load: LoadModel): Promise<void> {
  try {
    await start(load);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(error.code === "SETTINGS_INVALID" ? 2 : 1);
  }
}
