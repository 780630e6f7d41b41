import type { DuckDBConnection, DuckDBDataChunk, DuckDBVector } from "@duckdb/node-api";
import { RowHash } from "./row-hash";

/** Name of the SQL function that hashes its arguments, numbers of 64 bits each, to a UBIGINT. */
export const rowHashFunction = "mlops_row_hash";

/**
 * What a vector of 64-bit numbers holds, as it lies in memory: NULLs are not told from others. The package has it as a property
 * that its types do not show; by its accessors each number would cost a call.
 */
function itemsOf(vector: DuckDBVector): Float64Array | BigUint64Array {
  const { items } = vector as unknown as { readonly items?: unknown };
  if (items instanceof Float64Array || items instanceof BigUint64Array) return items;
  throw new TypeError(`A vector of ${vector.type.toString()} is none of 64-bit numbers.`);
}

const wordsOf = ({ buffer, byteOffset, length }: Float64Array | BigUint64Array): Uint32Array =>
  new Uint32Array(buffer, byteOffset, 2 * length);

/** The columns of a chunk whose query gives doubles alone. */
export function doublesOf(chunk: DuckDBDataChunk): Float64Array[] {
  return Array.from({ length: chunk.columnCount }, (_, column) => {
    const items = itemsOf(chunk.getColumnVector(column));
    if (items instanceof Float64Array) return items;
    throw new TypeError(`Column ${column} of the query is none of doubles.`);
  });
}

/** Makes the function that hashes rows known to all statements of a database. */
export async function registerRowHash(connection: DuckDBConnection): Promise<void> {
  const { ANY, DuckDBScalarFunction, UBIGINT } = await import("@duckdb/node-api");
  const hash = DuckDBScalarFunction.create({
    name: rowHashFunction,
    returnType: UBIGINT,
    varArgsType: ANY,
    specialHandling: true,
    mainFunction(_, input, output) {
      const rows = new RowHash(input.rowCount);
      for (let column = 0; column < input.columnCount; column++)
        rows.add(wordsOf(itemsOf(input.getColumnVector(column))));
      rows.finish(wordsOf(itemsOf(output)));
      output.flush();
    },
  });
  connection.registerScalarFunction(hash);
}
