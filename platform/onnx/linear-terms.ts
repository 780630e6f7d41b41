import { InputTooLarge } from "./input-too-large";
import { columnOf } from "./model-table";
import type { CategoryTerm, Term } from "./linear-parameters";
import type { Signature } from "../model/signature";
import type { ColumnValues, FeatureTable } from "../model/table";

/** A term with the values of a table's column, ready to be added up. */
export interface PreparedTerm {
  readonly term: Term;
  /** Category: coefficient by value; a missing value ("") has that of the imputed one. */
  readonly coefficients: ReadonlyMap<string, number>;
}

function coefficientsOf({ values, coefficients, imputation }: CategoryTerm): Map<string, number> {
  const byValue = new Map(values.map((value, index) => [value, coefficients[index] ?? NaN]));
  const imputed = imputation === undefined ? undefined : byValue.get(imputation);
  if (imputed !== undefined) byValue.set("", imputed);
  return byValue;
}

/** Adds a term's contribution to every `stride`-th number of `sums`, from `offset` on. */
export function addTerm(
  { term, coefficients }: PreparedTerm,
  values: ColumnValues,
  { sums, offset, stride }: { sums: Float64Array; offset: number; stride: number },
): void {
  const rows = values.length;
  if (term.kind === "category") {
    const texts = values as string[];
    for (let row = 0, at = offset; row < rows; row++, at += stride) {
      // As in the graph: a value that was not known in training adds nothing.
      sums[at] = (sums[at] ?? NaN) + (coefficients.get(texts[row] ?? "") ?? 0);
    }
    return;
  }
  const numbers = values as Float64Array | Uint8Array;
  const { coefficient } = term;
  if (term.kind === "boolean") {
    for (let row = 0, at = offset; row < rows; row++, at += stride) {
      sums[at] = (sums[at] ?? NaN) + (numbers[row] ?? NaN) * coefficient;
    }
    return;
  }
  const { mean, scale, imputation = NaN } = term;
  for (let row = 0, at = offset; row < rows; row++, at += stride) {
    const value = numbers[row] ?? NaN;
    sums[at] =
      (sums[at] ?? NaN) + (((Number.isNaN(value) ? imputation : value) - mean) / scale) * coefficient;
  }
}

export function prepareTerm(term: Term): PreparedTerm {
  return {
    term,
    coefficients: term.kind === "category" ? coefficientsOf(term) : new Map<string, number>(),
  };
}

/** Numbers that were computed from a table, `stride` per row. */
interface Computed {
  readonly table: FeatureTable;
  readonly stride: number;
  readonly signature: Signature;
}

/** The rows with a number that is not finite: all parameters are, so a value of the row is too large to be calculated with. */
export function findNotFinite(
  numbers: Float64Array,
  { table, stride, signature }: Computed,
): InputTooLarge[] {
  const found: InputTooLarge[] = [];
  for (let row = 0; row < table.rows; row++) {
    if (!numbers.subarray(row * stride, (row + 1) * stride).every(Number.isFinite))
      found.push(tooLarge(signature, table, row));
  }
  return found;
}

/** Throws INPUT_INVALID for the first of those rows. */
export function assertFinite(numbers: Float64Array, { table, stride, signature }: Computed): void {
  for (let index = 0; index < numbers.length; index++) {
    if (Number.isFinite(numbers[index])) continue;
    throw tooLarge(signature, table, Math.floor(index / stride));
  }
}

function tooLarge({ inputs }: Signature, table: FeatureTable, row: number): InputTooLarge {
  let field = "";
  let largest = -1;
  for (const { name, type } of inputs) {
    const size = type === "number" ? Math.abs(Number(columnOf(table, name)[row])) : -1;
    if (size > largest) [field, largest] = [name, size];
  }
  return new InputTooLarge(
    row,
    field,
    `"${field}" is ${columnOf(table, field)[row]}. The model has no finite prediction for so large a number. Correct it.`,
  );
}
