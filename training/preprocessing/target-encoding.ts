import { featuresOf, type ModelDefinition } from "../../platform/definition/definition";
import { replaceTable } from "../../platform/data/source";
import { identifier, type SqlEngine } from "../../platform/sql/engine";
import type { LinearPredictor, Term } from "../../platform/onnx/linear-parameters";
import { aggregate, double } from "./sql";

/** What the values of a category are to a model: numbers of the target's size, or the share of one class. */
export interface TargetEncoding {
  readonly column: string;
  /** The name of the number that stands for it in the training rows. */
  readonly number: string;
  readonly values: readonly string[];
  /** In the order of `values`. */
  readonly numbers: readonly number[];
  /** Of a value that training did not see, and of a missing one: the mean target. */
  readonly other: number;
}

/** Training rows with a number beside each category that is encoded by the target, and what its values are to the model. */
export interface TargetEncoded {
  /** What follows FROM. */
  readonly from: string;
  /** By the name of the category: one, or one for each class of more than two. */
  readonly encodings: ReadonlyMap<string, readonly TargetEncoding[]>;
  /** What a person should know of the columns: whole sentences. */
  readonly warnings: readonly string[];
  /** Makes a table of rows that had no part in it, with the numbers that they have to a model, and says what follows FROM. */
  readonly encode: (from: string) => Promise<string>;
  /** The tables that were made, once they are not needed any more. */
  readonly drop: () => Promise<void>;
}

/** Folds by which a row's number is made without its own target: scikit-learn's number. */
const folds = 5;
/** By multiples of the golden ratio, which fall in with no pattern that rows may have. */
const foldOf = `(((_row * 2654435769) % ${2 ** 32}) % ${folds})`;

/** The names of the numbers that stand for a category in the training rows, by so many targets. */
export function targetNumbers(column: string, targets: number): readonly string[] {
  if (targets === 1) return [`${column}.target`];
  return Array.from({ length: targets }, (_, index) => `${column}.target.${index}`);
}

/** Tables that were made: blocks of a table are kept by its name, so that each has one of its own. */
let made = 0;

/** Rows, and the sum and the sum of squares of their targets, these less a centre. */
interface Sums {
  readonly n: number;
  readonly s: number;
  readonly q: number;
}

interface Moments {
  readonly mean: number;
  readonly variance: number;
}

function momentsOf({ n, s, q }: Sums): Moments {
  const mean = s / n;
  return { mean, variance: Math.max(0, q / n - mean * mean) };
}

const less = (all: Sums, part: Sums): Sums => ({ n: all.n - part.n, s: all.s - part.s, q: all.q - part.q });

/**
 * SQL for the number of a value with `n` rows, by the sums of their targets: its mean, drawn to that of all rows the more, the fewer
 * rows it has and the more their targets differ. As scikit-learn's TargetEncoder with `smooth="auto"` (empirical Bayes).
 */
function shrunkSql({ n, s, q }: Readonly<Record<keyof Sums, string>>, { mean, variance }: Moments): string {
  const own = `(${s} / ${n})`;
  const within = `(greatest(${q} - ${n} * ${own} * ${own}, 0) / ${n})`;
  const weight = `${double(variance)} * ${n}`;
  return `CASE WHEN ${n} > 0 AND ${weight} + ${within} > 0 THEN (${weight} * ${own} + ${within} * ${double(mean)}) / (${weight} + ${within}) ELSE ${double(mean)} END`;
}

/** A target that categories are encoded by. */
interface Summed {
  /** The target less its mean, as SQL: squares of numbers far from zero would lose digits. */
  readonly y: string;
  readonly centre: number;
  readonly byFold: readonly Sums[];
  readonly all: Sums;
}

/** A category by one target, with the table that has its values' numbers. */
interface Part extends Summed {
  readonly column: string;
  readonly number: string;
  readonly table: string;
}

async function summed(engine: SqlEngine, from: string, target: string): Promise<Summed & { rows: number }> {
  const [rows = 0, sum = NaN] = await aggregate(engine, from, ["count(*)", `sum(${target})`]);
  const centre = sum / rows;
  const y = `(${target} - ${double(centre)})`;
  const byFold = await sumsOfFolds(engine, from, y);
  const all = byFold.reduce((total, { n, s, q }) => ({ n: total.n + n, s: total.s + s, q: total.q + q }));
  return { y, centre, byFold, all, rows };
}

