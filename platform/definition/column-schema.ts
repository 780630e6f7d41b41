import { z } from "zod";
import { closedObject } from "./closed-object";
import { dateFaults, momentOf, numberFaults } from "./date-faults";
import { datePartSchema } from "./date-parts";
import { encodingFaults } from "./encoding-faults";
import { furtherFaults, numberPartSchema, productFaults } from "./number-parts";

/**
 * Names of the columns that the platform adds to the data and of a model's outputs; SQL does not tell case apart. The last one is
 * no name of a property in JavaScript: a service refuses JSON with such a key, as one that means to change other objects.
 */
const reservedNames = ["_row", "_held_out", "prediction", "probability", "__proto__"];

/** The values of a category that is a boolean which may be missing. */
const booleanValues = ["false", "true"] as const;

/** Whether a category's values are those of a boolean, so that it takes all that a boolean takes. */
export function isBooleanCategory({
  type,
  values,
}: {
  readonly type: string;
  readonly values?: readonly string[] | undefined;
}): boolean {
  return (
    type === "category" &&
    values?.length === booleanValues.length &&
    booleanValues.every((value) => values.includes(value))
  );
}

const bound = z.union([z.number(), z.string()]);

export const columnSchema = closedObject({
  /** As in the header of the data. */
  name: z.string().min(1).max(128),
  /** Of an id it says nothing: ids are text, as they are written. */
  type: z.enum(["number", "category", "boolean", "date"]),
  role: z.enum(["feature", "target", "id", "weight"]).default("feature"),
  /** Whether a value may be missing. Missing numbers are imputed with the median, others with the most frequent value. */
  nullable: z.boolean().default(false),
  /** Least and greatest allowed value of a number or a date, both inclusive. Once read, those of a date are seconds since 1970 (UTC). */
  range: z.tuple([bound, bound]).optional(),
  /** The numbers that a model takes of a date. */
  parts: z.array(datePartSchema).min(1).optional(),
  /** What a model takes of a number beside itself. */
  also: z.array(numberPartSchema).min(1).max(20).optional(),
  /**
   * How a category becomes numbers: by its place among `values`, the least first (`rank`), or by the mean target of its rows (`target`);
   * otherwise each value has a number of its own.
   */
  encoding: z.enum(["rank", "target"]).optional(),
  /** Allowed values of a category. Without it any text is allowed, and one not seen in training has no effect. */
  values: z.array(z.string().min(1)).min(1).optional(),
  /** Whole numbers that name the classes of a target, the positive one of two last. Predictions are such numbers. */
  classes: z.array(z.number().int()).min(2).optional(),
  /**
   * What becomes of a value outside of `range` or `values`, in data and in requests: it is refused, or taken with a warning.
   * A category that is taken and that training did not see has no effect.
   */
  outside: z.enum(["refuse", "warn"]).optional(),
  /**
   * Whether values may identify a person: they are not logged, kept in the model directory or shown, and synthetic ones stand in for
   * them where rows are kept.
   */
  personal: z.boolean().optional(),
  /** Unit of measurement, for people. */
  unit: z.string().optional(),
  description: z.string().optional(),
})
  .superRefine((column, context) => {
    const fault = (message: string): void => void context.addIssue({ code: "custom", message });
    for (const message of [...dateFaults(column), ...encodingFaults(column), ...furtherFaults(column)])
      fault(message);
    if (column.range && column.role === "id") {
      fault(`column "${column.name}": an id is text as it is written, so it has no range`);
    } else if (column.range && column.type !== "number" && column.type !== "date") {
      fault(`column "${column.name}": only a number or a date has a range`);
    }
    if (column.range && momentOf(column.range[0]) > momentOf(column.range[1])) {
      fault(`column "${column.name}": range ${column.range[0]}..${column.range[1]} is empty`);
    }
    if (column.values && column.type !== "category")
      fault(`column "${column.name}": only a category has values`);
    if (column.values && new Set(column.values).size < column.values.length) {
      fault(`column "${column.name}": values are listed twice`);
    }
    if (column.outside && !column.range && !column.values) {
      fault(`column "${column.name}": without a range or values nothing is outside; leave "outside" out`);
    }
    if (
      column.outside === "warn" &&
      (column.role === "weight" || (column.role === "target" && column.values))
    ) {
      const what = column.role === "weight" ? "a weight" : "a class of the target";
      fault(`column "${column.name}": ${what} that is outside cannot be used; leave "outside" out`);
    }
    for (const message of classFaults(column)) fault(message);
    for (const message of personalFaults(column)) fault(message);
    if (column.role === "target" && column.nullable)
      fault(`column "${column.name}": the target cannot be nullable`);
    if (column.role === "weight" && column.type !== "number")
      fault(`column "${column.name}": a weight is a number`);
  })
  .transform(withoutMissingBooleans)
  .transform(withMoments);

