import {
  featuresOf,
  targetOf,
  type ColumnDefinition,
  type ModelDefinition,
} from "../../platform/definition/definition";
import { PlatformError } from "../../platform/base/errors";
import { summarise } from "../../platform/kernels/kernels";
import { signatureOf, type Signature } from "../../platform/model/signature";
import type { TargetTransform } from "../../platform/model/target-transform";
import { identifier, literal, type SqlEngine } from "../../platform/sql/engine";
import type { Coefficients, Design } from "./design";
import type { FittedModel, TrainerInput } from "./trainer";
import type { LinearPredictor } from "../../platform/onnx/linear-parameters";
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
import { aggregate, double, notFinite } from "../preprocessing/sql";
import { encodeByTarget, withCategories, type TargetEncoded } from "../preprocessing/target-encoding";
import { weightOf } from "../preprocessing/target";
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
  { engine, definition, from: given }: TrainerInput,
  { standardize = true, transform: method }: LinearForm,
): Promise<EncodedProblem> {
  await checkTrainingRows(engine, definition, given);
  const { sql: target, transform } = await fitTarget(engine, definition, given, method);
  const encoded = await encodeByTarget(engine, definition, { from: given, target });
  const from = encoded?.from ?? given;
  const rows: TrainingRows = { from, weight: weightOf(definition) };
  // What a class counts has no say in how numbers are standardised.
  const weighted = { from, weight: await trainingWeight(engine, definition, from) };
  const fitted = await fitPreprocessing(engine, definition, rows);
  const preprocessing = standardize ? fitted.preprocessing : withoutScales(fitted.preprocessing);
  const problem = {
    design: {
      engine,
      rows: weighted,
      preprocessing,
      target,
    },
    names: encodedNames(preprocessing),
    dependencies: preprocessing.filter(({ kind }) => kind === "category").length,
    encodePart: encoded && ((part: string) => encodeByTarget(engine, definition, { from: part, target })),
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

interface Requirement {
  readonly fault: string;
  /** Condition of the rows that break it; of a number that is missing, its column. */
  readonly broken: string | { readonly missing: string };
}

function requirementsOf(definition: ModelDefinition): Requirement[] {
  const target = targetOf(definition);
  const weight = definition.columns.find(({ role }) => role === "weight");
  const notMissing = ({ name, type }: ColumnDefinition): Requirement => ({
    fault: `column "${name}" is missing`,
    broken: type === "number" ? { missing: identifier(name) } : `${identifier(name)} IS NULL`,
  });
  return [
    ...[...featuresOf(definition), target, ...(weight ? [weight] : [])]
      .filter(({ nullable, role }) => !nullable || role !== "feature")
      .map(notMissing),
    ...featuresOf(definition).flatMap(({ name, values, outside }) =>
      values && outside !== "warn"
        ? [
            {
              fault: `column "${name}" is none of its values`,
              broken: `${identifier(name)} NOT IN (${values.map(literal).join(", ")})`,
            },
          ]
        : [],
    ),
    ...(target.values
      ? [
          {
            fault: `target "${target.name}" is none of its values`,
            broken: `${identifier(target.name)} NOT IN (${target.values.map(literal).join(", ")})`,
          },
        ]
      : []),
    ...(target.classes
      ? [
          {
            fault: `target "${target.name}" is none of its classes`,
            broken: `${identifier(target.name)} NOT IN (${target.classes.map(double).join(", ")})`,
          },
        ]
      : []),
    ...(weight
      ? [{ fault: `weight "${weight.name}" is negative`, broken: `${identifier(weight.name)} < 0` }]
      : []),
  ];
}

/** In how many rows each requirement is broken: numbers are looked at in their blocks, which are read again, and the rest by the engine. */
async function countBroken(
  engine: SqlEngine,
  from: string,
  {
    requirements,
    weight,
  }: { readonly requirements: readonly Requirement[]; readonly weight: string | undefined },
): Promise<{
  readonly rows: number;
  readonly weights: number;
  readonly broken: ReadonlyMap<Requirement, number>;
}> {
  const broken = new Map<Requirement, number>();
  const numbers: { requirement: Requirement; column: string }[] = [];
  const others: { requirement: Requirement; condition: string }[] = [];
  for (const requirement of requirements) {
    const { broken: how } = requirement;
    if (typeof how === "string") others.push({ requirement, condition: how });
    else numbers.push({ requirement, column: how.missing });
  }
  const counts = numbers.map(() => 0);
  const columns = numbers.map(({ column }) => column);
  for await (const block of engine.blocks(columns, from, { again: true })) {
    for (const index of counts.keys()) {
      const values = block[index] ?? new Float64Array();
      counts[index] = (counts[index] ?? 0) + values.length - summarise(values).count;
    }
  }
  numbers.forEach(({ requirement }, index) => broken.set(requirement, counts[index] ?? 0));
  const [rows = 0, weights = NaN, ...found] = await aggregate(engine, from, [
    "count(*)",
    weight ? `sum(${weight})` : "CAST(count(*) AS DOUBLE)",
    ...others.map(({ condition }) => `count(CASE WHEN ${condition} THEN 1 END)`),
  ]);
  others.forEach(({ requirement }, index) => broken.set(requirement, found[index] ?? 0));
  return { rows, weights, broken };
}

/** The sums would leave such rows out without a word; the data checks find them earlier and show them. */
export async function checkTrainingRows(
  engine: SqlEngine,
  definition: ModelDefinition,
  from: string,
): Promise<void> {
  const requirements = requirementsOf(definition);
  const { rows, weights, broken } = await countBroken(engine, from, {
    requirements,
    weight: weightOf(definition),
  });
  if (rows === 0) {
    throw new PlatformError(
      "TRAINING_FAILED",
      "There are no training rows. Some are needed. Give more data, or hold out a smaller fraction.",
    );
  }
  const faults = requirements.flatMap((requirement) => {
    const count = broken.get(requirement) ?? 0;
    return count > 0 ? [`${requirement.fault} in ${count} of ${rows} training rows`] : [];
  });
  if (faults.length === 0 && !(weights > 0)) faults.push("the weights sum up to 0");
  if (faults.length > 0) {
    throw new PlatformError(
      "TRAINING_FAILED",
      `The data cannot be trained on: ${faults.join("; ")}. Correct the data (\`mlops data check\` shows the rows), or the definition.`,
    );
  }
}
