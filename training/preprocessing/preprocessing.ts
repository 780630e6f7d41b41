import {
  featuresOf,
  type ColumnDefinition,
  type ModelDefinition,
} from "../../platform/definition/definition";
import { modelFeatures, type ModelFeature } from "../../platform/definition/model-features";
import { PlatformError } from "../../platform/base/errors";
import { identifier, type SqlEngine } from "../../platform/sql/engine";
import type { BooleanTerm, CategoryTerm, NumberTerm, Term } from "../../platform/onnx/linear-parameters";
import { valuesPerCategory } from "./frequent-values";
import { KnownMoments } from "./moments";
import type { TrainingRows } from "./training-rows";
import { aggregate, notFinite } from "./sql";
import { encodingTargets } from "./target";
import { targetNumbers } from "./target-encoding";

/** Encoded columns a model may have; the cross products grow with their square. */
const maxEncodedColumns = 1500;

type Feature = ModelFeature<ColumnDefinition>;

export type Unfitted<T extends Term> = Omit<T, "coefficient" | "coefficients">;

/** How a feature is made a number or several, without the coefficients. */
export type UnfittedTerm = Unfitted<NumberTerm> | Unfitted<BooleanTerm> | Unfitted<CategoryTerm>;

/** How each feature is; in signature order. */
export type Preprocessing = readonly UnfittedTerm[];

/** A preprocessing with what a person should know of it: whole sentences. */
interface FittedPreprocessing {
  readonly preprocessing: Preprocessing;
  readonly warnings: readonly string[];
}

interface FittedPart {
  readonly part: UnfittedTerm;
  /** Of a category whose values are learned: these, the most frequent first. */
  readonly byFrequency?: readonly string[];
}

/**
 * Imputation, standardisation and one-hot encoding, fitted on the training rows. As scikit-learn's SimpleImputer
 * (median; most frequent, of equally frequent the smallest; both without weights), StandardScaler (weighted mean and
 * population standard deviation after imputation) and OneHotEncoder without a dropped value.
 */
export async function fitPreprocessing(
  engine: SqlEngine,
  definition: ModelDefinition,
  rows: TrainingRows,
  known = new KnownMoments(engine, rows),
): Promise<FittedPreprocessing> {
  const features = modelFeatures(featuresOf(definition)).flatMap((feature) =>
    asNumbersOfTarget(feature, definition),
  );
  const numbers = await fitNumbers(
    engine,
    features.filter(({ type }) => type === "number"),
    { rows, known },
  );
  const fitted: FittedPart[] = [];
  for (const feature of features) {
    const number = numbers.get(feature.name);
    if (number) fitted.push({ part: number });
    else if (feature.type === "boolean") fitted.push({ part: { kind: "boolean", column: feature.name } });
    else fitted.push(await fitCategory(engine, feature, rows));
  }
  return withFrequentValues(fitted);
}

/** A category that is encoded by the target is a number in the training rows, or one for each class of more than two. */
function asNumbersOfTarget(feature: Feature, definition: ModelDefinition): readonly Feature[] {
  if (feature.encoding !== "target") return [feature];
  return targetNumbers(feature.name, encodingTargets(definition).length).map((name) => ({
    ...feature,
    name,
    type: "number",
    nullable: false,
  }));
}

/** Keeps of categories that learn their values so many, the most frequent, that all encoded columns can be fitted. */
function withFrequentValues(fitted: readonly FittedPart[]): FittedPreprocessing {
  const learned = fitted.filter(({ byFrequency }) => byFrequency !== undefined);
  const size = (parts: readonly FittedPart[]): number =>
    parts.reduce((sum, { part }) => sum + sizeOf(part), 0);
  const room = maxEncodedColumns - (size(fitted) - size(learned));
  const kept = valuesPerCategory(
    learned.map(({ part }) => sizeOf(part)),
    room,
  );
  if (kept === undefined || room < 0) throw tooManyColumns(fitted.map(({ part }) => part));
  const shortened = learned.filter(({ part }) => sizeOf(part) > kept).map(({ part }) => part.column);
  return {
    preprocessing: fitted.map(({ part, byFrequency }) => {
      if (part.kind !== "category" || !byFrequency || part.values.length <= kept) return part;
      const frequent = new Set(byFrequency.slice(0, kept));
      return { ...part, values: part.values.filter((value) => frequent.has(value)) };
    }),
    warnings: shortened.map(
      (name) =>
        `Column "${name}" has more than ${kept} values; the ${kept} most frequent have coefficients of their own, and the others none. Group its rare values, or train trees.`,
    ),
  };
}

/** The same with numbers in the units that they have. */
export function withoutScales(preprocessing: Preprocessing): Preprocessing {
  return preprocessing.map((part) => (part.kind === "number" ? { ...part, scale: 1 } : part));
}

