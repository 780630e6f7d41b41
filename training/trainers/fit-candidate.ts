import { PlatformError } from "../../platform/base/errors";
import type { ScoredRows } from "../../platform/metrics/evaluation";
import { signatureOf, type Signature } from "../../platform/model/signature";
import { assertNotInterrupted } from "../../platform/http/retries";
import { chooseThreshold } from "../evaluation/choose-threshold";
import { scoreFitted } from "../evaluation/score-fitted";
import { toOnnx } from "../onnx/linear-graph";
import { treesToOnnx } from "../onnx/tree-graph";
import type { FittedModel, SignedModel, TrainerInput } from "./trainer";
import { fitModel } from "./trainers";

/** Rows of two classes behind each other. */
function joined(parts: readonly ScoredRows[]): ScoredRows {
  const join = (lists: readonly (Float64Array | undefined)[]): Float64Array =>
    Float64Array.from(lists.flatMap((list) => Array.from(list ?? [])));
  return {
    actual: join(parts.map(({ actual }) => actual)),
    predicted: join(parts.map(({ predicted }) => predicted)),
    ...(parts.some(({ weights }) => weights) && { weights: join(parts.map(({ weights }) => weights)) }),
  };
}

/** Training rows scored by models that had not seen them: in turn each fold by a model of the others. */
async function scoreUnseen(input: TrainerInput): Promise<ScoredRows> {
  const folds = await input.folds?.();
  if (folds === undefined) {
    throw new PlatformError(
      "TRAINING_FAILED",
      "There are no folds to choose a threshold on. Take threshold out of the definition.",
    );
  }
  const signature = signatureOf(input.definition);
  const parts: ScoredRows[] = [];
  for (let fold = 0; fold < folds.count; fold++) {
    assertNotInterrupted(input.signal);
    const fitted = await fitModel({ ...input, folds: undefined, from: folds.rows(fold, "training") });
    parts.push(await scoreFitted(input, { ...fitted, signature }, folds.rows(fold, "validation")));
  }
  return joined(parts);
}

/** The same model, which calls a row positive above another probability. */
export function withThreshold(fitted: FittedModel, signature: Signature, threshold: number): SignedModel {
  const signed = { ...signature, target: { ...signature.target, threshold } };
  const chosen = { ...fitted.chosen, threshold };
  if (fitted.linear) {
    const linear = { ...fitted.linear, signature: signed };
    return { ...fitted, linear, onnx: toOnnx(linear), signature: signed, chosen };
  }
  if (fitted.trees) {
    const trees = { ...fitted.trees, signature: signed };
    return { ...fitted, trees, onnx: treesToOnnx(trees), signature: signed, chosen };
  }
  throw new TypeError("Only a model whose parameters are known is given a threshold.");
}

/**
 * Fits the definition's trainer to the training rows. Where the definition has a rule for a threshold, it is chosen first, on
 * predictions of models that had not seen the rows, which takes a fit for each fold more. Held-out rows have no part in it.
 */
export async function fitCandidate(input: TrainerInput): Promise<SignedModel> {
  const { definition } = input;
  const signature = signatureOf(definition);
  if (definition.threshold === undefined) return { ...(await fitModel(input)), signature };
  const threshold = chooseThreshold(await scoreUnseen(input), definition.threshold);
  return withThreshold(await fitModel(input), signature, threshold);
}
