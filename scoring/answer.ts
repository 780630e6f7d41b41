import type { Signature } from "../platform/signature";
import type { Predictions } from "../platform/table";

/** What `POST /score` answers. */
export interface ScoreAnswer {
  /** A prediction per row, in row order. */
  readonly result: readonly (number | string)[];
  /** Classification: the two classes, negative first. */
  readonly classes?: readonly [string | number, string | number];
  /** Classification: probabilities per row, in the order of `classes`; they sum to 1. */
  readonly probabilities?: readonly (readonly [number, number])[];
  /** `name:version`. */
  readonly model: string;
  readonly requestId: string;
}

export function scoreAnswer(
  { prediction, probability }: Predictions,
  { signature, model, requestId }: { signature: Signature; model: string; requestId: string },
): ScoreAnswer {
  const { classes } = signature.target;
  return {
    result: Array.from<number | string>(prediction),
    ...(classes && { classes }),
    ...(probability && {
      probabilities: Array.from(probability, (positive) => [1 - positive, positive] as const),
    }),
    model,
    requestId,
  };
}
