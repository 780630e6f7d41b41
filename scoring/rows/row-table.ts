import { findTextFault } from "../../platform/model/category-text";
import type { Signature, SignatureColumn } from "../../platform/model/signature";
import type { ColumnValues, FeatureTable } from "../../platform/model/table";
import { RequestProblem } from "../problems/problem";
import { Faults, show } from "./read-faults";
import { RequestColumns } from "./request-columns";

export type InputValue = number | string | boolean | null;

/** The rows of a request, checked: as the model takes them and, for the prediction log, by feature name. */
export interface InputRows {
  readonly table: FeatureTable;
  /** Rows by feature name; null = missing. Made on request, as only descriptions use them. */
  readonly records: () => Record<string, InputValue>[];
}

function emptyColumn({ type }: SignatureColumn, rows: number): ColumnValues {
  if (type === "number") return new Float64Array(rows);
  return type === "boolean" ? new Uint8Array(rows) : new Array<string>(rows).fill("");
}

function recordValue(values: ColumnValues, row: number): InputValue {
  const value = values[row];
  if (values instanceof Uint8Array) return value === 1;
  return value === undefined || value === "" || Number.isNaN(value) ? null : value;
}

/** Rows of a table by feature name; null = missing. */
function recordsOf({ rows, columns }: FeatureTable): Record<string, InputValue>[] {
  return Array.from({ length: rows }, (_, row) => {
    const record: Record<string, InputValue> = {};
    for (const [name, values] of columns) {
      const value = recordValue(values, row);
      // Assigning to "__proto__" would make no property.
      if (name === "__proto__") Object.defineProperty(record, name, { value, enumerable: true });
      else record[name] = value;
    }
    return record;
  });
}

/** Throws when a request has no rows, or more than are allowed. */
export function checkRowCount(rows: number, maxRows: number): void {
  if (rows > maxRows) {
    throw new RequestProblem(
      "TOO_MANY_ROWS",
      `The request has ${rows} rows. At most ${maxRows} are allowed. Send them in several requests.`,
    );
  }
}

/**
 * The table of a request's rows while it is filled, value by value, each checked against the signature. Nothing is coerced,
 * filled in or left out.
 */
export class RowTable {
  readonly faults = new Faults();
  private readonly columns: readonly SignatureColumn[];
  private readonly values: readonly ColumnValues[];
  /** The same, where the column is of numbers: most values of most models. */
  private readonly numbers: readonly (Float64Array | undefined)[];

  constructor(
    private readonly signature: Signature,
    private readonly rows: number,
  ) {
    this.columns = signature.inputs;
    this.values = signature.inputs.map((column) => emptyColumn(column, rows));
    this.numbers = this.values.map((values) => (values instanceof Float64Array ? values : undefined));
  }

  /** Stores a value of the feature at a position of the signature; null = missing. */
  store(position: number, row: number, value: unknown): void {
    const numbers = this.numbers[position];
    if (numbers !== undefined && typeof value === "number" && value - value === 0) numbers[row] = value;
    else this.storeOther(position, row, value);
  }

  /** Stores a value as `store` does, but answers what is wrong with it, if anything is: the row is then up to the caller. */
  tryStore(position: number, row: number, value: unknown): string | undefined {
    const column = this.columns[position];
    const values = this.values[position];
    return column && values && storeValue(column, values, row, value);
  }

  /** The finished table; throws with every fault when there is one. */
  finish(): InputRows {
    this.faults.throwIfAny();
    const table = { rows: this.rows, columns: new RequestColumns(this.signature, this.values) };
    return { table, records: () => recordsOf(table) };
  }

  /** The first rows alone; what follows them was not wanted after all. */
  first(rows: number): FeatureTable {
    const columns = this.values.map((values) =>
      Array.isArray(values) ? values.slice(0, rows) : values.subarray(0, rows),
    );
    return { rows, columns: new RequestColumns(this.signature, columns) };
  }

  private storeOther(position: number, row: number, value: unknown): void {
    const fault = this.tryStore(position, row, value);
    if (fault !== undefined) this.faults.add(row, fault, this.columns[position]?.name);
  }
}

/** Stores a value in its column; answers what is wrong with it, if anything is. */
function storeValue(
  { name, type, nullable, values: allowed }: SignatureColumn,
  values: ColumnValues,
  row: number,
  value: unknown,
): string | undefined {
  if (value === null) {
    if (!nullable) return `"${name}" is null. A ${type} is required.`;
    values[row] = type === "number" ? NaN : "";
    return undefined;
  }
  if (type === "number") {
    if (typeof value !== "number" || !Number.isFinite(value)) {
      return `"${name}" is ${show(value)}. A finite number is required.`;
    }
    values[row] = value;
  } else if (type === "boolean") {
    if (typeof value !== "boolean") return `"${name}" is ${show(value)}. true or false is required.`;
    values[row] = value ? 1 : 0;
  } else {
    if (typeof value !== "string") return `"${name}" is ${show(value)}. A string is required.`;
    if (allowed && !allowed.includes(value)) {
      return `"${name}" is ${show(value)}. Allowed: ${allowed.map(show).join(", ")}.`;
    }
    // The model's graph reads "" as missing, so it cannot also be a category.
    if (value === "") return `"${name}" is "". Use null for a missing value, where one is allowed.`;
    const fault = findTextFault(value);
    if (fault !== undefined) return `"${name}" is ${show(value)}, which ${fault}. Send the text without it.`;
    values[row] = value;
  }
  return undefined;
}
