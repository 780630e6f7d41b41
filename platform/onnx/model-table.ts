import { PlatformError } from "../base/errors";
import type { Signature } from "../model/signature";
import { greatestOfRows } from "../base/softmax";
import { isPositive } from "../metrics/class-labels";
import type { ColumnValues, FeatureTable, Predictions } from "../model/table";

/** The values of a feature. */
export function columnOf({ rows, columns }: FeatureTable, name: string): ColumnValues {
  const values = columns.get(name);
  if (values?.length === rows) return values;
  throw new PlatformError(
    "INPUT_INVALID",
    `Feature "${name}" has ${values?.length ?? 0} values for ${rows} rows. Give one value per row.`,
  );
}

/** What is predicted by the probabilities of more than two classes, row by row. */
export function predictionsOfClasses({ target }: Signature, probabilities: Float64Array): Predictions {
  const classes = target.classes ?? [0, 1];
  const labels = greatestOfRows(probabilities, classes.length);
  const isText = typeof classes[0] === "string";
  return {
    prediction: isText
      ? Array.from(labels, (label) => String(classes[label]))
      : Float64Array.from(labels, (label) => Number(classes[label])),
    probabilities,
  };
}

/** The class that is predicted by the probability of the positive one. */
export function classesOf({ target }: Signature, probabilities: Float64Array): Float64Array | string[] {
  const [negative, positive] = target.classes ?? [0, 1];
  const { threshold } = target;
  if (typeof negative === "string" || typeof positive === "string") {
    return Array.from(probabilities, (value) => String(isPositive(value, threshold) ? positive : negative));
  }
  return probabilities.map((value) => (isPositive(value, threshold) ? positive : negative));
}
