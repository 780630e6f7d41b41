import type { ModelDefinition } from "../../platform/definition/definition";
import type { ScoredRows } from "../../platform/metrics/evaluation";
import { softmaxRows } from "../../platform/base/softmax";
import { severalClasses } from "../../platform/definition/class-names";
import { featureBlocks } from "../../platform/model/feature-blocks";
import { ArithmeticTable } from "../../platform/base/arithmetic";
import { probabilitiesOf } from "../../platform/model/isotonic-calibration";
import { predictionOf } from "../../platform/model/target-transform";
import type { Signature } from "../../platform/model/signature";
import type { LinearParameters, MultinomialParameters } from "../../platform/onnx/linear-parameters";
import type { OnnxModel } from "../../platform/onnx/onnx-model";
import { PlatformError } from "../../platform/base/errors";
import { identifier, type SqlEngine } from "../../platform/sql/engine";
import { rowsWhere } from "../../platform/sql/rows-where";
import { withColumnNumbers } from "../../platform/sql/with-column-numbers";
import { encodedBlocks } from "../preprocessing/encoded-blocks";
import { targetSql, weightOf } from "../preprocessing/target";
import { addPredictors } from "../trainers/cross-products";
import { findLabelFault } from "./label-fault";

/** No names of columns: a query gives them beside the features. */
const furtherNames = ["(actual)", "(weight)"];

/** The two sides of the split of the table `data`. */
type Side = "training" | "held-out";

/** What follows FROM for one side's rows. */
export function rowsOf(side: Side): string {
  return rowsWhere("data", side === "training" ? "NOT _held_out" : "_held_out");
}

function mislabelled(fault: string): PlatformError {
  return new PlatformError(
    "MODEL_INVALID",
    `The model's labels are not those that would be measured: ${fault}. Correct the program that wrote the model.`,
  );
}

/** What is scored, and where. */
interface Scored {
  readonly model: OnnxModel;
  /** The rows, as what follows FROM: those of a side, with `rowsOf`, or of a fold. */
  readonly from: string;
  /** Table with the model's features and `_row`, where they are not those of the table `data`. */
  readonly features?: string | undefined;
}

/** How rows are kept. */
interface Layout {
  readonly isWeighted: boolean;
  /** Classes, where they are more than two. */
  readonly classes: number | undefined;
  /** Two classes: the probability above which a row is called positive, where it was chosen. */
  readonly threshold: number | undefined;
}

/** Targets and predictions as they come, block by block. */
class ScoredBlocks {
  private at = 0;
  private readonly actual: Float64Array;
  private readonly predicted: Float64Array;
  private readonly weights: Float64Array | undefined;
  private readonly classes: number | undefined;
  private readonly threshold: number | undefined;

  private constructor(rows: number, { isWeighted, classes, threshold }: Layout) {
    this.actual = new Float64Array(rows);
    this.predicted = new Float64Array(rows * (classes ?? 1));
    this.weights = isWeighted ? new Float64Array(rows) : undefined;
    this.classes = classes;
    this.threshold = threshold;
  }

  /** Room for the rows of a relation. */
  static async of(engine: SqlEngine, from: string, layout: Layout): Promise<ScoredBlocks> {
    return new ScoredBlocks(await engine.count(from), layout);
  }

  /** `further`: targets and, where rows have weights, those. */
  add(predicted: Float64Array, [actual, weights]: readonly Float64Array[]): void {
    const width = this.classes ?? 1;
    this.predicted.set(predicted, this.at * width);
    if (actual) this.actual.set(actual, this.at);
    if (weights) this.weights?.set(weights, this.at);
    this.at += predicted.length / width;
  }

  rows(): ScoredRows {
    const { actual, predicted, weights, classes, threshold } = this;
    return {
      actual,
      predicted,
      ...(weights && { weights }),
      ...(classes !== undefined && { classes }),
      ...(threshold !== undefined && { threshold }),
    };
  }
}

/** What is asked for beside features: the target and, where rows have one, the weight. */
function besideFeatures(definition: ModelDefinition): string[] {
  const weight = weightOf(definition);
  return [targetSql(definition), ...(weight === undefined ? [] : [weight])];
}

