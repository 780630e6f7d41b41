import type { DuckDBConnection, DuckDBVector } from "@duckdb/node-api";

/** Bytes of a vector of truth values, one each. The package has them as a property that its types do not show; by its accessors each would cost a call. */
function bytesOf(vector: DuckDBVector): Uint8Array {
  const { dataView } = vector as unknown as { readonly dataView?: unknown };
  if (!(dataView instanceof DataView))
    throw new TypeError(`A vector of ${vector.type.toString()} does not hold bytes.`);
  return new Uint8Array(dataView.buffer, dataView.byteOffset, dataView.byteLength);
}

/** Adds rows to a table of one column of truth values, from blocks of 1 and 0. */
export async function appendTruths(
  connection: DuckDBConnection,
  table: string,
  blocks: Iterable<Float64Array>,
): Promise<void> {
  const { BOOLEAN, DuckDBDataChunk } = require("@duckdb/node-api") as typeof import("@duckdb/node-api");
  const appender = await connection.createAppender(table);
  const rowsAtOnce = 2048;
  try {
    for (const values of blocks) {
      for (let from = 0; from < values.length; from += rowsAtOnce) {
        const some = values.subarray(from, from + rowsAtOnce);
        const chunk = DuckDBDataChunk.create([BOOLEAN], some.length);
        const vector = chunk.getColumnVector(0);
        const bytes = bytesOf(vector);
        for (let row = 0; row < some.length; row++) bytes[row] = some[row] ?? 0;
        vector.flush();
        appender.appendDataChunk(chunk);
      }
    }
  } finally {
    appender.closeSync();
  }
}
