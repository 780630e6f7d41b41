import type { DuckDBConnection, DuckDBDataChunk, DuckDBVector } from "@duckdb/node-api";
import type { FilledColumns, FilledTable } from "../filled-table";
import { hashWords } from "../row-hash";

/** Name of the SQL function that hashes its arguments, numbers of 64 bits each, to a UBIGINT. */
export const rowHashFunction = "mlops_row_hash";

/** Name of the SQL function that gives a value of a filled column: by the column's number and the row's, from 0. */
const filledFunction = "mlops_filled";

type Items = Float64Array | BigUint64Array | BigInt64Array;

/**
 * What a vector of 64-bit numbers holds, as it lies in memory: NULLs are not told from others. The package has it as a property
 * that its types do not show; by its accessors each number would cost a call.
 */
function itemsOf(vector: DuckDBVector): Items {
  const { items } = vector as unknown as { readonly items?: unknown };
  if (items instanceof Float64Array || items instanceof BigUint64Array || items instanceof BigInt64Array)
    return items;
  throw new TypeError(`A vector of ${vector.type.toString()} does not hold 64-bit numbers.`);
}

const wordsOf = ({ buffer, byteOffset, length }: Items): Uint32Array =>
  new Uint32Array(buffer, byteOffset, 2 * length);

/** The columns of a chunk whose query gives doubles alone; NULL is NaN. */
export function doublesOf(chunk: DuckDBDataChunk): Float64Array[] {
  return Array.from({ length: chunk.columnCount }, (_, column) => {
    const vector = chunk.getColumnVector(column);
    const items = itemsOf(vector);
    if (!(items instanceof Float64Array))
      throw new TypeError(`Column ${column} of the query does not hold doubles.`);
    clearNulls(items, validityOf(vector));
    return items;
  });
}

/** A bit for each value, 0 of NULL; null where there is none. */
function validityOf(vector: DuckDBVector): BigUint64Array | null {
  const { validity } = vector as unknown as { readonly validity?: { readonly data?: unknown } };
  const data = validity?.data;
  if (data === null || data instanceof BigUint64Array) return data;
  throw new TypeError(`A vector of ${vector.type.toString()} does not say which of its values are NULL.`);
}

function clearNulls(items: Float64Array, validity: BigUint64Array | null): void {
  if (validity === null) return;
  const words = new Uint32Array(validity.buffer, validity.byteOffset, 2 * validity.length);
  for (let row = 0; row < items.length; row++)
    if ((((words[row >>> 5] ?? 0) >>> (row & 31)) & 1) === 0) items[row] = NaN;
}

/** Makes the function that hashes rows known to all statements of a database. */
export function registerRowHash(connection: DuckDBConnection): void {
  const { ANY, DuckDBScalarFunction, UBIGINT } =
    require("@duckdb/node-api") as typeof import("@duckdb/node-api");
  const hash = DuckDBScalarFunction.create({
    name: rowHashFunction,
    returnType: UBIGINT,
    varArgsType: ANY,
    specialHandling: true,
    mainFunction(_, input, output) {
      const columns = Array.from({ length: input.columnCount }, (_, column) =>
        wordsOf(itemsOf(input.getColumnVector(column))),
      );
      wordsOf(itemsOf(output)).set(hashWords(columns));
      output.flush();
    },
  });
  connection.registerScalarFunction(hash);
}

/** Makes the function that gives values of filled columns known to all statements of a database. */
export function registerFilled(connection: DuckDBConnection, columns: FilledColumns): void {
  const { BIGINT, DOUBLE, DuckDBScalarFunction } =
    require("@duckdb/node-api") as typeof import("@duckdb/node-api");
  const filled = DuckDBScalarFunction.create({
    name: filledFunction,
    returnType: DOUBLE,
    parameterTypes: [BIGINT, BIGINT],
    mainFunction(_, input, output) {
      const [column = 0] = wordsOf(itemsOf(input.getColumnVector(0)));
      const rows = wordsOf(itemsOf(input.getColumnVector(1)));
      const values = itemsOf(output);
      // Rows are numbered from 0 to far below 2^32.
      if (values instanceof Float64Array) columns.read(column, rows, values);
      output.flush();
    },
  });
  connection.registerScalarFunction(filled);
}

/** A SELECT of filled columns by their names, the first of which has the number `first`, and of the row's number, from 1, if it has a name. */
export function selectFilled(
  { columns, rows }: Pick<FilledTable, "columns" | "rows">,
  first: number,
  rowNumber?: string,
): string {
  const values = columns.map((name, index) => `${filledFunction}(${first + index}, range) AS ${name}`);
  const numbers = rowNumber === undefined ? [] : [`range + 1 AS ${rowNumber}`];
  return `SELECT ${[...numbers, ...values].join(", ")} FROM range(${rows})`;
}