/**
 * Targets and a model's predictions for rows of the split table `data`, in their order, with the rows' weights where
 * the definition has such a column; a classification's predictions are the probabilities. Memory grows by 16 or 24 bytes
 * per row, of more than two classes by 8 for each more.
 */
export async function scoreRows(
  engine: SqlEngine,
  definition: ModelDefinition,
  { model, from: sideRows, features }: Scored,
): Promise<ScoredRows> {
  const further = besideFeatures(definition);
  const asked = further.map((sql, index) => `${sql} AS ${identifier(furtherNames[index] ?? "")}`);
  const columns = model.signature.inputs.map(({ name }) => `f.${identifier(name)}`);
  const from =
    features === undefined
      ? sideRows
      : `(SELECT ${["r.*", ...columns].join(", ")} FROM (SELECT _row, ${asked.join(", ")} FROM ${sideRows}) AS r ` +
        `JOIN ${features} AS f ON f._row = r._row ORDER BY r._row) AS joined`;
  const scored = await ScoredBlocks.of(engine, from, layoutOf(model.signature, further));
  const beside =
    features === undefined ? further : further.map((_, index) => identifier(furtherNames[index] ?? ""));
  for await (const block of featureBlocks(engine, { from, signature: model.signature, further: beside })) {
    const predictions = await model.predict(block.table);
    const fault = findLabelFault(model.signature, predictions);
    if (fault !== undefined) throw mislabelled(fault);
    const { prediction, probability, probabilities } = predictions;
    scored.add(probability ?? probabilities ?? Float64Array.from(prediction as Float64Array), block.further);
  }
  return scored.rows();
}

function layoutOf({ target }: Signature, further: readonly string[]): Layout {
  const { classes, threshold } = target;
  return { isWeighted: further.length > 1, classes: severalClasses(classes)?.length, threshold };
}

/** The same from a linear model's parameters: several times faster, equal to rounding. */
export async function scoreLinearRows(
  engine: SqlEngine,
  definition: ModelDefinition,
  {
    linear,
    from: rows,
  }: { readonly linear: LinearParameters | MultinomialParameters; readonly from: string },
): Promise<ScoredRows> {
  const from = withColumnNumbers(rows, definition.columns);
  const further = besideFeatures(definition);
  const predictors = ("predictors" in linear ? linear.predictors : [linear]).map(({ intercept, terms }) => ({
    intercept,
    coefficients: terms.flatMap((term) =>
      term.kind === "category" ? term.coefficients : [term.coefficient],
    ),
  }));
  const parts = "predictors" in linear ? (linear.predictors[0]?.terms ?? []) : linear.terms;
  const scored = await ScoredBlocks.of(engine, from, layoutOf(linear.signature, further));
  for await (const block of encodedBlocks(engine, { from, parts, further })) {
    const sums = predictors.map(({ intercept, coefficients }) => {
      const sum = new Float64Array(block.rows).fill(intercept);
      addPredictors(sum, block, coefficients);
      return sum;
    });
    scored.add(predictedBy(linear, sums), block.further);
  }
  return scored.rows();
}

/** What is predicted from the sums of a block's rows, for each class a list. */
export function predictedBy(
  linear: LinearParameters | MultinomialParameters,
  sums: readonly Float64Array[],
): Float64Array {
  const [first = new Float64Array(), ...others] = sums;
  if (others.length > 0) {
    const width = sums.length;
    const probabilities = new Float64Array(first.length * width);
    sums.forEach((sum, name) => {
      for (let row = 0; row < sum.length; row++) probabilities[row * width + name] = sum[row] ?? NaN;
    });
    softmaxRows(probabilities, width);
    return probabilities;
  }
  const { transform } = linear.signature.target;
  if (transform) return new ArithmeticTable(first.length, () => first).evaluate(predictionOf(transform));
  if (linear.signature.task === "regression") {
    return "link" in linear && linear.link === "log" ? first.map(Math.exp) : first;
  }
  // exp of a large number is infinite, which gives the 0 it should.
  return probabilitiesOf(first, linear.signature.target.calibration);
}
