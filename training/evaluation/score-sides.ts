import type { NumberBins } from "../../platform/drift/profile-numbers";
import type { ModelDefinition } from "../../platform/definition/definition";
import { columnNumbers } from "../../platform/definition/column-numbers";
import {
  addErrors,
  addStandardised,
  keepMarked,
  pickRows,
  type ErrorSums,
} from "../../platform/kernels/number-kernels";
import { errorMetrics } from "../../platform/metrics/compute-metrics";
import type { Metrics } from "../../platform/definition/metric-names";
import type { ScoredRows } from "../../platform/metrics/evaluation";
import type { LinearParameters, NumberTerm } from "../../platform/onnx/linear-parameters";
import { identifier, isEmbedded, type SqlEngine } from "../../platform/sql/engine";
import { blockRows } from "../../platform/sql/block-store";
import { targetSql, weightOf } from "../preprocessing/target";
import { predictedBy, rowsOf } from "./score-rows";

/** What comes of scoring both sides of the split. */
interface ScoredSides {
  readonly training: { readonly rows: number; readonly metrics: Metrics };
  readonly heldOut: ScoredRows;
}

const heldOutColumn = "_held_out";

/** A regression on numbers alone whose rows count the same, which lie in blocks. */
function isOfBlocks(
  engine: SqlEngine,
  definition: ModelDefinition,
  { signature, terms }: LinearParameters,
): boolean {
  if (!isEmbedded(engine) || signature.task !== "regression" || signature.target.interval) return false;
  if (
    weightOf(definition) !== undefined ||
    definition.columns.some((column) => columnNumbers(column).length > 0)
  )
    return false;
  const columns = [...terms.map(({ column }) => identifier(column)), targetSql(definition), heldOutColumn];
  return (
    terms.every(({ kind }) => kind === "number") &&
    columns.every((column) => engine.summaryOf("data", column) !== undefined)
  );
}

/**
 * Scores both sides of the split in one reading, and counts the training rows into `bins`: of those rows nothing but the metrics is kept, so
 * that memory grows with the held-out rows alone, by 16 bytes each. Undefined where rows are not told from blocks of numbers.
 */
export async function scoreSides(
  engine: SqlEngine,
  definition: ModelDefinition,
  { linear, bins }: { readonly linear: LinearParameters; readonly bins: NumberBins },
): Promise<ScoredSides | undefined> {
  if (!isOfBlocks(engine, definition, linear)) return undefined;
  const target = targetSql(definition);
  const terms = linear.terms
    .filter((term): term is NumberTerm => term.kind === "number")
    .map(({ column, mean, scale, imputation: instead = NaN, coefficient: factor }) => ({
      column: identifier(column),
      ...{ mean, scale, instead, factor },
    }));
  const counts = {
    training: await engine.count(rowsOf("training")),
    heldOut: await engine.count(rowsOf("held-out")),
  };
  const centre = (await sumOfTargets(engine, target)) / counts.training;
  const heldOut = new ScoredSide(counts.heldOut);
  const binned = bins.columns.map(({ name }) => identifier(name));
  const asked = [...new Set([...terms.map(({ column }) => column), target, ...binned, heldOutColumn])];
  const valuesOf = (block: readonly Float64Array[], column: string): Float64Array =>
    block[asked.indexOf(column)] ?? new Float64Array();
  const picked = [new Float64Array(blockRows), new Float64Array(blockRows)] as const;
  let sums: ErrorSums = [0, 0, 0, 0];
  for await (const block of engine.blocks(asked, "data")) {
    const marks = valuesOf(block, heldOutColumn);
    const predictor = new Float64Array(marks.length).fill(linear.intercept);
    addStandardised(
      predictor,
      terms.map(({ column }) => valuesOf(block, column)),
      terms,
    );
    const both = [valuesOf(block, target), predictedBy(linear, [predictor])];
    const side = (mark: number): readonly [Float64Array, Float64Array] => {
      const count = pickRows(both, marks, mark, picked);
      return [picked[0].subarray(0, count), picked[1].subarray(0, count)];
    };
    const [actual, predicted] = side(0);
    sums = addErrors(sums, { actual, predicted }, centre);
    heldOut.add(...side(1));
    const training = binned.map((column) => valuesOf(block, column));
    for (const values of training) keepMarked(values, marks, 0);
    bins.add(training);
  }
  return {
    training: { rows: counts.training, metrics: errorMetrics(sums, counts.training) },
    heldOut: heldOut.rows(),
  };
}

/** In the order of the training rows. */
async function sumOfTargets(engine: SqlEngine, target: string): Promise<number> {
  let sum = 0;
  for await (const [values = new Float64Array()] of engine.blocks([target], rowsOf("training")))
    for (let row = 0; row < values.length; row++) sum += values[row] ?? NaN;
  return sum;
}

/** Targets and predictions of one side, as they come. */
class ScoredSide {
  private at = 0;
  private readonly actual: Float64Array;
  private readonly predicted: Float64Array;

  constructor(count: number) {
    this.actual = new Float64Array(count);
    this.predicted = new Float64Array(count);
  }

  add(actual: Float64Array, predicted: Float64Array): void {
    this.actual.set(actual, this.at);
    this.predicted.set(predicted, this.at);
    this.at += actual.length;
  }

  rows(): ScoredRows {
    const { actual, predicted } = this;
    return { actual, predicted };
  }
}
