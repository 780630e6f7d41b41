import {
  featuresOf,
  targetOf,
  type ColumnDefinition,
  type ModelDefinition,
} from "../../platform/definition/definition";
import { PlatformError } from "../../platform/base/errors";
import { signatureOf } from "../../platform/model/signature";
import { identifier, literal, type SqlEngine } from "../../platform/sql/engine";
import type { Coefficients, Design } from "./design";
import type { FittedModel, TrainerInput } from "./trainer";
import type { LinearParameters, LinearPredictor } from "../../platform/onnx/linear-parameters";
import { toOnnx } from "../onnx/linear-graph";
import { multinomialToOnnx } from "../onnx/multinomial-graph";
import {
  encodedNames,
  fitPreprocessing,
  withCoefficients,
  withoutScales,
} from "../preprocessing/preprocessing";
import type { TrainingRows } from "../preprocessing/training-rows";
import { aggregate, double, notFinite } from "../preprocessing/sql";
import { targetSql, weightOf } from "../preprocessing/target";
import { trainingWeight } from "../preprocessing/training-weight";

/** The training rows as a linear trainer sees them. */
export interface LinearProblem {
  readonly design: Design;
  /** Names of the encoded columns, for messages. */
  readonly names: readonly string[];
  /** How many columns repeat others by their making: one of the values of each category. */
  readonly dependencies: number;
}

/** How a linear model sees the rows. */
interface LinearForm {
  /** Whether numbers are standardised, as they are unless said otherwise, or only centred. */
  readonly standardize?: boolean | undefined;
  /** Where it is there, what is fitted is the natural logarithm of the target. */
  readonly link?: LinearParameters["link"] | undefined;
}

/** The training rows as columns, with numbers standardised or only centred, and what is to be known of that. */
async function encode(
  { engine, definition, from }: TrainerInput,
  { standardize = true, link }: LinearForm,
): Promise<{ readonly problem: LinearProblem; readonly warnings: readonly string[] }> {
  await checkTrainingRows(engine, definition, from);
  if (link === "log") await requirePositive(engine, definition, from);
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
      target: link === "log" ? logOf(targetSql(definition)) : targetSql(definition),
    },
    names: encodedNames(preprocessing),
    dependencies: preprocessing.filter(({ kind }) => kind === "category").length,
  };
  return { problem, warnings: fitted.warnings };
}

function predictorOf(
  { design: { preprocessing } }: LinearProblem,
  { intercept, coefficients }: Coefficients,
): LinearPredictor {
  if (![intercept, ...coefficients].every(Number.isFinite)) throw notFinite("A coefficient");
  return { intercept, terms: withCoefficients(preprocessing, coefficients) };
}

/** Fits a linear model by the coefficients that `solve` finds for the encoded columns. */
export async function fitLinear(
  input: TrainerInput,
  solve: (problem: LinearProblem) => Promise<Coefficients>,
  form: LinearForm = {},
): Promise<FittedModel> {
  const { problem, warnings } = await encode(input, form);
  const solved = await solve(problem);
  const linear = {
    signature: signatureOf(input.definition),
    ...predictorOf(problem, solved),
    ...(form.link && { link: form.link }),
  };
  return {
    onnx: toOnnx(linear),
    linear,
    warnings: [...warnings, ...(solved.warnings ?? [])],
    ...(solved.chosen && { chosen: solved.chosen }),
  };
}

/** The same of more than two classes, each of which has coefficients. */
export async function fitLinearClasses(
  input: TrainerInput,
  solve: (problem: LinearProblem) => Promise<readonly Coefficients[]>,
): Promise<FittedModel> {
  const { problem, warnings } = await encode(input, {});
  const solved = await solve(problem);
  const multinomial = {
    signature: signatureOf(input.definition),
    predictors: solved.map((one) => predictorOf(problem, one)),
  };
  return {
    onnx: multinomialToOnnx(multinomial),
    multinomial,
    warnings: [...warnings, ...solved.flatMap((one) => one.warnings ?? [])],
  };
}

/** NULL of what has none, as rows that are not trained on may have. */
function logOf(target: string): string {
  return `CASE WHEN ${target} > 0 THEN ln(${target}) END`;
}

/** The logarithm is there of what is above 0 alone. */
async function requirePositive(engine: SqlEngine, definition: ModelDefinition, from: string): Promise<void> {
  const target = targetSql(definition);
  const [others = 0, least = NaN] = await aggregate(engine, from, [
    `count(CASE WHEN NOT ${target} > 0 THEN 1 END)`,
    `min(${target})`,
  ]);
  if (others === 0) return;
  throw new PlatformError(
    "TRAINING_FAILED",
    `The target is ${least} in a training row, and not above 0 in ${others}. targetTransform "log" is for targets above 0. Correct the data, leave targetTransform out, or train trees with the loss "poisson".`,
  );
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
      let missing = 0;
      for (let row = 0; row < values.length; row++) if (Number.isNaN(values[row])) missing += 1;
      counts[index] = (counts[index] ?? 0) + missing;
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
