import { classNames, type ClassName } from "../../platform/definition/class-names";
import type { ModelDefinition } from "../../platform/definition/definition";
import { targetOf } from "../../platform/definition/definition";
import type { SqlEngine } from "../../platform/sql/engine";
import { double, identifier, literal } from "../../platform/sql/engine";

/** How the amounts of a regression's target are spread, in its unit where there is one. */
export interface AmountFacts {
  readonly task: "regression";
  readonly rows: number;
  readonly min: number;
  readonly mean: number;
  readonly median: number;
  /** The standard deviation of the population. */
  readonly deviation: number;
  /** Of the distances to the median, the mean and the standard deviation. */
  readonly distance: { readonly mean: number; readonly deviation: number };
  /** The third standardised moment, 0 for what is alike to both sides; of the natural logarithms only where all targets are above 0. */
  readonly skewness: { readonly amounts: number; readonly logarithms?: number };
}

/** How many rows each class of a classification's target has, in the order of its classes. */
export interface ClassFacts {
  readonly task: "classification";
  readonly rows: number;
  readonly classes: readonly { readonly name: string; readonly rows: number }[];
}

export type TargetFacts = AmountFacts | ClassFacts;

type Described = Pick<ModelDefinition, "task" | "columns">;

/** Looks at the target of data that was loaded into the table `data`. */
export async function lookAtTarget(engine: SqlEngine, definition: Described): Promise<TargetFacts> {
  return definition.task === "regression"
    ? lookAtAmounts(engine, identifier(targetOf(definition).name))
    : lookAtClasses(engine, definition);
}

async function lookAtAmounts(engine: SqlEngine, y: string): Promise<AmountFacts> {
  const log = `CASE WHEN ${y} > 0 THEN ln(${y}) END`;
  const [first = {}] = await engine.rows(`
    SELECT count(*) AS n, min(${y}) AS least, avg(${y}) AS mean, stddev_pop(${y}) AS deviation, ${engine.dialect.median(y)} AS median,
           avg(${log}) AS log_mean, stddev_pop(${log}) AS log_deviation FROM data`);
  const of = (key: string): number => Number(first[key]);
  const [min, median] = [of("least"), of("median")];
  const distance = `abs(${y} - ${double(median)})`;
  // A power of a number that is standardised already does not overflow.
  const cubed = (value: string, mean: number, deviation: number): string =>
    deviation > 0 ? `avg(power((${value} - ${double(mean)}) / ${double(deviation)}, 3))` : double(0);
  const [second = {}] = await engine.rows(`
    SELECT avg(${distance}) AS distance, stddev_pop(${distance}) AS spread, ${cubed(y, of("mean"), of("deviation"))} AS skewness
           ${min > 0 ? `, ${cubed(log, of("log_mean"), of("log_deviation"))} AS log_skewness` : ""} FROM data`);
  return {
    task: "regression",
    rows: of("n"),
    min,
    mean: of("mean"),
    median,
    deviation: of("deviation"),
    distance: { mean: Number(second.distance), deviation: Number(second.spread) },
    skewness: {
      amounts: Number(second.skewness),
      ...(min > 0 && { logarithms: Number(second.log_skewness) }),
    },
  };
}

async function lookAtClasses(engine: SqlEngine, definition: Described): Promise<ClassFacts> {
  const target = targetOf(definition);
  const column = identifier(target.name);
  const classes = classNames(target);
  const isClass = (name: ClassName, position: number): string => {
    if (target.type === "boolean") return position === 1 ? column : `NOT ${column}`;
    return `${column} = ${typeof name === "number" ? double(name) : literal(name)}`;
  };
  const counts = classes.map(
    (name, position) => `count(CASE WHEN ${isClass(name, position)} THEN 1 END) AS c${position}`,
  );
  const [found = {}] = await engine.rows(`SELECT ${counts.join(", ")} FROM data`);
  const counted = classes.map((name, position) => ({
    name: target.type === "boolean" ? String(position === 1) : String(name),
    rows: Number(found[`c${position}`]),
  }));
  return {
    task: "classification",
    rows: counted.reduce((sum, { rows }) => sum + rows, 0),
    classes: counted,
  };
}
