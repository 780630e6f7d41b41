import {
  featuresOf,
  targetOf,
  type ColumnDefinition,
  type ModelDefinition,
} from "../../platform/definition/definition";
import { PlatformError } from "../../platform/base/errors";
import { signatureOf } from "../../platform/model/signature";
import { identifier, literal, type SqlEngine } from "../../platform/sql/engine";
import type { LinearParameters } from "../../platform/onnx/linear-parameters";
import { fitLogistic } from "./logistic";
import {
  encodedColumns,
  encodedNames,
  fitPreprocessing,
  withCoefficients,
  type TrainingRows,
} from "../preprocessing/preprocessing";
import { fitRidge } from "./ridge";
import { aggregate, double, notFinite } from "../preprocessing/sql";
import { targetSql, weightOf } from "../preprocessing/target";

/** Fits the definition's ridge or logistic trainer on the rows of `from` (what follows FROM). Equal rows in equal order give an equal model. */
export async function fitLinearModel(
  engine: SqlEngine,
  definition: ModelDefinition,
  from: string,
): Promise<LinearParameters> {
  const { trainer } = definition;
  if (trainer.kind === "command") {
    throw new PlatformError(
      "TRAINING_FAILED",
      'The trainer "command" is a program of its own. Only "ridge" and "logistic" are fitted here.',
    );
  }
  await checkTrainingRows(engine, definition, from);
  const rows: TrainingRows = { from, weight: weightOf(definition) ?? double(1) };
  const preprocessing = await fitPreprocessing(engine, definition, rows);
  const design = { rows, columns: encodedColumns(preprocessing), target: targetSql(definition) };
  const { intercept, coefficients } =
    trainer.kind === "ridge"
      ? await fitRidge(engine, design, trainer.alpha)
      : await fitLogistic({ engine, design, l2: trainer.l2, names: encodedNames(preprocessing) });
  if (![intercept, ...coefficients].every(Number.isFinite)) throw notFinite("A coefficient");
  return {
    signature: signatureOf(definition),
    intercept,
    terms: withCoefficients(preprocessing, coefficients),
  };
}

interface Requirement {
  readonly fault: string;
  /** Condition of the rows that break it. */
  readonly broken: string;
}

function requirementsOf(definition: ModelDefinition): Requirement[] {
  const target = targetOf(definition);
  const weight = definition.columns.find(({ role }) => role === "weight");
  const notMissing = ({ name }: ColumnDefinition): Requirement => ({
    fault: `column "${name}" is missing`,
    broken: `${identifier(name)} IS NULL`,
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
    ...(weight
      ? [{ fault: `weight "${weight.name}" is negative`, broken: `${identifier(weight.name)} < 0` }]
      : []),
  ];
}

/** The sums would leave such rows out without a word; the data checks find them earlier and show them. */
async function checkTrainingRows(
  engine: SqlEngine,
  definition: ModelDefinition,
  from: string,
): Promise<void> {
  const requirements = requirementsOf(definition);
  const weight = weightOf(definition);
  const [rows = 0, weights = NaN, ...counts] = await aggregate(engine, from, [
    "count(*)",
    weight ? `sum(${weight})` : "CAST(count(*) AS DOUBLE)",
    ...requirements.map(({ broken }) => `count(CASE WHEN ${broken} THEN 1 END)`),
  ]);
  if (rows === 0) {
    throw new PlatformError(
      "TRAINING_FAILED",
      "There are no training rows. Some are needed. Give more data, or hold out a smaller fraction.",
    );
  }
  const faults = requirements.flatMap(({ fault }, index) =>
    (counts[index] ?? 0) > 0 ? [`${fault} in ${counts[index]} of ${rows} training rows`] : [],
  );
  if (faults.length === 0 && !(weights > 0)) faults.push("the weights sum up to 0");
  if (faults.length > 0) {
    throw new PlatformError(
      "TRAINING_FAILED",
      `The data cannot be trained on: ${faults.join("; ")}. Correct the data (\`mlops data check\` shows the rows), or the definition.`,
    );
  }
}