/**
 * Encodes the categories that a definition has encoded by the target, a number for each of `targets`. In training, a row's number is made of the rows of other folds:
 * of its own target it would tell what a model is to learn. Rows count once, whatever they weigh. Undefined where there is no such column.
 */
export async function encodeByTarget(
  engine: SqlEngine,
  definition: Pick<ModelDefinition, "columns">,
  { from, targets }: { readonly from: string; readonly targets: readonly string[] },
): Promise<TargetEncoded | undefined> {
  const columns = featuresOf(definition).filter(({ encoding }) => encoding === "target");
  if (columns.length === 0) return undefined;
  const sums: Awaited<ReturnType<typeof summed>>[] = [];
  for (const target of targets) sums.push(await summed(engine, from, target));
  const parts: Part[] = [];
  const encodings = new Map<string, readonly TargetEncoding[]>();
  const warnings: string[] = [];
  for (const { name } of columns) {
    const own: TargetEncoding[] = [];
    const numbers = targetNumbers(name, targets.length);
    for (const [index, { rows, ...of }] of sums.entries()) {
      const number = numbers[index] ?? name;
      const part: Part = { ...of, column: name, number, table: `target_encoding_${(made += 1)}` };
      parts.push(part);
      const { encoding, alone } = await encodingOf(engine, from, part);
      own.push(encoding);
      // The same for each target.
      if (index === 0 && alone * 2 > rows) warnings.push(aloneWarning(name, alone, rows));
    }
    encodings.set(name, own);
  }
  const tables = parts.map(({ table }) => table);
  const encoded = `target_encoded_${(made += 1)}`;
  await replaceTable(engine, encoded, joined(from, parts));
  return {
    from: encoded,
    encodings,
    warnings,
    encode: async (others) => {
      const table = `target_encoded_${(made += 1)}`;
      tables.push(table);
      await replaceTable(engine, table, looked(others, parts));
      return table;
    },
    drop: async () => {
      for (const table of [...tables, encoded]) await engine.run(`DROP TABLE IF EXISTS ${table}`);
    },
  };
}

/** Makes a part's table; answers what its values are, and how many of them have one row. */
async function encodingOf(
  engine: SqlEngine,
  from: string,
  part: Part,
): Promise<{ readonly encoding: TargetEncoding; readonly alone: number }> {
  const { column, number, table, centre, all } = part;
  await makeTable(engine, from, part);
  const found = await engine.rows(
    `SELECT v, min(whole) AS whole, min(all_n) AS n FROM ${table} GROUP BY v ORDER BY v`,
  );
  return {
    alone: found.filter(({ n }) => n === 1).length,
    encoding: {
      column,
      number,
      values: found.map(({ v }) => String(v)),
      numbers: found.map(({ whole }) => centre + Number(whole)),
      other: centre + momentsOf(all).mean,
    },
  };
}

function aloneWarning(column: string, alone: number, rows: number): string {
  return `Column "${column}" has a value of its own in ${alone} of ${rows} training rows; the mean target of one row says nothing of others. Group its values, or leave the column out.`;
}

async function sumsOfFolds(engine: SqlEngine, from: string, y: string): Promise<Sums[]> {
  const inFolds = Array.from({ length: folds }, (_, fold) => `CASE WHEN ${foldOf} = ${fold} THEN ${y} END`);
  const sums = await aggregate(
    engine,
    from,
    inFolds.flatMap((value) => [
      `count(${value})`,
      `coalesce(sum(${value}), 0)`,
      `coalesce(sum(${value} * ${value}), 0)`,
    ]),
  );
  return inFolds.map((_, fold) => {
    const [n = 0, s = 0, q = 0] = sums.slice(3 * fold, 3 * fold + 3);
    return { n, s, q };
  });
}