function classFaults({
  name,
  type,
  role,
  range,
  outside,
  classes,
}: {
  readonly name: string;
  readonly type: string;
  readonly role: string;
  readonly range?: unknown;
  readonly outside?: unknown;
  readonly classes?: readonly number[] | undefined;
}): string[] {
  if (classes === undefined) return [];
  const faults: string[] = [];
  if (role !== "target" || type !== "number") {
    faults.push(
      `column "${name}": only a target that is a number has classes; a category has them as its values`,
    );
  }
  if (new Set(classes).size < classes.length) faults.push(`column "${name}": classes are listed twice`);
  if (range !== undefined || outside !== undefined) {
    faults.push(`column "${name}": its classes say which numbers are allowed; leave range and outside out`);
  }
  return faults;
}

function personalFaults({
  name,
  type,
  role,
  values,
  personal,
}: {
  readonly name: string;
  readonly type: string;
  readonly role: string;
  readonly values?: readonly string[] | undefined;
  readonly personal?: boolean | undefined;
}): string[] {
  if (personal !== true) return [];
  if (role === "target")
    return [`column "${name}": what is predicted is logged and shown, so the target cannot be personal`];
  if (role === "feature" && type === "category" && values === undefined)
    return [
      `column "${name}": a personal category needs values; without them the model itself would hold those that it was trained on. List groups that tell no person, or leave the column out`,
    ];
  return [];
}

/**
 * A boolean that may be missing is a category in all that follows: a model's graph has no third boolean. The same in
 * a definition that was written out and is read again.
 */
function withoutMissingBooleans<Column extends { type: string; nullable: boolean; role: string }>(
  column: Column,
): Column {
  if (column.type !== "boolean" || !column.nullable || column.role !== "feature") return column;
  return { ...column, type: "category", values: [...booleanValues] };
}

export type ColumnOutput = z.output<typeof columnSchema>;

/** A date's range is numbers in all that follows. */
function withMoments<Column extends { range?: readonly [number | string, number | string] | undefined }>(
  column: Column,
): Omit<Column, "range"> & { range?: [number, number] | undefined } {
  const { range, ...others } = column;
  return { ...others, ...(range && { range: [momentOf(range[0]), momentOf(range[1])] }) };
}

/** What is wrong with columns beside each other. */
export function columnFaults({
  columns,
}: {
  readonly columns: readonly Readonly<z.output<typeof columnSchema>>[];
}): string[] {
  const names = columns.map((column) => column.name);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [
    ...[...twice].map((name) => `column "${name}" is defined twice`),
    ...numberFaults(columns),
    ...productFaults(columns),
    ...names.flatMap((name, index) => {
      const other = names
        .slice(0, index)
        .find((one) => one !== name && one.toLowerCase() === name.toLowerCase());
      return [
        ...(other === undefined ? [] : [`columns "${other}" and "${name}" differ in nothing but case`]),
        ...(reservedNames.includes(name.toLowerCase()) ? [`the column name "${name}" is reserved`] : []),
      ];
    }),
  ];
}
