import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { readColumnFacts } from "../../platform/data/column-facts";
import { checkSchema } from "../../platform/data/schema-check";
import type { DataSource } from "../../platform/data/source";
import { loadData } from "../../platform/data/source";
import { checkValues } from "../../platform/data/value-checks";
import type { ModelDefinition } from "../../platform/definition/definition";
import { PlatformError } from "../../platform/base/errors";
import { errorLines, type Finding } from "../../platform/data/findings";
import { toCsvLine } from "../../platform/sql/csv-line";
import type { OnnxModel } from "../../platform/onnx/onnx-model";
import type { SqlEngine, SqlRow } from "../../platform/sql/engine";
import { identifier } from "../../platform/sql/engine";
import { featureTable } from "../../platform/model/table";

export interface BatchRequest {
  readonly engine: SqlEngine;
  readonly model: OnnxModel;
  /** `name:version`, written beside each prediction. */
  readonly reference: string;
  /** Names the id column, if there is one; the features are the model's. */
  readonly definition: ModelDefinition;
  readonly input: string;
  readonly output: string;
}

/** What is found in the features as the model takes them, checked as a request's would be. */
async function checkFeatures(
  engine: SqlEngine,
  definition: ModelDefinition,
  source: DataSource,
): Promise<Finding[]> {
  const present = definition.columns.filter(({ name }) => source.header.includes(name));
  const facts = await readColumnFacts(engine, present, source.rows);
  return [
    ...checkSchema(definition.columns, source.header),
    ...(await checkValues(engine, definition, facts, source.rows)),
  ];
}

/**
 * Scores every row of a file: the output has one line per row of the input, in its order, with the row's number, id
 * and features, the prediction (and probability) and the version that made it. A file with a row that cannot be
 * scored is refused as a whole, and an output is complete or does not exist. Returns the number of rows.
 */
export async function scoreBatch(request: BatchRequest): Promise<number> {
  const { engine, model, input, output } = request;
  const ids = request.definition.columns.filter(({ role }) => role === "id");
  const definition: ModelDefinition = {
    ...request.definition,
    columns: [...ids, ...model.signature.inputs.map((column) => ({ ...column, role: "feature" as const }))],
    // A share of missing values that is too large to train on may still be scored.
    checks: { ...request.definition.checks, maxMissing: 1 },
  };
  const source = await loadData(engine, definition, input);
  const faults = errorLines(await checkFeatures(engine, definition, source));
  if (faults.length > 0) {
    throw new PlatformError(
      "DATA_INVALID",
      `${input} cannot be scored by ${request.reference}. Correct:\n${faults.join("\n")}`,
    );
  }
  const temporary = `${output}.${process.pid}.tmp`;
  try {
    await pipeline(Readable.from(linesOf(request, definition)), createWriteStream(temporary));
    await rename(temporary, output);
  } finally {
    await rm(temporary, { force: true });
  }
  return source.rows;
}

async function* linesOf(
  { engine, model, reference }: BatchRequest,
  { columns }: ModelDefinition,
): AsyncIterable<string> {
  const names = columns.map(({ name }) => name);
  const added =
    model.signature.task === "classification"
      ? ["prediction", "probability", "model"]
      : ["prediction", "model"];
  yield toCsvLine(["row", ...names, ...added]);
  for await (const rows of engine.chunks(
    `SELECT _row, ${names.map(identifier).join(", ")} FROM data ORDER BY _row`,
  )) {
    const { prediction, probability } = await model.predict(featureTable(model.signature, rows));
    yield rows
      .map((row: SqlRow, index) => {
        const scores = probability
          ? [prediction[index] ?? null, probability[index] ?? null]
          : [prediction[index] ?? null];
        return toCsvLine([row._row ?? null, ...names.map((name) => row[name] ?? null), ...scores, reference]);
      })
      .join("");
  }
}
