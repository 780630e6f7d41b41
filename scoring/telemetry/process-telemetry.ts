import cluster from "node:cluster";
import { fileExists } from "../../platform/base/files";
import { modelFiles, readReference } from "../../platform/model/model-directory";
import type { PredictionLog } from "../../platform/predictions/prediction-writer";
import type { Signature } from "../../platform/model/signature";
import type { Predictions } from "../../platform/model/table";
import path from "node:path";
import { ScoringMetrics } from "./scoring-metrics";
import { openWorkerMetrics } from "./worker-metrics";
import type { Exporter } from "./open-telemetry";
import type { Telemetry } from "./request-telemetry";
import { readTelemetrySettings } from "./telemetry-settings";

/** What a scoring process counts and exports, for all versions that it serves in its life. */
export interface ProcessTelemetry {
  readonly telemetry: Telemetry;
  /** Prometheus' text: of all workers, where there are several. */
  readonly readMetrics: () => Promise<string>;
  /** What takes the predictions of a version, whose model directory may have a reference for them. */
  predictionsOf(
    directory: string,
    model: { readonly reference: string; readonly signature: Signature },
  ): Promise<(predictions: Predictions) => void>;
  /** Sends what waits. Never throws. */
  close(): Promise<void>;
  /** Of several workers: leaves what this one has counted with the others. Call it last. Never throws. */
  tellLast(): Promise<void>;
}

/** Longest time that exporting what waits may take when the process ends, in milliseconds. */
const closeMs = 2000;

/** Opens the telemetry of a process. What exports it is loaded only when the environment asks for it. */
export function openProcessTelemetry(
  options: {
    readonly environment: string;
    /** Names of the dialects that requests are counted by. */
    readonly dialects: readonly string[];
    readonly log?: PredictionLog | undefined;
  },
  report: (message: string) => void,
): ProcessTelemetry {
  const metrics = new ScoringMetrics(options.dialects);
  const { log } = options;
  if (log !== undefined) metrics.watchLog(() => log.counts);
  const settings = readTelemetrySettings(process.env);
  let exporter: Exporter | undefined;
  if (settings !== undefined) {
    const { openExporter } = require("./open-telemetry") as typeof import("./open-telemetry");
    exporter = openExporter({ ...options, settings, report });
  }
  const { registry } = metrics;
  const ofWorker = cluster.isWorker ? openWorkerMetrics(registry) : undefined;
  return {
    telemetry: { metrics, ...(exporter && { onEnded: exporter.onEnded }) },
    readMetrics: () => (ofWorker === undefined ? registry.metrics() : ofWorker.read()),
    async predictionsOf(directory, model) {
      const hasReference = await fileExists(path.join(directory, modelFiles.reference));
      const prediction = hasReference ? (await readReference(directory)).prediction : undefined;
      const counted = metrics.predictionsOf({ ...model, ...(prediction && { prediction }) });
      const exported = exporter?.predictionsOf(model.reference);
      if (exported === undefined) return counted;
      return (predictions) => {
        counted(predictions);
        exported(predictions);
      };
    },
    close: async () => exporter?.close(closeMs),
    tellLast: async () => ofWorker?.tellLast(),
  };
}
