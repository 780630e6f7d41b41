import type { DuckDBAppender, DuckDBConnection, DuckDBDataChunk, DuckDBVector } from "@duckdb/node-api";
import { hashWords } from "../row-hash";

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

/** The columns of a chunk whose query gives doubles alone; NULL is NaN. */
export function doublesOf(chunk: DuckDBDataChunk): Float64Array[] {
  return Array.from({ length: chunk.columnCount }, (_, column) => {
    const vector = chunk.getColumnVector(column);
    const items = itemsOf(vector);
    if (!(items instanceof Float64Array))
      throw new TypeError(`Column ${column} of the query is none of doubles.`);
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

/** Rows that one chunk of DuckDB has at most. */
const maxChunkRows = 2048;

/** Puts blocks of doubles at the end of a table. */
export class DoublesWriter {
  rows = 0;

  private constructor(
    private readonly appender: DuckDBAppender,
    private readonly chunkOf: (rows: number) => DuckDBDataChunk,
  ) {}

  static async open(connection: DuckDBConnection, table: string, columns: number): Promise<DoublesWriter> {
    const { DOUBLE, DuckDBDataChunk: Chunk } = await import("@duckdb/node-api");
    const types = Array.from({ length: columns }, () => DOUBLE);
    return new DoublesWriter(await connection.createAppender(table), (rows) => Chunk.create(types, rows));
  }

  add(block: readonly Float64Array[]): void {
    const rows = block[0]?.length ?? 0;
    for (let from = 0; from < rows; from += maxChunkRows) {
      const to = Math.min(rows, from + maxChunkRows);
      const chunk = this.chunkOf(to - from);
      for (const [column, values] of block.entries()) {
        const vector = chunk.getColumnVector(column);
        const items = itemsOf(vector);
        if (items instanceof Float64Array) items.set(values.subarray(from, to));
        vector.flush();
      }
      this.appender.appendDataChunk(chunk);
    }
    this.rows += rows;
  }

  close(): void {
    this.appender.closeSync();
  }
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
      const columns = Array.from({ length: input.columnCount }, (_, column) =>
        wordsOf(itemsOf(input.getColumnVector(column))),
      );
      wordsOf(itemsOf(output)).set(hashWords(columns));
      output.flush();
    },
  });
  connection.registerScalarFunction(hash);
}
