import { closest, distance } from "fastest-levenshtein";
import type { Signature, SignatureColumn } from "../platform/signature";
import type { ColumnValues, FeatureTable } from "../platform/table";
import { RequestProblem, type FieldFault } from "./problem";

export type InputValue = number | string | boolean | null;

/** The rows of a request, checked: as the model takes them and, for the prediction log, by feature name. */
export interface InputRows {
  readonly table: FeatureTable;
  /** Rows by feature name; null = missing. Made when asked for, as only the log wants them. */
  readonly records: () => Record<string, InputValue>[];
}

/** Faults listed in one answer; more are only counted. */
const mostFaults = 20;

class Faults {
  readonly listed: FieldFault[] = [];
  private count = 0;

  add(row: number, message: string, field?: string): void {
    this.count += 1;
    if (this.listed.length < mostFaults)
      this.listed.push({ row, ...(field !== undefined && { field }), message });
  }

  throwIfAny(): void {
    if (this.count === 0) return;
    const more = this.count - this.listed.length;
    const lines = this.listed.map(({ row, message }) => `Row ${row}: ${message}`);
    if (more > 0) lines.push(`${more} more faults are not listed.`);
    throw new RequestProblem("INPUT_INVALID", lines.join(" "), { errors: this.listed });
  }
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  // JSON has no Infinity: a number like 1e400 becomes it while the body is parsed.
  if (typeof value === "number" && !Number.isFinite(value)) return `${value} (the number is too large)`;
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** Stores a value in its column; answers what is wrong with it, if anything is. */
function store(
  column: SignatureColumn,
  values: ColumnValues,
  row: number,
  value: unknown,
): string | undefined {
  if (value === null) {
    if (!column.nullable) return `"${column.name}" is null. A ${column.type} is required.`;
    values[row] = values instanceof Float64Array ? NaN : "";
    return undefined;
  }
  if (values instanceof Float64Array) {
    if (typeof value !== "number" || !Number.isFinite(value)) {
      return `"${column.name}" is ${show(value)}. A finite number is required.`;
    }
    values[row] = value;
  } else if (values instanceof Uint8Array) {
    if (typeof value !== "boolean") return `"${column.name}" is ${show(value)}. true or false is required.`;
    values[row] = value ? 1 : 0;
  } else {
    if (typeof value !== "string") return `"${column.name}" is ${show(value)}. A text is required.`;
    if (column.values && !column.values.includes(value)) {
      return `"${column.name}" is ${show(value)}. Allowed: ${column.values.map(show).join(", ")}.`;
    }
    // The model's graph reads "" as missing, so it cannot also be a category.
    if (value === "") return `"${column.name}" is "". Use null for a missing value, where one is allowed.`;
    values[row] = value;
  }
  return undefined;
}

function emptyColumn(column: SignatureColumn, rows: number): ColumnValues {
  if (column.type === "number") return new Float64Array(rows);
  return column.type === "boolean" ? new Uint8Array(rows) : new Array<string>(rows).fill("");
}

/** The missing feature that a name not in the signature was probably meant to be. */
function meantBy(name: string, missing: readonly string[]): string | undefined {
  if (missing.length === 0) return undefined;
  const lower = name.toLowerCase();
  const sameButCase = missing.find((candidate) => candidate.toLowerCase() === lower);
  if (sameButCase !== undefined) return sameButCase;
  const nearest = closest(name, missing);
  return distance(name, nearest) <= Math.max(1, Math.floor(nearest.length / 3)) ? nearest : undefined;
}

function readNamedRow(
  row: Record<string, unknown>,
  index: number,
  { signature, table, faults }: { signature: Signature; table: FeatureTable; faults: Faults },
): void {
  let found = 0;
  for (const column of signature.inputs) {
    if (!Object.hasOwn(row, column.name)) continue;
    found += 1;
    const values = table.columns.get(column.name);
    const fault = values && store(column, values, index, row[column.name]);
    if (fault !== undefined) faults.add(index, fault, column.name);
  }
  const given = Object.keys(row);
  if (found === signature.inputs.length && given.length === found) return;
  const known = new Set(signature.inputs.map(({ name }) => name));
  const missing = new Set([...known].filter((name) => !Object.hasOwn(row, name)));
  for (const name of given.filter((name) => !known.has(name))) {
    const meant = meantBy(name, [...missing]);
    if (meant !== undefined) missing.delete(meant);
    const hint = meant === undefined ? "Remove it." : `Did you mean "${meant}"?`;
    faults.add(index, `${show(name)} is not a feature of the model. ${hint}`, name);
  }
  for (const name of missing) faults.add(index, `"${name}" is missing.`, name);
}

function readPositionalRow(
  row: readonly unknown[],
  index: number,
  { signature, table, faults }: { signature: Signature; table: FeatureTable; faults: Faults },
): void {
  const { inputs } = signature;
  if (row.length !== inputs.length) {
    const names = inputs.map(({ name }) => name).join(", ");
    faults.add(index, `${row.length} values are given. ${inputs.length} are required: ${names}.`);
    return;
  }
  inputs.forEach((column, position) => {
    const values = table.columns.get(column.name);
    const fault = values && store(column, values, index, row[position]);
    if (fault !== undefined) faults.add(index, fault, column.name);
  });
}

function rowsOf(body: unknown, mostRows: number): readonly unknown[] {
  const expected = 'Expected {"data": [...]} with a row per prediction wanted.';
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new RequestProblem("BODY_INVALID", `The body is not a JSON object. ${expected}`);
  }
  const strangers = Object.keys(body).filter((key) => key !== "data");
  if (strangers.length > 0) {
    const names = strangers.slice(0, mostFaults).map(show).join(", ");
    throw new RequestProblem("BODY_INVALID", `The body has ${names} beside "data". ${expected}`);
  }
  const { data } = body as { data?: unknown };
  if (!Array.isArray(data)) {
    const found = data === undefined ? "missing" : `${show(data)}, which is not an array`;
    throw new RequestProblem("BODY_INVALID", `"data" is ${found}. ${expected}`);
  }
  if (data.length === 0) throw new RequestProblem("BODY_INVALID", `"data" is empty. ${expected}`);
  if (data.length > mostRows) {
    throw new RequestProblem(
      "TOO_MANY_ROWS",
      `The request has ${data.length} rows. At most ${mostRows} are allowed. Send them in several requests.`,
    );
  }
  return data;
}

