import type { Signature } from "../../platform/model/signature";
import { RequestProblem } from "../problems/problem";
import { compareNames, Faults, show } from "./read-faults";
import { checkRowCount, RowTable, type InputRows } from "./row-table";

/** Throws unless there is a list of values for each feature and for nothing else; returns their common length. */
function checkColumns(signature: Signature, columns: ReadonlyMap<string, unknown>, faults: Faults): number {
  const names = signature.inputs.map(({ name }) => name);
  compareNames([...columns.keys()], names, (field, message) => faults.addField(field, message));
  let rows: { readonly name: string; readonly count: number } | undefined;
  for (const name of names) {
    const values = columns.get(name);
    if (!columns.has(name)) continue;
    if (!Array.isArray(values)) {
      faults.addField(name, `"${name}" is ${show(values)}. An array with a value per row is required.`);
    } else if (rows === undefined) {
      rows = { name, count: values.length };
    } else if (rows.count !== values.length) {
      const others = `"${rows.name}" has ${rows.count}`;
      faults.addField(
        name,
        `"${name}" has ${values.length} values, but ${others}. Every feature needs one per row.`,
      );
    }
  }
  faults.throwIfAny();
  return rows?.count ?? 0;
}

/** A list of values per feature, by name, as a table. */
export function readColumns(
  signature: Signature,
  columns: ReadonlyMap<string, unknown>,
  maxRows: number,
): InputRows {
  const rows = checkColumns(signature, columns, new Faults());
  if (rows === 0) {
    throw new RequestProblem("BODY_INVALID", "The features have no values. Expected one value per row.");
  }
  checkRowCount(rows, maxRows);
  const table = new RowTable(signature, rows);
  signature.inputs.forEach(({ name }, position) => {
    const values = columns.get(name) as readonly unknown[];
    for (let row = 0; row < rows && !table.faults.enough; row++) table.store(position, row, values[row]);
  });
  return table.finish();
}
