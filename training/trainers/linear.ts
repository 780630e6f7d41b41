import type { ModelDefinition } from "../../platform/definition/definition";
import { signatureOf, type Signature } from "../../platform/model/signature";
import type { TargetTransform } from "../../platform/model/target-transform";
import type { Coefficients, Design } from "./design";
import type { FittedModel, TrainerInput } from "./trainer";
import type { LinearPredictor } from "../../platform/onnx/linear-parameters";
import { checkTrainingRows } from "./check-rows";
import { toOnnx } from "../onnx/linear-graph";
import { multinomialToOnnx } from "../onnx/multinomial-graph";
import {
  encodedNames,
  fitPreprocessing,
  withCoefficients,
  withoutScales,
} from "../preprocessing/preprocessing";
import { fitTarget, type TargetMethod } from "../preprocessing/fitted-target";
import type { TrainingRows } from "../preprocessing/training-rows";
import { KnownMoments } from "../preprocessing/moments";
import { notFinite } from "../preprocessing/sql";
import { encodeByTarget, withCategories, type TargetEncoded } from "../preprocessing/target-encoding";
import { encodingTargets, weightOf } from "../preprocessing/target";
import { trainingWeight } from "../preprocessing/training-weight";

/** The training rows as a linear trainer sees them. */
export interface LinearProblem {
  readonly design: Design;
  /** Names of the encoded columns, for messages. */
  readonly names: readonly string[];
  /** How many columns repeat others by their making: one of the values of each category. */
  readonly dependencies: number;
  /** Where categories are encoded by the target: encodes a part of the training rows by itself. */
  readonly encodePart?: ((from: string) => Promise<TargetEncoded | undefined>) | undefined;
}

/** How a linear model sees the rows. */
interface LinearForm {
  /** Whether numbers are standardised, as they are unless said otherwise, or only centred. */
  readonly standardize?: boolean | undefined;
  /** What is fitted in place of the target, where it is something else. */
  readonly transform?: TargetMethod;
}

/** A linear problem, and what its categories that are encoded by the target are. */
interface EncodedProblem {
  readonly problem: LinearProblem;
  readonly warnings: readonly string[];
  readonly encoded?: TargetEncoded | undefined;
  readonly transform?: TargetTransform | undefined;
}

/** The training rows as columns, with numbers standardised or only centred, and what is to be known of that. */
async function encode(
  { engine, definition, from: given, beside }: TrainerInput,
  { standardize = true, transform: method }: LinearForm,
): Promise<EncodedProblem> {
  const known = new KnownMoments(engine, { from: given, weight: weightOf(definition) }, beside);
  await checkTrainingRows(engine, definition, given, known);
  const { sql: target, transform } = await fitTarget(engine, definition, given, method);
  // Of several classes nothing else is fitted than the classes.
  const targets = method === undefined ? encodingTargets(definition) : [target];
  const encoded = await encodeByTarget(engine, definition, { from: given, targets });
  const from = encoded?.from ?? given;
  const rows: TrainingRows = { from, weight: weightOf(definition) };
  // What a class counts has no say in how numbers are standardised.
  const weighted = { from, weight: await trainingWeight(engine, definition, from) };
  const fitted = await fitPreprocessing(engine, definition, rows, known.areOf(rows) ? known : undefined);
  const preprocessing = standardize ? fitted.preprocessing : withoutScales(fitted.preprocessing);
  const problem = {
    design: {
      engine,
      rows: weighted,
      preprocessing,
      target,
      known,
    },
    names: encodedNames(preprocessing),
    dependencies: preprocessing.filter(({ kind }) => kind === "category").length,
    encodePart: encoded && ((part: string) => encodeByTarget(engine, definition, { from: part, targets })),
  };
  return { problem, warnings: [...(encoded?.warnings ?? []), ...fitted.warnings], encoded, transform };
}

/** What the model takes and gives, with the way back from what is fitted. */
function signatureWith(definition: ModelDefinition, transform: TargetTransform | undefined): Signature {
  const signature = signatureOf(definition);
  return transform ? { ...signature, target: { ...signature.target, transform } } : signature;
}

/** Solves a problem, of which tables may have been made. */
async function solved<Solution>(
  { problem, encoded }: EncodedProblem,
  solve: (problem: LinearProblem) => Promise<Solution>,
): Promise<Solution> {
  try {
    return await solve(problem);
  } finally {
    await encoded?.drop();
  }
}

function predictorOf(
  { problem: { design }, encoded }: EncodedProblem,
  { intercept, coefficients }: Coefficients,
): LinearPredictor {
  if (![intercept, ...coefficients].every(Number.isFinite)) throw notFinite("A coefficient");
  const predictor = { intercept, terms: withCoefficients(design.preprocessing, coefficients) };
  return encoded ? withCategories(predictor, encoded.encodings) : predictor;
}

/** Fits a linear model by the coefficients that `solve` finds for the encoded columns. */
export async function fitLinear(
  input: TrainerInput,
  solve: (problem: LinearProblem) => Promise<Coefficients>,
  form: LinearForm = {},
): Promise<FittedModel> {
  const encoding = await encode(input, form);
  const solution = await solved(encoding, solve);
  const linear = {
    signature: signatureWith(input.definition, encoding.transform),
    ...predictorOf(encoding, solution),
    ...(form.transform === "log" && { link: "log" as const }),
  };
  return {
    onnx: toOnnx(linear),
    linear,
    warnings: [...encoding.warnings, ...(solution.warnings ?? [])],
    ...((solution.chosen ?? encoding.transform) && {
      chosen: { ...solution.chosen, ...(encoding.transform && { lambda: encoding.transform.lambda }) },
    }),
  };
}

/** The same of more than two classes, each of which has coefficients. */
export async function fitLinearClasses(
  input: TrainerInput,
  solve: (problem: LinearProblem) => Promise<readonly Coefficients[]>,
): Promise<FittedModel> {
  const encoding = await encode(input, {});
  const solutions = await solved(encoding, solve);
  const multinomial = {
    signature: signatureOf(input.definition),
    predictors: solutions.map((one) => predictorOf(encoding, one)),
  };
  return {
    onnx: multinomialToOnnx(multinomial),
    multinomial,
    warnings: [...encoding.warnings, ...solutions.flatMap((one) => one.warnings ?? [])],
  };
}
