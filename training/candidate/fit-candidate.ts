import { PlatformError } from "../../platform/base/errors";
import { fitsLogarithm } from "../../platform/definition/trainers";
import type { ScoredRows } from "../../platform/metrics/evaluation";
import { signatureOf, type Signature } from "../../platform/model/signature";
import { assertNotInterrupted } from "../../platform/http/retries";
import { chooseThreshold } from "../evaluation/choose-threshold";
import { calibrated, fitPlatt, type Calibration } from "../evaluation/fit-platt";
import { calibratedByLevels, fitIsotonic } from "../evaluation/fit-isotonic";
import type { IsotonicCalibration } from "../../platform/model/isotonic-calibration";
import { conformalInterval } from "../evaluation/conformal-interval";
import { scoreFitted } from "../evaluation/score-fitted";
import { toOnnx } from "../onnx/linear-graph";
import { treesToOnnx } from "../onnx/tree-graph";
import type { FittedModel, SignedModel, TrainerInput } from "../trainers/trainer";
import { fitModel } from "../trainers/trainers";

/** Rows behind each other. */
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
  const { folds: makeFolds } = input;
  const folds = await makeFolds?.();
  if (makeFolds === undefined || folds === undefined) {
    throw new PlatformError(
      "TRAINING_FAILED",
      "There are no folds to calibrate probabilities, choose a threshold or measure intervals on. Take these out of the definition.",
    );
  }
  const signature = signatureOf(input.definition);
  const parts: ScoredRows[] = [];
  for (let fold = 0; fold < folds.count; fold++) {
    assertNotInterrupted(input.signal);
    const from = folds.rows(fold, "training");
    const fitted = await fitModel({ ...input, folds: () => makeFolds(from), from });
    parts.push(await scoreFitted(input, { ...fitted, signature }, folds.rows(fold, "validation")));
  }
  return joined(parts);
}

/** What is learned of a model's predictions. */
interface Learned {
  readonly interval?: Signature["target"]["interval"] | undefined;
  readonly calibration?: Calibration | undefined;
  readonly isotonic?: IsotonicCalibration | undefined;
  readonly threshold?: number | undefined;
}

/** Calibrated log-odds are a multiple of the model's own and a constant: so are the numbers that it is made of. */
function recalibrated(fitted: FittedModel, { slope, intercept }: Calibration): FittedModel {
  const { linear, trees } = fitted;
  return {
    ...fitted,
    ...(linear && {
      linear: {
        ...linear,
        intercept: slope * linear.intercept + intercept,
        terms: linear.terms.map((term) =>
          term.kind === "category"
            ? { ...term, coefficients: term.coefficients.map((value) => slope * value) }
            : { ...term, coefficient: slope * term.coefficient },
        ),
      },
    }),
    ...(trees && {
      trees: {
        ...trees,
        bases: trees.bases.map((base) => slope * base + intercept),
        trees: { ...trees.trees, leafValues: trees.trees.leafValues.map((value) => slope * value) },
      },
    }),
  };
}

/** A model with what was learned of its predictions, in its parameters, its signature and its file. */
function withLearned(fitted: FittedModel, signature: Signature, learned: Learned): SignedModel {
  const { calibration, isotonic, threshold, interval } = learned;
  const learnedSignature: Signature = {
    ...signature,
    target: {
      ...signature.target,
      ...(threshold !== undefined && { threshold }),
      ...(isotonic && { calibration: isotonic }),
      ...(interval && { interval }),
    },
  };
  const chosen = {
    ...fitted.chosen,
    ...(calibration && {
      calibrationSlope: calibration.slope,
      calibrationIntercept: calibration.intercept,
    }),
    ...(threshold !== undefined && { threshold }),
    ...(interval &&
      ("margin" in interval ? { intervalMargin: interval.margin } : { intervalFactor: interval.factor })),
  };
  const model = calibration ? recalibrated(fitted, calibration) : fitted;
  const linear = model.linear && { ...model.linear, signature: learnedSignature };
  const trees = model.trees && { ...model.trees, signature: learnedSignature };
  const onnx = linear ? toOnnx(linear) : trees && treesToOnnx(trees);
  if (onnx === undefined) throw new TypeError("Only of a model whose parameters are known more is learned.");
  return { ...model, linear, trees, onnx, signature: learnedSignature, chosen };
}

function withCalibration(rows: ScoredRows, { calibration, isotonic }: Learned): ScoredRows {
  if (isotonic) return calibratedByLevels(rows, isotonic);
  return calibration ? calibrated(rows, calibration) : rows;
}

/** A model with the signature that its trainer gave it, which may say how it was fitted. */
function signed(fitted: FittedModel, signature: Signature): SignedModel {
  return { ...fitted, signature: fitted.linear?.signature ?? signature };
}

/**
 * Fits the definition's trainer to the training rows. Where the definition has its probabilities calibrated, a rule for a
 * threshold, or intervals, that is learned first, from predictions of models that had not seen the rows, which takes a fit for each fold more. The
 * threshold is one of calibrated probabilities. Held-out rows have no part in it.
 */
export async function fitCandidate(input: TrainerInput): Promise<SignedModel> {
  const { definition } = input;
  const signature = signatureOf(definition);
  const { calibration: method, threshold: rule, intervals } = definition;
  if (method === undefined && rule === undefined && intervals === undefined)
    return signed(await fitModel(input), signature);
  const unseen = await scoreUnseen(input);
  const calibration = method === "platt" ? fitPlatt(unseen) : undefined;
  const isotonic = method === "isotonic" ? fitIsotonic(unseen) : undefined;
  const threshold = rule && chooseThreshold(withCalibration(unseen, { calibration, isotonic }), rule);
  const interval =
    intervals &&
    conformalInterval(unseen, {
      coverage: intervals.coverage,
      scale: fitsLogarithm(definition.trainer) ? "ratio" : "difference",
    });
  const fitted = await fitModel(input);
  return withLearned(fitted, signed(fitted, signature).signature, {
    calibration,
    isotonic,
    threshold,
    interval,
  });
}
