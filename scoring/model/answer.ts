import type { Predictions } from "../../platform/model/table";
import type { ExplanationAnswer } from "./explain";

/** What `POST /score` answers. */
export interface ScoreAnswer {
  /** A prediction per row, in row order. */
  readonly result: readonly (number | string)[];
  /** Classification: the two classes, negative first. */
  readonly classes?: readonly [string | number, string | number];
  /** Classification: probabilities per row, in the order of `classes`; they sum to 1. */
  readonly probabilities?: readonly (readonly [number, number])[];
  /** On request: what each feature adds to each prediction. */
  readonly explanation?: ExplanationAnswer;
  /** `name:version`. */
  readonly model: string;
  readonly requestId: string;
}

export interface AnswerContext {
  readonly classes: readonly [string | number, string | number] | undefined;
  readonly explanation?: ExplanationAnswer | undefined;
  readonly model: string;
  readonly requestId: string;
}

/** The numbers of a typed array as JSON writes them; NaN and infinity are not among predictions. */
export function plainArray(values: Float64Array | readonly string[]): (number | string)[] {
  const plain = new Array<number | string>(values.length);
  for (let index = 0; index < values.length; index++) plain[index] = values[index] ?? NaN;
  return plain;
}

function bothProbabilities(positive: Float64Array): [number, number][] {
  const pairs = new Array<[number, number]>(positive.length);
  for (let row = 0; row < positive.length; row++) {
    const probability = positive[row] ?? NaN;
    pairs[row] = [1 - probability, probability];
  }
  return pairs;
}

export function scoreAnswer({ prediction, probability }: Predictions, context: AnswerContext): ScoreAnswer {
  const { classes, explanation, model, requestId } = context;
  const result = plainArray(prediction);
  const explained = explanation && { explanation };
  if (classes === undefined || probability === undefined) return { result, ...explained, model, requestId };
  return { result, classes, probabilities: bothProbabilities(probability), ...explained, model, requestId };
}
