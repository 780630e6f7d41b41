import { ArithmeticTable } from "../base/arithmetic";
import { dateNumbers } from "../definition/date-parts";
import { columnPositions, modelFeatures, type ModelFeature } from "../definition/model-features";
import type { Signature, SignatureColumn } from "./signature";
import type { ColumnValues, FeatureTable } from "./table";

/** A signature, as far as its dates become numbers. */
interface FittedInputs {
  readonly features: readonly ModelFeature<SignatureColumn>[];
  /** For each feature the position of the input that it is made of. */
  readonly positions: readonly number[];
  readonly hasDates: boolean;
}

const fittedBySignature = new WeakMap<Signature["inputs"], FittedInputs>();

/** What a model with these inputs is fitted to. It is the same for all requests, so it is found out once. */
export function fittedInputs({ inputs }: Pick<Signature, "inputs">): FittedInputs {
  const known = fittedBySignature.get(inputs);
  if (known) return known;
  const found = {
    features: modelFeatures(inputs),
    positions: columnPositions(inputs),
    hasDates: inputs.some(({ type }) => type === "date"),
  };
  fittedBySignature.set(inputs, found);
  return found;
}

/** The signature of a model that takes the numbers that dates become in place of the dates. */
export function fittedSignature(signature: Signature): Signature {
  const { features, hasDates } = fittedInputs(signature);
  return hasDates ? { ...signature, inputs: features } : signature;
}

function numbersOf(values: ColumnValues | undefined, rows: number): Float64Array {
  if (values instanceof Float64Array) return values;
  // Whoever asks for the number gets to say what is missing.
  return new Float64Array(rows).fill(NaN);
}

/** A table with the numbers that its dates become beside what it has; the table itself where there are no dates. */
export function withDateNumbers(signature: Pick<Signature, "inputs">, table: FeatureTable): FeatureTable {
  if (!fittedInputs(signature).hasDates) return table;
  const columns = new Map(table.columns);
  const arithmetic = new ArithmeticTable(table.rows, (name) =>
    numbersOf(table.columns.get(name), table.rows),
  );
  for (const { name, expression } of signature.inputs.flatMap(dateNumbers)) {
    columns.set(name, arithmetic.evaluate(expression));
  }
  return { rows: table.rows, columns };
}
