import { ArithmeticTable } from "../base/arithmetic";
import { columnNumbers } from "../definition/column-numbers";
import { columnPositions, modelFeatures, type ModelFeature } from "../definition/model-features";
import type { Signature, SignatureColumn } from "./signature";
import type { FeatureTable } from "./table";

/** A signature, as far as its columns become numbers. */
interface FittedInputs {
  readonly features: readonly ModelFeature<SignatureColumn>[];
  /** For each feature the position of the input that it is made of. */
  readonly positions: readonly number[];
  readonly hasNumbers: boolean;
}

const fittedBySignature = new WeakMap<Signature["inputs"], FittedInputs>();

/** What a model with these inputs is fitted to. It is the same for all requests, so it is found out once. */
export function fittedInputs({ inputs }: Pick<Signature, "inputs">): FittedInputs {
  const known = fittedBySignature.get(inputs);
  if (known) return known;
  const found = {
    features: modelFeatures(inputs),
    positions: columnPositions(inputs),
    hasNumbers: inputs.some((column) => columnNumbers(column).length > 0),
  };
  fittedBySignature.set(inputs, found);
  return found;
}

/** The signature of a model that takes the numbers that columns become in place of those. */
export function fittedSignature(signature: Signature): Signature {
  const { features, hasNumbers } = fittedInputs(signature);
  return hasNumbers ? { ...signature, inputs: features } : signature;
}

/** A table with the numbers that its columns become beside what it has; the table itself where there are none. */
export function withColumnNumbers(signature: Pick<Signature, "inputs">, table: FeatureTable): FeatureTable {
  if (!fittedInputs(signature).hasNumbers) return table;
  const columns = new Map(table.columns);
  const arithmetic = new ArithmeticTable(
    table.rows,
    (name) => table.columns.get(name) ?? new Float64Array(table.rows).fill(NaN),
  );
  for (const { name, expression } of signature.inputs.flatMap(columnNumbers)) {
    columns.set(name, arithmetic.evaluate(expression));
  }
  return { rows: table.rows, columns };
}
