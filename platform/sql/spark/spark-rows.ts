import type { SqlRow, SqlValue } from "../engine";

/** Values of a column as they are on the wire, and a bit for each, 1 of NULL; bits at the end may not be there. */
interface WireValues {
  readonly values: readonly unknown[];
  readonly nulls?: Uint8Array;
}

/** A column of a result: its values are those of one type, and the others are absent. */
export type WireColumn = Readonly<Record<string, WireValues | null | undefined>>;

/** A column's name and the number of its type in the protocol. */
export interface WireColumnName {
  readonly name: string;
  readonly type: number | undefined;
}

/** DECIMAL_TYPE of the protocol: such numbers are written as text. */
const decimalType = 15;

function valuesOf(column: WireColumn | undefined): WireValues {
  const found = Object.values(column ?? {}).find((values) => values !== null && values !== undefined);
  return found ?? { values: [] };
}

const isNull = (nulls: Uint8Array | undefined, row: number): boolean =>
  (((nulls?.[row >>> 3] ?? 0) >>> (row & 7)) & 1) === 1;

function toSqlValue(value: unknown, type: number | undefined): SqlValue {
  if (typeof value === "string") return type === decimalType ? Number(value) : value;
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (isInt64(value)) return value.toNumber(true);
  return value === null || value === undefined ? null : Buffer.from(value as Uint8Array).toString("utf8");
}

/** Whole numbers of 64 bits come as objects; of what no double is exactly, the nearest is given. */
function isInt64(value: unknown): value is { toNumber(allowImprecise: boolean): number } {
  return typeof value === "object" && value !== null && "toNumber" in value;
}

/** Rows of a piece of a result. */
export function rowsOf(names: readonly WireColumnName[], columns: readonly WireColumn[]): SqlRow[] {
  const read = names.map(({ name, type }, index) => {
    const { values, nulls } = valuesOf(columns[index]);
    return {
      name,
      values: values.map((value, row) => (isNull(nulls, row) ? null : toSqlValue(value, type))),
    };
  });
  return Array.from({ length: read[0]?.values.length ?? 0 }, (_, row) =>
    Object.fromEntries(read.map(({ name, values }) => [name, values[row] ?? null])),
  );
}

/** The same of a result whose columns are doubles, by column; NULL is NaN. */
export function doublesOf(columns: readonly WireColumn[]): Float64Array[] {
  return columns.map((column) => {
    const { values, nulls } = valuesOf(column);
    return Float64Array.from(values, (value, row) => (isNull(nulls, row) ? NaN : Number(value)));
  });
}
