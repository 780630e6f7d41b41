import { softmaxRows } from "../base/softmax";
import { fittedInputs, withColumnNumbers } from "../model/fitted-inputs";
import type { Signature } from "../model/signature";
import type { FeatureTable, Predictions } from "../model/table";
import type { Explanation } from "./explanation";
import type { MultinomialParameters } from "./linear-parameters";
import type { InputTooLarge } from "./input-too-large";
import { addTerm, assertFinite, findNotFinite, prepareTerm, type PreparedTerm } from "./linear-terms";
import { columnOf, predictionsOfClasses } from "./model-table";

interface Predictor {
  readonly intercept: number;
  readonly terms: readonly PreparedTerm[];
}

/** A linear model of more than two classes evaluated in this process, as `LinearModel` is. */
export class MultinomialModel {
  readonly signature: Signature;
  private readonly predictors: readonly Predictor[];

  constructor({ signature, predictors }: MultinomialParameters) {
    this.signature = signature;
    this.predictors = predictors.map(({ intercept, terms }) => ({
      intercept,
      terms: terms.map(prepareTerm),
    }));
  }

  /** Predictions in row order, without a promise: a row takes some microseconds. */
  predict(table: FeatureTable): Predictions {
    const { signature } = this;
    const width = this.predictors.length;
    const sums = this.sums(table);
    assertFinite(sums, { table, stride: width, signature });
    softmaxRows(sums, width);
    return predictionsOfClasses(signature, sums);
  }

  /** The rows that have no finite prediction. */
  findTooLarge(table: FeatureTable): InputTooLarge[] {
    const { signature, predictors } = this;
    return findNotFinite(this.sums(table), { table, stride: predictors.length, signature });
  }

  /** Each row's logits, a class after the other. */
  private sums(table: FeatureTable): Float64Array {
    const { predictors } = this;
    const width = predictors.length;
    const fitted = withColumnNumbers(this.signature, table);
    const sums = new Float64Array(table.rows * width);
    predictors.forEach(({ intercept, terms }, offset) => {
      for (let at = offset; at < sums.length; at += width) sums[at] = intercept;
      for (const prepared of terms) {
        addTerm(prepared, columnOf(fitted, prepared.term.column), { sums, offset, stride: width });
      }
    });
    return sums;
  }

  /** What each feature adds to each class's logit. */
  explain(table: FeatureTable): Explanation {
    const { signature, predictors } = this;
    const width = predictors.length;
    const fitted = withColumnNumbers(signature, table);
    const { positions } = fittedInputs(signature);
    const features = signature.inputs.map(({ name }) => name);
    const stride = features.length * width;
    const contributions = new Float64Array(table.rows * stride);
    predictors.forEach(({ terms }, place) => {
      terms.forEach((prepared, term) => {
        const offset = (positions[term] ?? term) * width + place;
        addTerm(prepared, columnOf(fitted, prepared.term.column), { sums: contributions, offset, stride });
      });
    });
    assertFinite(contributions, { table, stride, signature });
    return { scale: "logits", base: predictors.map(({ intercept }) => intercept), features, contributions };
  }
}
