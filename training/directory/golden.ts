import {
  featuresOf,
  type ColumnDefinition,
  type ModelDefinition,
} from "../../platform/definition/definition";
import { classesOf } from "../../platform/onnx/model-table";
import type { ClassNames } from "../../platform/definition/class-names";
import { syntheticValue } from "../../platform/definition/synthetic-value";
import { PlatformError } from "../../platform/base/errors";
import { exactTolerance, foreignTolerance, isSamePrediction } from "../../platform/model/golden-tolerance";
import type { GoldenRows } from "../../platform/model/model-directory";
import type { OnnxModel } from "../../platform/onnx/onnx-model";
import { findPlaces } from "../../platform/kernels/number-kernels";
import {
  double,
  identifier,
  isEmbedded,
  literal,
  type SqlEngine,
  type SqlRow,
} from "../../platform/sql/engine";
import { featureTable, probabilitiesOf, type Predictions } from "../../platform/model/table";
import type { LinearParameters } from "../../platform/onnx/linear-parameters";
import { MultinomialModel } from "../../platform/onnx/multinomial-model";
import { TreeModel } from "../../platform/onnx/tree-model";
import type { FittedParameters } from "../trainers/trainer";
import { sentValue } from "../../platform/definition/shown-value";
import { withColumnNumbers } from "../../platform/sql/with-column-numbers";
import { predictionSql } from "../evaluation/predict-sql";
import { rowsOf } from "../evaluation/score-rows";

const maxGoldenRows = 8;
/** No names of columns: the query gives them beside the features. */
const predictionColumn = "(prediction)";
const positionColumn = identifier("(position)");

/** Positions of at most eight rows, spread from the first to the last of `rows`. */
export function spreadPositions(rows: number): number[] {
  const count = Math.min(maxGoldenRows, rows);
  if (count < 2) return count === 1 ? [0] : [];
  return Array.from({ length: count }, (_, index) => Math.floor((index * (rows - 1)) / (count - 1)));
}

/**
 * Held-out rows with their predictions: those of the trainer's own parameters, computed in SQL (`linear`) or in this process,
 * otherwise onnxruntime's. Throws TRAINING_FAILED when the two are not the same numbers: the
 * model would then answer something else than what was trained.
 */
export async function makeGoldenRows(
  engine: SqlEngine,
  definition: ModelDefinition,
  { model, linear, multinomial, trees }: { readonly model: OnnxModel } & FittedParameters,
): Promise<GoldenRows> {
  const found = await selectRows(engine, definition, linear);
  const rows = found.map((row) =>
    Object.fromEntries(
      featuresOf(definition).map((column) => [column.name, sentValue(column, row[column.name])]),
    ),
  );
  const table = featureTable(model.signature, rows);
  const { classes } = model.signature.target;
  const served = toGolden(await model.predict(table), classes);
  const ownModel = trees ? new TreeModel(trees) : multinomial && new MultinomialModel(multinomial);
  if (ownModel) {
    const own = toGolden(ownModel.predict(table), classes);
    checkSame(own, served);
    return { rows, ...own, tolerance: exactTolerance };
  }
  if (!linear) return { rows, ...served, tolerance: foreignTolerance };
  const own = ownPredictions(
    linear,
    found.map((row) => Number(row[predictionColumn] ?? NaN)),
  );
  checkSame(own, served);
  return { rows, ...own, tolerance: exactTolerance };
}

type GoldenValues = Pick<GoldenRows, "predictions" | "probabilities">;

async function selectRows(
  engine: SqlEngine,
  definition: ModelDefinition,
  linear: LinearParameters | undefined,
): Promise<SqlRow[]> {
  const count = await engine.count(rowsOf("held-out"));
  const positions = spreadPositions(count);
  if (positions.length === 0) {
    throw new PlatformError(
      "TRAINING_FAILED",
      "There are no held-out rows. Some are needed to measure the model. Give more data, or hold out a larger fraction.",
    );
  }
  const features = featuresOf(definition);
  const columns = [
    ...features.map(({ name }) => identifier(name)),
    ...(linear ? [`${predictionSql(linear)} AS ${identifier(predictionColumn)}`] : []),
  ];
  const kept = features.map((column) => keptSql(column, positions));
  const numbers = await rowNumbers(engine, positions);
  const rows = `(SELECT ${[...kept, positionColumn].join(", ")} FROM ${relationOf(engine, features, { numbers, positions })}) AS chosen`;
  return engine.rows(
    `SELECT ${columns.join(", ")} FROM ${withColumnNumbers(rows, features)} ORDER BY ${positionColumn}`,
  );
}

