import path from "node:path";
import { withTemporaryFolder } from "../../platform/base/files";
import { PlatformError } from "../../platform/base/errors";
import { loadData, type DataSource } from "../../platform/data/source";
import type { Collection } from "../../platform/data/versions/version-record";
import type { ModelDefinition } from "../../platform/definition/definition";
import { targetOf } from "../../platform/definition/definition";
import { describeLocation } from "../../platform/http/address";
import type { CollectedData } from "../../platform/predictions/collect";
import { collectTrainingData } from "../../platform/predictions/collect";
import type { Label } from "../../platform/predictions/labels";
import { readPredictionLog } from "../../platform/predictions/prediction-log";
import { openEngine } from "../../platform/sql/open-engine";
import { identifier } from "../../platform/sql/engine";
import type { Session } from "../session/session";
import { copyOfTruth } from "./truth-of";

interface LabelFile {
  readonly labels: readonly Label[];
  readonly digest: DataSource["digest"];
}

/** Reads a file of ground truth, CSV or Parquet: `request_id`, `row` (0 when absent) and the target. `shown` is what people call it. */
async function readLabels(definition: ModelDefinition, file: string, shown: string): Promise<LabelFile> {
  const target = targetOf(definition);
  const text = { role: "feature", nullable: true } as const;
  const columns = [
    { name: "request_id", type: "category" as const, ...text },
    { name: "row", type: "number" as const, ...text },
    { ...target, nullable: true },
  ];
  const engine = await openEngine();
  try {
    const { header, digest } = await loadData(engine, { ...definition, columns }, file);
    const missing = ["request_id", target.name].filter((name) => !header.includes(name));
    if (missing.length > 0) {
      throw new PlatformError(
        "DATA_INVALID",
        `${shown} lacks the column ${missing.map((name) => `"${name}"`).join(" and ")}. Labels are a CSV or Parquet file with request_id, row (optional) and ${target.name}.`,
      );
    }
    const value = identifier(target.name);
    const [mistyped] = await engine.rows(
      `SELECT r._row AS data_row, r.${value} AS text FROM raw r JOIN data d ON r._row = d._row WHERE r.${value} IS NOT NULL AND d.${value} IS NULL ORDER BY r._row LIMIT 1`,
    );
    if (mistyped) {
      throw new PlatformError(
        "DATA_INVALID",
        `${shown}, row ${mistyped.data_row}: "${mistyped.text}" is not a ${target.type}, as "${target.name}" has to be. Correct the label.`,
      );
    }
    const rows = await engine.rows(
      `SELECT request_id AS id, "row", ${value} AS label FROM data ORDER BY _row`,
    );
    const labels = rows.map(({ id, row, label }) => ({
      id: String(id),
      row: Number(row ?? 0),
      value: label ?? null,
    }));
    return { labels, digest };
  } finally {
    await engine.close();
  }
}

/** Reads ground truth from a file or folder on this machine or, by its address, in a blob container. */
export async function readTruth(definition: ModelDefinition, location: string): Promise<LabelFile> {
  const shown = describeLocation(location);
  return withTemporaryFolder("mlops-labels-", async (scratch) => {
    const file = await copyOfTruth(location, scratch);
    try {
      return await readLabels(definition, file, shown);
    } catch (error) {
      // What people know is where it came from, not where the copy lay.
      if (!(error instanceof PlatformError) || file === location) throw error;
      throw new PlatformError(error.code, error.message.replaceAll(file, shown), { cause: error });
    }
  });
}

/** Labelled rows of a prediction log, and where they and their labels are from. */
export interface FromLog {
  readonly data: CollectedData;
  readonly origin: Pick<Collection, "environment" | "labels">;
}

/** Joins an environment's prediction log with a file of labels, on this machine or, by its address, in a blob container. */
export async function collectFromLog(
  { predictions, output }: Pick<Session, "predictions" | "output">,
  definition: ModelDefinition,
  { labels, environment }: { labels: string; environment: string },
): Promise<FromLog> {
  const truth = await readTruth(definition, labels);
  const records = readPredictionLog(predictions, {
    environment,
    model: definition.name,
    report: (message) => {
      output.print(message);
    },
  });
  const data = await collectTrainingData({ definition, records, labels: truth.labels, now: new Date() });
  return {
    data,
    origin: {
      environment,
      labels: { source: path.basename(describeLocation(labels)), digest: truth.digest },
    },
  };
}
