import { softmaxRows } from "../base/softmax";
import { probabilitiesOf } from "../model/isotonic-calibration";
import { fittedInputs, withColumnNumbers } from "../model/fitted-inputs";
import type { Signature } from "../model/signature";
import type { FeatureTable, Predictions } from "../model/table";
import type { Explanation } from "./explanation";
import { Forest } from "./forest";
import { classesOf, columnOf, predictionsOfClasses } from "./model-table";
import { firstCategory, otherCategory, type TreeParameters } from "./tree-parameters";
import { TreeContributions } from "./tree-contributions";

const scales = { identity: "prediction", log: "log", "log-odds": "log-odds", logits: "logits" } as const;

/** What the sums become; they are overwritten where they can be. */
function linked({ link, signature: { target }, bases }: TreeParameters, sums: Float64Array): Float64Array {
  switch (link) {
    case "logits":
      softmaxRows(sums, bases.length);
      return sums;
    case "identity":
      return sums;
    case "log":
      return sums.map(Math.exp);
    case "log-odds":
      return probabilitiesOf(sums, target.calibration);
  }
}

/**
 * Boosted trees evaluated in this process, without an ONNX runtime. The trees are read out of `model.onnx`, so there is
 * no second copy of them that could differ.
 */
export class TreeModel {
  readonly signature: Signature;
  private readonly forest: Forest;
  private readonly codes: readonly (ReadonlyMap<string, number> | undefined)[];
  /** Of categories that are encoded by the target. */
  private readonly lookups: readonly (ReadonlyMap<string, number> | undefined)[];
  private contributions: TreeContributions | undefined;
  /** Of each feature of the trees the input that it is made of, by its place. */
  private readonly inputs: readonly number[];

  constructor(private readonly parameters: TreeParameters) {
    this.signature = parameters.signature;
    const { features, positions } = fittedInputs(this.signature);
    const inputOf = new Map(features.map(({ name }, index) => [name, positions[index] ?? 0]));
    this.inputs = parameters.features.map(({ column }) => inputOf.get(column) ?? 0);
    this.forest = new Forest(parameters);
    this.codes = parameters.features.map(
      ({ values }) => values && new Map(values.map((value, index) => [value, firstCategory + index])),
    );
    this.lookups = parameters.features.map(
      ({ lookup }) =>
        lookup && new Map(lookup.texts.map((text, index) => [text, lookup.numbers[index] ?? NaN])),
    );
  }

  /** Predictions in row order, without a promise: a row takes some microseconds. */
  predict(table: FeatureTable): Predictions {
    const values = this.encode(table);
    const { link } = this.parameters;
    const predicted = linked(this.parameters, this.forest.sums(values, table.rows));
    if (link === "logits") return predictionsOfClasses(this.signature, predicted);
    if (this.signature.task === "regression") return { prediction: predicted };
    return { prediction: classesOf(this.signature, predicted), probability: predicted };
  }

  /**
   * What each feature adds, by TreeSHAP: the mean over all orders of features of what knowing one more changes, where
   * what is not known follows the training rows. Base and contributions of a row add up to its prediction on `scale`.
   * A row takes about a millisecond.
   */
  explain(table: FeatureTable): Explanation {
    this.contributions ??= new TreeContributions(this.parameters, this.forest);
    const { bases } = this.contributions;
    const { features, link } = this.parameters;
    const values = this.encode(table);
    const contributions = new Float64Array(values.length * bases.length);
    for (let row = 0; row < table.rows; row++) {
      this.contributions.addRow(values, row * features.length, contributions);
    }
    return {
      scale: this.signature.target.calibration ? "uncalibrated" : scales[link],
      base: link === "logits" ? bases : (bases[0] ?? NaN),
      features: this.signature.inputs.map(({ name }) => name),
      contributions: this.byInput(contributions, bases.length),
    };
  }

  /** What a column becomes adds up to what the column adds. */
  private byInput(contributions: Float64Array, width: number): Float64Array {
    const { inputs } = this;
    const [size, wanted] = [inputs.length, this.signature.inputs.length];
    if (size === wanted && inputs.every((input, index) => input === index)) return contributions;
    const sums = new Float64Array((contributions.length / size) * wanted);
    contributions.forEach((value, index) => {
      const number = Math.floor(index / width);
      const at =
        (Math.floor(number / size) * wanted + (inputs[number % size] ?? 0)) * width + (index % width);
      sums[at] = (sums[at] ?? NaN) + value;
    });
    return sums;
  }

  /** Row by row a number per feature. */
  encode(table: FeatureTable): Float64Array {
    const { features } = this.parameters;
    const stride = features.length;
    const encoded = new Float64Array(table.rows * stride);
    const fitted = withColumnNumbers(this.signature, table);
    features.forEach(({ column }, position) => {
      const values = columnOf(fitted, column);
      const codes = this.codes[position];
      const lookup = this.lookups[position];
      if (lookup !== undefined) {
        const other = features[position]?.lookup?.other ?? NaN;
        for (let row = 0, at = position; row < table.rows; row++, at += stride)
          encoded[at] = lookup.get(String(values[row])) ?? other;
        return;
      }
      for (let row = 0, at = position; row < table.rows; row++, at += stride) {
        const value = values[row];
        encoded[at] = codes === undefined ? Number(value) : (codes.get(String(value)) ?? otherCategory);
      }
    });
    return encoded;
  }
}
