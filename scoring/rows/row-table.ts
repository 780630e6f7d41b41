import { formatTime, isoTimeExamples, parseTime } from "../../platform/base/iso-time";
import { isKeptAsNumber } from "../../platform/definition/model-features";
import { isBooleanCategory } from "../../platform/definition/column-schema";
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
  /** Values outside of their feature's range or list that were taken all the same, by feature; absent when there are none. */
  readonly outside?: ReadonlyMap<string, number>;
}

function isPlainNumber(column: SignatureColumn | undefined): boolean {
  return column?.type === "number" && column.range === undefined;
}

function emptyColumn({ type }: SignatureColumn, rows: number): ColumnValues {
  if (isKeptAsNumber(type)) return new Float64Array(rows);
  return type === "boolean" ? new Uint8Array(rows) : new Array<string>(rows).fill("");
}

function recordValue({ type }: SignatureColumn, values: ColumnValues, row: number): InputValue {
  const value = values[row];
  if (type === "date") return Number.isNaN(value) ? null : formatTime(Number(value));
  if (values instanceof Uint8Array) return value === 1;
  return value === undefined || value === "" || Number.isNaN(value) ? null : value;
}

/** Rows of a table by feature name; null = missing. */
function recordsOf({ inputs }: Signature, { rows, columns }: FeatureTable): Record<string, InputValue>[] {
  return Array.from({ length: rows }, (_, row) => {
    const record: Record<string, InputValue> = {};
    for (const column of inputs) {
      const { name } = column;
      const value = recordValue(column, columns.get(name) ?? [], row);
      // Assigning to "__proto__" would make no property.
      if (name === "__proto__") Object.defineProperty(record, name, { value, enumerable: true });
      else record[name] = value;
    }
    return record;
  });
}

/** `rows` in words, where they are not counted to their end. */
export function tooManyRows(rows: number | string, maxRows: number): RequestProblem {
  return new RequestProblem(
    "TOO_MANY_ROWS",
    `The request has ${rows} rows. At most ${maxRows} are allowed. Send them in several requests.`,
  );
}

/** Throws when a request has more rows than are allowed. */
export function checkRowCount(rows: number, maxRows: number): void {
  if (rows > maxRows) throw tooManyRows(rows, maxRows);
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
  private outside: Map<string, number> | undefined;

  constructor(
    private readonly signature: Signature,
    private readonly rows: number,
  ) {
    this.columns = signature.inputs;
    this.values = signature.inputs.map((column) => emptyColumn(column, rows));
    // Those with a range need a closer look.
    this.numbers = this.values.map((values, position) =>
      isPlainNumber(signature.inputs[position]) && values instanceof Float64Array ? values : undefined,
    );
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
    if (column === undefined || values === undefined) return undefined;
    const fault = storeValue(column, values, row, value);
    if (fault !== taken) return fault;
    (this.outside ??= new Map()).set(column.name, (this.outside.get(column.name) ?? 0) + 1);
    return undefined;
  }

  /** The finished table; throws with every fault when there is one. */
  finish(): InputRows {
    this.faults.throwIfAny();
    const table = { rows: this.rows, columns: new RequestColumns(this.signature, this.values) };
    return {
      table,
      records: () => recordsOf(this.signature, table),
      ...(this.outside && { outside: this.outside }),
    };
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

/** Declared values that a message lists; a feature may have thousands. */
const maxListed = 20;

const listsByValues = new WeakMap<readonly string[], ReadonlySet<string>>();

/** The declared values to look into. They are the same for all requests, so they are made once. */
function listOf(values: readonly string[]): ReadonlySet<string> {
  const known = listsByValues.get(values);
  if (known !== undefined) return known;
  const list = new Set(values);
  listsByValues.set(values, list);
  return list;
}

function describeAllowed(values: readonly string[]): string {
  const more = values.length - maxListed;
  const listed = values.slice(0, maxListed).map(show).join(", ");
  return more > 0 ? `${listed} and ${more} others` : listed;
}

/** What is answered of a value that is outside and was stored. */
const taken = Symbol("taken");

/** Stores a value in its column; answers what is wrong with it, if anything is. */
function storeValue(
  { name, type, nullable, values: allowed, range, outside }: SignatureColumn,
  values: ColumnValues,
  row: number,
  value: unknown,
): string | typeof taken | undefined {
  if (value === null) {
    if (!nullable) return `"${name}" is null. A ${type} is required.`;
    values[row] = isKeptAsNumber(type) ? NaN : "";
    return undefined;
  }
  if (type === "number") {
    if (typeof value !== "number" || !Number.isFinite(value)) {
      return `"${name}" is ${show(value)}. A finite number is required.`;
    }
    values[row] = value;
    if (range === undefined || (value >= range[0] && value <= range[1])) return undefined;
    if (outside === "warn") return taken;
    return `"${name}" is ${show(value)}. ${range[0]} to ${range[1]} is allowed.`;
  } else if (type === "date") {
    const seconds = typeof value === "string" ? parseTime(value) : undefined;
    if (seconds === undefined) {
      return `"${name}" is ${show(value)}. A date or time as ISO 8601 has it is required, such as ${isoTimeExamples}.`;
    }
    values[row] = seconds;
    if (range === undefined || (seconds >= range[0] && seconds <= range[1])) return undefined;
    if (outside === "warn") return taken;
    return `"${name}" is ${show(value)}. ${formatTime(range[0])} to ${formatTime(range[1])} is allowed.`;
  } else if (type === "boolean") {
    if (typeof value !== "boolean") return `"${name}" is ${show(value)}. true or false is required.`;
    values[row] = value ? 1 : 0;
  } else {
    const text =
      typeof value === "boolean" && isBooleanCategory({ type, values: allowed }) ? String(value) : value;
    if (typeof text !== "string") return `"${name}" is ${show(value)}. A string is required.`;
    const isListed = allowed === undefined || listOf(allowed).has(text);
    if (allowed && !isListed && outside !== "warn") {
      return `"${name}" is ${show(value)}. Allowed: ${describeAllowed(allowed)}.`;
    }
    // The model's graph reads "" as missing, so it cannot also be a category.
    if (text === "") return `"${name}" is "". Use null for a missing value, where one is allowed.`;
    const fault = findTextFault(text);
    if (fault !== undefined) return `"${name}" is ${show(text)}, which ${fault}. Send the text without it.`;
    values[row] = text;
    return isListed ? undefined : taken;
  }
  return undefined;
}
