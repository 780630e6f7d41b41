import { tmpdir } from "node:os";
import path from "node:path";
import { PlatformError } from "../../platform/base/errors";
import { parseModelRef } from "../../platform/definition/model-ref";
import { WorkerSink } from "../../platform/predictions/prediction-sink";
import { openPredictionLog, type PredictionLog } from "../../platform/predictions/prediction-writer";
import type { Settings } from "../../platform/settings/settings";
import type { Signature } from "../../platform/model/signature";
import { isAddress } from "../../platform/http/address";

/** Longest time a record waits by default, in milliseconds: every write to a container costs, one to a folder does not. */
const flushMs = { folder: 1000, container: 30_000 };

/** Where records wait: in the folder of the log itself, or in the folder for temporary files when the log is elsewhere. */
function spoolOf({ spool, predictionLog }: Settings<"scoring">, isFolder: boolean): string {
  if (spool !== undefined) return path.resolve(spool);
  return isFolder ? path.resolve(predictionLog ?? "", ".spool") : path.join(tmpdir(), "mlops-spool");
}

/** The prediction log that the settings ask for, if they do. */
export function openLog(
  settings: Settings<"scoring">,
  report: (message: string) => void,
): PredictionLog | undefined {
  const { predictionLog, environment, model, predictionLogDays, graceMs } = settings;
  if (predictionLog === undefined) return undefined;
  const isFolder = !isAddress(predictionLog);
  const location = isFolder ? path.resolve(predictionLog) : predictionLog;
  return openPredictionLog({
    sink: new WorkerSink(location),
    // A signature is renewed; the place stays.
    location: location.split("?", 1)[0] ?? "",
    spool: spoolOf(settings, isFolder),
    environment,
    model: parseModelRef(model).name,
    report,
    flushMs: settings.predictionLogFlushMs ?? (isFolder ? flushMs.folder : flushMs.container),
    sample: settings.predictionLogSample,
    maxSpoolBytes: settings.maxSpoolBytes,
    closeMs: Math.max(100, Math.min(4500, graceMs * 0.15)),
    ...(isFolder &&
      predictionLogDays !== undefined && { retention: { folder: location, days: predictionLogDays } }),
  });
}

/** Throws when the model has no feature of a name that must not be logged: a typing error would let personal data through. */
export function assertRedactable(redact: readonly string[], { inputs }: Signature): void {
  const names = inputs.map(({ name }) => name);
  const unknown = redact.filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  throw new PlatformError(
    "SETTINGS_INVALID",
    `MLOPS_PREDICTION_LOG_REDACT names ${unknown.join(", ")}, which the model does not have. Its features are ${names.join(", ")}. Correct the setting.`,
  );
}
