import { PlatformError } from "../base/errors";
import type { Signature } from "../model/signature";
import type { ColumnValues, FeatureTable } from "../model/table";

/** The values of a feature. */
export function columnOf({ rows, columns }: FeatureTable, name: string): ColumnValues {
  const values = columns.get(name);
  if (values?.length === rows) return values;
  throw new PlatformError(
    "INPUT_INVALID",
    `Feature "${name}" has ${values?.length ?? 0} values for ${rows} rows. Give one value per row.`,
  );
}

/** The class that is predicted by the probability of the positive one. */
export function classesOf({ target }: Signature, probabilities: Float64Array): Float64Array | string[] {
  const [negative, positive] = target.classes ?? [0, 1];
  if (typeof negative === "string" || typeof positive === "string") {
    return Array.from(probabilities, (value) => String(value > 0.5 ? positive : negative));
  }
  return probabilities.map((value) => (value > 0.5 ? positive : negative));
}
