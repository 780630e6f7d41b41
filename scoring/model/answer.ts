import type { ClassNames } from "../../platform/definition/class-names";
import type { Predictions } from "../../platform/model/table";
import type { ExplanationAnswer } from "./explain";

/** What `POST /score` answers. */
export interface ScoreAnswer {
  /** A prediction per row, in row order. */
  readonly result: readonly (number | string)[];
  /** Classification: the classes, of two the negative first. */
  readonly classes?: ClassNames;
  /** Classification: probabilities per row, in the order of `classes`; they sum to 1. */
  readonly probabilities?: readonly (readonly number[])[];
  /** On request, of a regression: per row the least and the greatest target that is to be expected. */
  readonly intervals?: readonly (readonly [number, number])[];
  /** On request: what each feature adds to each prediction. */
  readonly explanation?: ExplanationAnswer;
  /** `name:version`. */
  readonly model: string;
  readonly requestId: string;
}

export interface AnswerContext {
  readonly classes: ClassNames | undefined;
  readonly explanation?: ExplanationAnswer | undefined;
  readonly intervals?: readonly (readonly [number, number])[] | undefined;
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

/** Lists of `width` numbers each. */
function linesOf(values: Float64Array, width: number): number[][] {
  const lines = new Array<number[]>(values.length / width);
  for (let row = 0; row < lines.length; row++) {
    const line = new Array<number>(width);
    for (let place = 0; place < width; place++) line[place] = values[row * width + place] ?? NaN;
    lines[row] = line;
  }
  return lines;
}

export function scoreAnswer(predictions: Predictions, context: AnswerContext): ScoreAnswer {
  const { prediction, probability, probabilities } = predictions;
  const { classes, explanation, intervals, model, requestId } = context;
  const result = plainArray(prediction);
  const explained = { ...(intervals && { intervals }), ...(explanation && { explanation }) };
  if (classes !== undefined && probabilities !== undefined) {
    const lines = linesOf(probabilities, classes.length);
    return { result, classes, probabilities: lines, ...explained, model, requestId };
  }
  if (classes === undefined || probability === undefined) return { result, ...explained, model, requestId };
  return { result, classes, probabilities: bothProbabilities(probability), ...explained, model, requestId };
}
