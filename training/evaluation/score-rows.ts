import type { ModelDefinition } from "../../platform/definition/definition";
import type { ScoredRows } from "../../platform/metrics/evaluation";
import type { OnnxModel } from "../../platform/onnx/onnx-model";
import { PlatformError } from "../../platform/base/errors";
import { identifier, type SqlEngine, type SqlRow } from "../../platform/sql/engine";
import { featureTable } from "../../platform/model/table";
import { targetSql, weightOf } from "../preprocessing/target";
import type { LinearParameters } from "../../platform/onnx/linear-parameters";
import { findLabelFault } from "./label-fault";
import { predictionSql } from "./predict-sql";
import { numberOf } from "../preprocessing/sql";

/** Rows scored at once; enough that a call costs little per row, few enough to stay small. */
const rowsPerCall = 4096;
/** No name of a column: the query gives it beside the features. */
const actualColumn = "(actual)";
const weightColumn = "(weight)";

/** The two sides of the split of the table `data`. */
type Side = "training" | "held-out";

/** What follows FROM for one side's rows. */
export function rowsOf(side: Side): string {
  return `(SELECT * FROM data WHERE ${side === "training" ? "NOT _held_out" : "_held_out"}) AS rows_of_side`;
}

/** Rows of a query, in its order, in chunks of `rowsPerCall`. */
async function* chunksOf(engine: SqlEngine, sql: string): AsyncIterable<SqlRow[]> {
  let pending: SqlRow[] = [];
  for await (const rows of engine.chunks(sql)) {
    pending.push(...rows);
    while (pending.length >= rowsPerCall) {
      yield pending.slice(0, rowsPerCall);
      pending = pending.slice(rowsPerCall);
    }
  }
  if (pending.length > 0) yield pending;
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function mislabelled(fault: string): PlatformError {
  return new PlatformError(
    "MODEL_INVALID",
    `The model's labels are not those that would be measured: ${fault}. A classification tells two classes apart. Correct the program that wrote the model.`,
  );
}

/** What is scored, and where. */
interface Scored {
  readonly model: OnnxModel;
  readonly side: Side;
  /** Table with the model's features and `_row`, where they are not those of the table `data`. */
  readonly features?: string | undefined;
}

/**
 * Targets and a model's predictions for one side of the split table `data`, by `_row`, with the rows' weights where the
 * definition has such a column; a classification's predictions are the probabilities. Memory grows by 16 or 24 bytes
 * per row.
 */
export async function scoreRows(
  engine: SqlEngine,
  definition: ModelDefinition,
  { model, side, features }: Scored,
): Promise<ScoredRows> {
  const columns = model.signature.inputs.map(({ name }) => identifier(name));
  const weight = weightOf(definition);
  const selected = [`${targetSql(definition)} AS ${identifier(actualColumn)}`];
  if (weight !== undefined) selected.push(`${weight} AS ${identifier(weightColumn)}`);
  const query =
    features === undefined
      ? `SELECT ${[...selected, ...columns].join(", ")} FROM ${rowsOf(side)} ORDER BY _row`
      : `SELECT r.*, ${columns.map((column) => `f.${column}`).join(", ")} FROM (SELECT _row, ${selected.join(", ")} FROM ${rowsOf(side)}) AS r ` +
        `JOIN ${features} AS f ON f._row = r._row ORDER BY r._row`;
  const actual: Float64Array[] = [];
  const predicted: Float64Array[] = [];
  const weights: Float64Array[] = [];
  for await (const rows of chunksOf(engine, query)) {
    const predictions = await model.predict(featureTable(model.signature, rows));
    const fault = findLabelFault(model.signature, predictions);
    if (fault !== undefined) throw mislabelled(fault);
    const { prediction, probability } = predictions;
    actual.push(Float64Array.from(rows, (row) => numberOf(row, actualColumn)));
    predicted.push(probability ?? Float64Array.from(prediction as Float64Array));
    if (weight !== undefined) weights.push(Float64Array.from(rows, (row) => numberOf(row, weightColumn)));
  }
  return {
    actual: joined(actual),
    predicted: joined(predicted),
    ...(weight !== undefined && { weights: joined(weights) }),
  };
}

/**
 * The same from a linear model's parameters, by the engine itself: several times faster, equal to rounding.
 */
export async function scoreRowsInSql(
  engine: SqlEngine,
  definition: ModelDefinition,
  { linear, side }: { readonly linear: LinearParameters; readonly side: Side },
): Promise<ScoredRows> {
  const actual: number[] = [];
  const predicted: number[] = [];
  const weights: number[] = [];
  const weight = weightOf(definition);
  const weightSql = weight === undefined ? "" : `, ${weight} AS w`;
  const query = `SELECT ${targetSql(definition)} AS a, ${predictionSql(linear)} AS p${weightSql} FROM ${rowsOf(side)} ORDER BY _row`;
  for await (const rows of engine.chunks(query)) {
    for (const row of rows) {
      actual.push(numberOf(row, "a"));
      predicted.push(numberOf(row, "p"));
      if (weight !== undefined) weights.push(numberOf(row, "w"));
    }
  }
  return {
    actual: Float64Array.from(actual),
    predicted: Float64Array.from(predicted),
    ...(weight !== undefined && { weights: Float64Array.from(weights) }),
  };
}
