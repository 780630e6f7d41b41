import {
  featuresOf,
  targetOf,
  type ColumnDefinition,
  type ModelDefinition,
} from "../../platform/definition/definition";
import { PlatformError } from "../../platform/base/errors";
import { summarise } from "../../platform/kernels/kernels";
import { identifier, literal, type SqlEngine } from "../../platform/sql/engine";
import type { KnownMoments } from "../preprocessing/moments";
import { aggregate, double } from "../preprocessing/sql";
import { weightOf } from "../preprocessing/target";

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
    countMissing,
  }: {
    readonly requirements: readonly Requirement[];
    readonly weight: string | undefined;
    readonly countMissing: (columns: readonly string[]) => Promise<readonly number[]>;
  },
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
  const counts = await countMissing(numbers.map(({ column }) => column));
  numbers.forEach(({ requirement }, index) => broken.set(requirement, counts[index] ?? 0));
  if (weight === undefined && others.length === 0) {
    const rows = await engine.count(from);
    return { rows, weights: rows, broken };
  }
  const [rows = 0, weights = NaN, ...found] = await aggregate(engine, from, [
    "count(*)",
    weight ? `sum(${weight})` : "CAST(count(*) AS DOUBLE)",
    ...others.map(({ condition }) => `count(CASE WHEN ${condition} THEN 1 END)`),
  ]);
  others.forEach(({ requirement }, index) => broken.set(requirement, found[index] ?? 0));
  return { rows, weights, broken };
}

/** In how many rows each column has no number. */
async function countMissingIn(
  engine: SqlEngine,
  from: string,
  columns: readonly string[],
): Promise<number[]> {
  const counts = columns.map(() => 0);
  for await (const block of engine.blocks(columns, from, { again: true })) {
    for (const index of counts.keys()) {
      const values = block[index] ?? new Float64Array();
      counts[index] = (counts[index] ?? 0) + values.length - summarise(values).count;
    }
  }
  return counts;
}

/**
 * The sums would leave such rows out without a word; the data checks find them earlier and show them. Where moments of the rows will be asked
 * for, they are read on the way.
 */
export async function checkTrainingRows(
  engine: SqlEngine,
  definition: ModelDefinition,
  from: string,
  known?: KnownMoments,
): Promise<void> {
  const requirements = requirementsOf(definition);
  const { rows, weights, broken } = await countBroken(engine, from, {
    requirements,
    weight: weightOf(definition),
    countMissing: async (columns) =>
      known
        ? (await known.read(columns.map((sql) => ({ sql })))).moments.map(({ missing }) => missing)
        : countMissingIn(engine, from, columns),
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