async function fitNumbers(
  engine: SqlEngine,
  features: readonly Feature[],
  { rows, known }: { readonly rows: TrainingRows; readonly known: KnownMoments },
): Promise<ReadonlyMap<string, Unfitted<NumberTerm>>> {
  const imputations = new Map<string, number>();
  for (const { name, nullable } of features) {
    // One column per scan: an exact median keeps that column's values in memory.
    if (nullable) imputations.set(name, await median(engine, rows.from, name));
  }
  if (features.length === 0) return new Map();
  const measured = features.map(({ name }) => ({ sql: identifier(name), imputation: imputations.get(name) }));
  const { rows: count, moments } = await known.read(measured);
  return new Map(
    features.map(({ name }, index) => {
      const { mean = NaN, variance = NaN } = moments[index] ?? {};
      finite(mean, `The mean of column "${name}"`);
      finite(variance, `The variance of column "${name}"`);
      const imputation = imputations.get(name);
      const scale = isConstant({ rows: count, mean, variance }) ? 1 : Math.sqrt(variance);
      return [
        name,
        { kind: "number", column: name, ...(imputation !== undefined && { imputation }), mean, scale },
      ];
    }),
  );
}

function finite(value: number, what: string): void {
  if (!Number.isFinite(value)) throw notFinite(what);
}

/** Whether a variance is no more than what rounding leaves of a constant column (StandardScaler's bound). */
function isConstant({ rows, mean, variance }: { rows: number; mean: number; variance: number }): boolean {
  return variance <= rows * Number.EPSILON * variance + (rows * mean * Number.EPSILON) ** 2;
}

async function median(engine: SqlEngine, from: string, name: string): Promise<number> {
  const [value = NaN] = await aggregate(engine, from, [engine.dialect.median(identifier(name))]);
  if (Number.isFinite(value)) return value;
  throw new PlatformError(
    "TRAINING_FAILED",
    `Column "${name}" has no value in the training rows. A feature needs some. Remove it from the definition or fill it.`,
  );
}

async function fitCategory(
  engine: SqlEngine,
  { name, nullable, values: declared, outside }: Feature,
  { from }: TrainingRows,
): Promise<FittedPart> {
  // Values that are taken although no list has them are learned, too.
  const isClosed = declared !== undefined && outside !== "warn";
  if (isClosed && !nullable) return { part: { kind: "category", column: name, values: declared } };
  const column = identifier(name);
  const seen = (
    await engine.rows(
      `SELECT ${column} AS v, count(*) AS n FROM ${from} WHERE ${column} IS NOT NULL
       GROUP BY ${column} ORDER BY n DESC, v LIMIT ${maxEncodedColumns + 1}`,
    )
  ).map(({ v }) => String(v));
  const [mostFrequent] = seen;
  if (mostFrequent === undefined) {
    throw new PlatformError(
      "TRAINING_FAILED",
      `Column "${name}" has no value in the training rows. A feature needs some. Remove it from the definition or fill it.`,
    );
  }
  const part = { kind: "category", column: name, ...(nullable && { imputation: mostFrequent }) } as const;
  if (isClosed) return { part: { ...part, values: declared } };
  return {
    part: { ...part, values: [...new Set([...(declared ?? []), ...seen.toSorted()])] },
    byFrequency: [...new Set([...seen, ...(declared ?? [])])],
  };
}

/** Encoded columns that a preprocessing makes of a feature. */
export function sizeOf(part: UnfittedTerm): number {
  return part.kind === "category" ? part.values.length : 1;
}

function tooManyColumns(preprocessing: Preprocessing): PlatformError {
  const size = preprocessing.reduce((sum, part) => sum + sizeOf(part), 0);
  const largest = preprocessing.reduce((max, part) => (sizeOf(part) > sizeOf(max) ? part : max));
  return new PlatformError(
    "TRAINING_FAILED",
    `The features make ${size} or more encoded columns, of which "${largest.column}" makes ${sizeOf(largest)}. At most ${maxEncodedColumns} can be fitted. Leave features out, declare fewer values, or train trees.`,
  );
}

/** Names of the encoded columns, for people: `age`, `sex=female`. */
export function encodedNames(preprocessing: Preprocessing): string[] {
  return preprocessing.flatMap((part) =>
    part.kind === "category" ? part.values.map((value) => `${part.column}=${value}`) : [part.column],
  );
}

/** The terms with the coefficients of the encoded columns, which are in their order. */
export function withCoefficients(preprocessing: Preprocessing, coefficients: readonly number[]): Term[] {
  let at = 0;
  return preprocessing.map((part): Term => {
    const own = coefficients.slice(at, (at += sizeOf(part)));
    return part.kind === "category"
      ? { ...part, coefficients: own }
      : { ...part, coefficient: own[0] ?? NaN };
  });
}