/** Numbers, from 1, of the held-out rows at some positions. */
async function rowNumbers(engine: SqlEngine, positions: readonly number[]): Promise<number[]> {
  if (isEmbedded(engine)) return countThrough(engine, positions);
  // Their numbers are sorted first, and not the rows with all columns.
  const numbered = `SELECT _row, row_number() OVER (ORDER BY _row) - 1 AS ${positionColumn} FROM ${rowsOf("held-out")}`;
  const chosen = await engine.rows(
    `SELECT _row FROM (${numbered}) AS numbered WHERE ${positionColumn} IN (${positions.join(", ")}) ORDER BY _row`,
  );
  return chosen.map(({ _row }) => Number(_row));
}

/** The same where rows come in the order of their numbers: they are counted. */
async function countThrough(engine: SqlEngine, positions: readonly number[]): Promise<number[]> {
  const numbers: number[] = [];
  let [before, heldOut] = [0, 0];
  for await (const [sides = new Float64Array()] of engine.blocks(["_held_out"], "data")) {
    const places = new Uint16Array(sides.length + 1);
    const found = findPlaces(sides, 1, places);
    for (const position of positions)
      if (position >= heldOut && position < heldOut + found)
        numbers.push(before + (places[position - heldOut] ?? NaN) + 1);
    [before, heldOut] = [before + sides.length, heldOut + found];
  }
  return numbers;
}

/** What follows FROM for rows of these numbers, with their positions. */
function relationOf(
  engine: SqlEngine,
  features: readonly ColumnDefinition[],
  { numbers, positions }: { readonly numbers: readonly number[]; readonly positions: readonly number[] },
): string {
  const names = features.map(({ name }) => identifier(name));
  const known = isEmbedded(engine)
    ? engine.filledValues(
        "data",
        names,
        numbers.map((number) => number - 1),
      )
    : undefined;
  if (known) {
    const lines = positions.map((position, at) => {
      const values = names.map((name, index) => `${valueOrNull(known[index]?.[at])} AS ${name}`);
      return `SELECT ${[...values, `${position} AS ${positionColumn}`].join(", ")}`;
    });
    return `(${lines.join(" UNION ALL ")}) AS rows_held_out`;
  }
  const places = numbers.map((number, place) => `WHEN ${number} THEN ${positions[place]}`);
  // Of equations engines can tell which parts of a file have the rows; of IN over a number that is computed they cannot.
  const among = numbers.map((number) => `_row = ${number}`).join(" OR ");
  return `(SELECT *, CASE _row ${places.join(" ")} END AS ${positionColumn} FROM loaded WHERE ${among}) AS rows_held_out`;
}

function valueOrNull(value = NaN): string {
  return Number.isNaN(value) ? "CAST(NULL AS DOUBLE)" : double(value);
}

/** A feature as golden rows have it: of a personal one, synthetic values. Golden rows are in every copy and description of a model. */
function keptSql(column: ColumnDefinition, positions: readonly number[]): string {
  const name = identifier(column.name);
  if (column.personal !== true) return name;
  const cases = positions.map(
    (position, index) => `WHEN ${position} THEN ${valueSql(syntheticValue(column, index))}`,
  );
  return `CASE ${positionColumn} ${cases.join(" ")} END AS ${name}`;
}

function valueSql(value: number | string | boolean): string {
  if (typeof value === "number") return double(value);
  return typeof value === "string" ? literal(value) : String(value).toUpperCase();
}

function toGolden(predictions: Predictions, classes: ClassNames | undefined): GoldenValues {
  const { prediction, probability, probabilities } = predictions;
  return {
    predictions: Array.from<number | string>(prediction),
    ...(probability && { probabilities: Array.from(probability) }),
    ...(probabilities &&
      classes && {
        probabilities: Array.from({ length: prediction.length }, (_, row) =>
          probabilitiesOf(predictions, classes, row),
        ),
      }),
  };
}

function ownPredictions({ signature }: LinearParameters, values: readonly number[]): GoldenValues {
  if (signature.target.classes === undefined) return { predictions: values };
  const predictions = Array.from<number | string>(classesOf(signature, Float64Array.from(values)));
  return { predictions, probabilities: values };
}

function checkSame(own: GoldenValues, served: GoldenValues): void {
  for (const kind of ["predictions", "probabilities"] as const) {
    const values = own[kind] ?? [];
    const row = values.findIndex(
      (value, index) => !isSamePrediction(served[kind]?.[index], value, exactTolerance),
    );
    if (row < 0) continue;
    throw new PlatformError(
      "TRAINING_FAILED",
      `The model file does not give the trained numbers: ${String(served[kind]?.[row])} instead of ${String(values[row])} for golden row ${row + 1}. They may differ by ${exactTolerance}. Look for very large numbers in the data; if there are none, report this as a bug.`,
    );
  }
}
