import { InputTooLarge } from "../../platform/onnx/input-too-large";
import { probabilityNames } from "../../platform/definition/class-names";
import { takeRows } from "../../platform/model/take-rows";
import type { Signature } from "../../platform/model/signature";
import type { FeatureTable, Predictions } from "../../platform/model/table";
import type { ScoringModel } from "../model/scorer";

/** A model as files of rows are scored by it. */
export type BatchModel = Pick<ScoringModel, "signature" | "predict" | "findTooLarge">;

/** The columns of a table of scores, all of them numbers; NaN for a row that could not be scored. Of several classes each has one. */
export function scoreColumns({ target }: Signature): string[] {
  return ["prediction", ...probabilityNames(target.classes).map((_, position) => `probability_${position}`)];
}

/** The columns of `scoreColumns` for predictions: a class is its position among the classes. */
export function scoresOf({ target }: Signature, predictions: Predictions): Float64Array[] {
  const { classes } = target;
  const { prediction, probability, probabilities } = predictions;
  if (classes === undefined) return [Float64Array.from(prediction as Float64Array)];
  const positions = new Map<string | number, number>(classes.map((name, position) => [name, position]));
  const named = Float64Array.from(
    prediction as ArrayLike<string | number>,
    (name) => positions.get(name) ?? NaN,
  );
  if (probability) return [named, Float64Array.from(probability)];
  const several = classes.map((_, position) =>
    named.map((_, row) => probabilities?.[row * classes.length + position] ?? NaN),
  );
  return [named, ...several];
}

/** Scores of the rows of a table, those at `rows` at most: NaN for the others and for those that the model cannot score. */
export async function scoreTable(
  model: BatchModel,
  table: FeatureTable,
  rows: readonly number[],
): Promise<Float64Array[]> {
  const scores = scoreColumns(model.signature).map(() => new Float64Array(table.rows).fill(NaN));
  const predicted = await predictUsable(model, table, rows);
  for (const [column, values] of scoresOf(model.signature, predicted.predictions).entries()) {
    const target = scores[column];
    predicted.rows.forEach((row, index) => {
      if (target) target[row] = values[index] ?? NaN;
    });
  }
  for (let row = 0; row < table.rows; row++) {
    if (scores.every((column) => Number.isFinite(column[row]))) continue;
    for (const column of scores) column[row] = NaN;
  }
  return scores;
}

/** Predictions for the rows that are not too large for the model, which are answered with them. */
async function predictUsable(
  model: BatchModel,
  table: FeatureTable,
  rows: readonly number[],
): Promise<{ readonly rows: readonly number[]; readonly predictions: Predictions }> {
  const wanted = rows.length === table.rows ? table : takeRows(table, rows);
  try {
    return { rows, predictions: await model.predict(wanted) };
  } catch (error) {
    if (!(error instanceof InputTooLarge) || model.findTooLarge === undefined) throw error;
    const tooLarge = new Set(model.findTooLarge(wanted).map(({ row }) => row));
    const others = rows.filter((_, index) => !tooLarge.has(index));
    return { rows: others, predictions: await model.predict(takeRows(table, others)) };
  }
}
