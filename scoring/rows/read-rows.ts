import type { Signature } from "../../platform/model/signature";
import { RequestProblem } from "../problems/problem";
import { compareNames, show } from "./read-faults";
import { readColumns } from "./read-columns";
import { checkRowCount, RowTable, type InputRows } from "./row-table";

export type { InputRows } from "./row-table";

/** Names of properties repeated in a message. */
const maxNames = 20;

function readNamedRow(
  signature: Signature,
  table: RowTable,
  { row, index }: { row: Record<string, unknown>; index: number },
): void {
  const { inputs } = signature;
  let found = 0;
  for (let position = 0; position < inputs.length; position++) {
    const name = inputs[position]?.name ?? "";
    if (!Object.hasOwn(row, name)) continue;
    found += 1;
    table.store(position, index, row[name]);
  }
  const given = Object.keys(row);
  if (found === inputs.length && given.length === found) return;
  const names = inputs.map(({ name }) => name);
  compareNames(given, names, (field, message) => table.faults.add(index, message, field));
}

/** The features in the order of a row's values, when that is not the signature's. */
interface RowOrder {
  readonly names: readonly string[];
  /** `positions[i]` is the position in the signature of a row's i-th value. */
  readonly positions: readonly number[];
}

function readPositionalRow(
  { inputs }: Signature,
  table: RowTable,
  { row, index, order }: { row: readonly unknown[]; index: number; order: RowOrder | undefined },
): void {
  if (row.length !== inputs.length) {
    const names = order?.names ?? inputs.map(({ name }) => name);
    const expected = `${names.length} are required: ${names.join(", ")}.`;
    table.faults.add(index, `${row.length} values are given. ${expected}`);
    return;
  }
  for (let at = 0; at < row.length; at++) table.store(order?.positions[at] ?? at, index, row[at]);
}

/**
 * Rows, each an array of values or an object by name, as a table. Arrays are in the order of `names`, which are all the
 * features; by default that of the signature.
 */
export function readRowArray(
  signature: Signature,
  rows: readonly unknown[],
  names?: readonly string[],
): InputRows {
  const table = new RowTable(signature, rows.length);
  const order = names && {
    names,
    positions: names.map((name) => signature.inputs.findIndex((column) => column.name === name)),
  };
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index];
    if (Array.isArray(row)) readPositionalRow(signature, table, { row, index, order });
    else if (typeof row === "object" && row !== null) {
      readNamedRow(signature, table, { row: row as Record<string, unknown>, index });
    } else {
      const expected = "An array in signature order or an object by name is required.";
      table.faults.add(index, `The row is ${show(row)}. ${expected}`);
    }
    if (table.faults.enough) break;
  }
  return table.finish();
}

/** The body as an object that has no other properties than those named. Throws BODY_INVALID with `expected`. */
export function readObject(
  body: unknown,
  allowed: readonly string[],
  expected: string,
): Record<string, unknown> {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new RequestProblem("BODY_INVALID", `The body is not a JSON object. ${expected}`);
  }
  const strangers = Object.keys(body).filter((key) => !allowed.includes(key));
  if (strangers.length > 0) {
    const names = strangers.slice(0, maxNames).map(show).join(", ");
    const beside = allowed.map((name) => `"${name}"`).join(", ");
    throw new RequestProblem("BODY_INVALID", `The body has ${names} beside ${beside}. ${expected}`);
  }
  return body as Record<string, unknown>;
}

const expected = 'Expected {"data": [...]} with one row for each prediction.';

/** Rows as one dialect's property `what` may hold them: a list of rows, or an object of columns. */
export function readRowsOrColumns(
  signature: Signature,
  data: unknown,
  { what, expected, maxRows }: { what: string; expected: string; maxRows: number },
): InputRows {
  if (typeof data === "object" && data !== null && !Array.isArray(data)) {
    const columns = new Map(Object.entries(data));
    return readColumns(signature, columns, maxRows);
  }
  if (!Array.isArray(data)) {
    const found = data === undefined ? "missing" : `${show(data)}, which is not an array`;
    throw new RequestProblem("BODY_INVALID", `"${what}" is ${found}. ${expected}`);
  }
  if (data.length === 0) throw new RequestProblem("BODY_INVALID", `"${what}" is empty. ${expected}`);
  checkRowCount(data.length, maxRows);
  return readRowArray(signature, data);
}

/**
 * Checks the body of `POST /score` against the signature while it fills the table. `data` is a list of rows, each an array
 * in signature order or an object by name, or an object with a list of values per feature. All faults are in the one
 * problem thrown.
 */
export function readRows(signature: Signature, body: unknown, maxRows: number): InputRows {
  const { data } = readObject(body, ["data"], expected);
  return readRowsOrColumns(signature, data, { what: "data", expected, maxRows });
}