/** Makes a table of a category's values: for each fold that has some of its rows, the number by other folds, and that by all. */
async function makeTable(
  engine: SqlEngine,
  from: string,
  { table, column, y, byFold, all }: Part,
): Promise<void> {
  const sums = { n: "CAST(count(*) AS DOUBLE)", s: "sum(y)", q: "sum(y * y)" };
  const own = Object.entries(sums).map(([key, sql]) => `${sql} AS ${key}`);
  const over = ["n", "s", "q"].map((key) => `sum(${key}) OVER (PARTITION BY v) AS all_${key}`);
  const others = { n: "(all_n - n)", s: "(all_s - s)", q: "(all_q - q)" };
  const cases = byFold.map(
    (part, fold) => `WHEN ${fold} THEN ${shrunkSql(others, momentsOf(less(all, part)))}`,
  );
  const whole = shrunkSql({ n: "all_n", s: "all_s", q: "all_q" }, momentsOf(all));
  await replaceTable(
    engine,
    table,
    `SELECT v, fold, all_n, CASE fold ${cases.join(" ")} END AS number, ${whole} AS whole FROM (
       SELECT v, fold, n, s, q, ${over.join(", ")} FROM (
         SELECT v, fold, ${own.join(", ")} FROM (
           SELECT ${identifier(column)} AS v, ${foldOf} AS fold, ${y} AS y FROM ${from}) AS read
         WHERE v IS NOT NULL GROUP BY v, fold) AS summed) AS beside`,
  );
}

/** The rows in their order, each with its numbers; a missing category has the mean of other folds. */
function joined(from: string, parts: readonly Part[]): string {
  const fold = foldOf.replace("_row", "rows_of_training._row");
  const numbers = parts.map(({ number, centre, byFold, all }, index) => {
    const means = byFold.map((own, at) => `WHEN ${at} THEN ${double(momentsOf(less(all, own)).mean)}`);
    const mean = `CASE ${fold} ${means.join(" ")} END`;
    return `${double(centre)} + coalesce(e${index}.number, ${mean}) AS ${identifier(number)}`;
  });
  const joins = parts.map(
    ({ table, column }, index) =>
      `LEFT JOIN ${table} AS e${index} ON e${index}.v = rows_of_training.${identifier(column)} AND e${index}.fold = ${fold}`,
  );
  return `SELECT rows_of_training.*, ${numbers.join(", ")} FROM (SELECT * FROM ${from}) AS rows_of_training ${joins.join(" ")} ORDER BY rows_of_training._row`;
}

/** Other rows in their order, each with the numbers by all rows that were encoded; a value that none of them has, has their mean. */
function looked(from: string, parts: readonly Part[]): string {
  const numbers = parts.map(
    ({ number, centre, all }, index) =>
      `${double(centre)} + coalesce(e${index}.number, ${double(momentsOf(all).mean)}) AS ${identifier(number)}`,
  );
  const joins = parts.map(
    ({ table, column }, index) =>
      `LEFT JOIN (SELECT v, min(whole) AS number FROM ${table} GROUP BY v) AS e${index} ON e${index}.v = rows_of_others.${identifier(column)}`,
  );
  return `SELECT rows_of_others.*, ${numbers.join(", ")} FROM (SELECT * FROM ${from}) AS rows_of_others ${joins.join(" ")} ORDER BY rows_of_others._row`;
}

/**
 * A predictor in which categories stand for the numbers that they were encoded by: coefficients times numbers that only depend on the
 * value are a coefficient of the value. That of a value that training did not see is 0, as always; what it adds is in the intercept.
 */
export function withCategories(
  { intercept, terms }: LinearPredictor,
  encodings: ReadonlyMap<string, readonly TargetEncoding[]>,
): LinearPredictor {
  const byNumber = new Map([...encodings.values()].flat().map((encoding) => [encoding.number, encoding]));
  let shift = 0;
  const changed: Term[] = [];
  for (const term of terms) {
    const encoding = term.kind === "number" ? byNumber.get(term.column) : undefined;
    if (term.kind !== "number" || encoding === undefined) {
      changed.push(term);
      continue;
    }
    const { column, values, numbers, other } = encoding;
    const perUnit = term.coefficient / term.scale;
    shift += perUnit * (other - term.mean);
    const own = numbers.map((number) => perUnit * (number - other));
    // The numbers of one category follow each other, and have the same values.
    const before = changed.at(-1);
    if (before?.kind === "category" && before.column === column) {
      const coefficients = before.coefficients.map((value, index) => value + (own[index] ?? NaN));
      changed[changed.length - 1] = { ...before, coefficients };
    } else changed.push({ kind: "category", column, values, coefficients: own });
  }
  return { intercept: intercept + shift, terms: changed };
}
