import { loadData } from "../../platform/data/source";
import type { ModelDefinition } from "../../platform/definition/definition";
import { targetOf } from "../../platform/definition/definition";
import { PlatformError } from "../../platform/base/errors";
import type { CollectedData, Label } from "../../platform/predictions/collect";
import { collectTrainingData } from "../../platform/predictions/collect";
import { readPredictionLog } from "../../platform/predictions/prediction-log";
import { openEngine } from "../../platform/sql/open-engine";
import { identifier } from "../../platform/sql/engine";
import type { Session } from "../session/session";

/** Reads a file of ground truth: `request_id`, `row` (0 when absent) and the target. */
async function readLabels(definition: ModelDefinition, file: string): Promise<Label[]> {
  const target = targetOf(definition);
  const text = { role: "feature", nullable: true } as const;
  const columns = [
    { name: "request_id", type: "category" as const, ...text },
    { name: "row", type: "number" as const, ...text },
    { ...target, nullable: true },
  ];
  const engine = await openEngine();
  try {
    const { header } = await loadData(engine, { ...definition, columns }, file);
    const missing = ["request_id", target.name].filter((name) => !header.includes(name));
    if (missing.length > 0) {
      throw new PlatformError(
        "DATA_INVALID",
        `${file} lacks the column ${missing.map((name) => `"${name}"`).join(" and ")}. Labels are a CSV file with request_id, row (optional) and ${target.name}.`,
      );
    }
    const value = identifier(target.name);
    const [mistyped] = await engine.rows(
      `SELECT r._row AS data_row, r.${value} AS text FROM raw r JOIN data d ON r._row = d._row WHERE r.${value} IS NOT NULL AND d.${value} IS NULL ORDER BY r._row LIMIT 1`,
    );
    if (mistyped) {
      throw new PlatformError(
        "DATA_INVALID",
        `${file}, row ${mistyped.data_row}: "${mistyped.text}" is not a ${target.type}, as "${target.name}" has to be. Correct the label.`,
      );
    }
    const rows = await engine.rows(
      `SELECT request_id AS id, "row", ${value} AS label FROM data ORDER BY _row`,
    );
    return rows.map(({ id, row, label }) => ({
      id: String(id),
      row: Number(row ?? 0),
      value: label ?? null,
    }));
  } finally {
    await engine.close();
  }
}

/** Joins an environment's prediction log with a file of labels. */
export async function collectFromLog(
  session: Session,
  definition: ModelDefinition,
  { labels, environment }: { labels: string; environment: string },
): Promise<CollectedData> {
  const records = readPredictionLog(session.predictions, {
    environment,
    model: definition.name,
    report: (message) => {
      session.output.print(message);
    },
  });
  return collectTrainingData({
    definition,
    records,
    labels: await readLabels(definition, labels),
  });
}
