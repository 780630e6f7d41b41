import path from "node:path";
import { digestOfFile, fileExists } from "../base/files";
import {
  modelFiles,
  readLineage,
  readModelMetrics,
  type Lineage,
  type ModelMetrics,
} from "./model-directory";

/** What is written to a run at once. */
export interface Entries {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * When the metrics were measured, in milliseconds since 1970; now when absent. Written twice with the same time, a metric
   * has one value on the server.
   */
  readonly measuredAt?: number;
}

/** Values by a longer name; those that are none are left out. */
export function prefixed(
  prefix: string,
  values: Readonly<Record<string, number | undefined>>,
): Record<string, number> {
  const known = Object.entries(values).filter((entry): entry is [string, number] =>
    Number.isFinite(entry[1]),
  );
  return Object.fromEntries(known.map(([name, value]) => [`${prefix}_${name}`, value]));
}

/** A trained model's parameters and metrics, and what it was made from. */
export function entriesOfTraining({
  lineage,
  metrics,
  onnxDigest,
}: {
  readonly lineage: Lineage;
  readonly metrics: ModelMetrics;
  readonly onnxDigest: string;
}): Entries {
  const parameters = Object.entries({ ...lineage.parameters, seed: lineage.seed }).map(([name, value]) => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  for (const [name, value] of Object.entries(lineage.chosen ?? {}))
    parameters.push([`chosen_${name}`, String(value)]);
  const { commit } = lineage.code;
  return {
    measuredAt: Date.parse(lineage.createdAt),
    parameters: Object.fromEntries(parameters) as Record<string, string>,
    metrics: {
      ...prefixed("held_out", { rows: metrics.heldOut.rows, ...metrics.heldOut.metrics }),
      ...prefixed("training", { rows: metrics.training.rows, ...metrics.training.metrics }),
    },
    tags: {
      "mlops.model": lineage.model,
      "mlops.data": lineage.data.digest,
      "mlops.definition": lineage.definitionDigest,
      "mlops.onnx": onnxDigest,
      ...(commit !== undefined && { "mlops.commit": commit }),
    },
  };
}

/** The same of a model directory; undefined for one without metrics or lineage. */
export async function readEntries(directory: string): Promise<Entries | undefined> {
  const files = [modelFiles.metrics, modelFiles.lineage, modelFiles.onnx].map((name) =>
    path.join(directory, name),
  );
  if ((await Promise.all(files.map(fileExists))).includes(false)) return undefined;
  return entriesOfTraining({
    lineage: await readLineage(directory),
    metrics: await readModelMetrics(directory),
    onnxDigest: await digestOfFile(path.join(directory, modelFiles.onnx)),
  });
}