function recordsOf(signature: Signature, rows: readonly unknown[]): Record<string, InputValue>[] {
  return rows.map((row) =>
    Object.fromEntries(
      signature.inputs.map(({ name }, position) => [
        name,
        (Array.isArray(row) ? row[position] : (row as Record<string, unknown>)[name]) as InputValue,
      ]),
    ),
  );
}

/**
 * Checks a request's body against the signature while it fills the table; a row is an array in signature order
 * or an object by name. Nothing is coerced, filled in or left out; all faults are in the one problem thrown.
 */
export function readRows(signature: Signature, body: unknown, mostRows: number): InputRows {
  const rows = rowsOf(body, mostRows);
  const table = {
    rows: rows.length,
    columns: new Map(signature.inputs.map((column) => [column.name, emptyColumn(column, rows.length)])),
  };
  const faults = new Faults();
  const context = { signature, table, faults };
  rows.forEach((row, index) => {
    if (Array.isArray(row)) readPositionalRow(row, index, context);
    else if (typeof row === "object" && row !== null) {
      readNamedRow(row as Record<string, unknown>, index, context);
    } else {
      faults.add(
        index,
        `The row is ${show(row)}. An array in signature order or an object by name is required.`,
      );
    }
  });
  faults.throwIfAny();
  return { table, records: () => recordsOf(signature, rows) };
}
