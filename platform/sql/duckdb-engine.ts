import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { DuckDBConnection, DuckDBInstance, DuckDBResult, DuckDBValue } from "@duckdb/node-api";
import { PlatformError, systemErrorCode } from "../base/errors";
import { blockRows, BlockStore, type StoredReading } from "./block-store";
import { duckDbDialect } from "./duckdb-dialect";
import { doublesOf, DoublesWriter, registerRowHash } from "./duckdb-vectors";
import type { QueryColumn, SqlEngine, SqlRow, SqlValue } from "./engine";

/** Memory for data, in MiB: tables are in a file, of which memory has what is being read. */
const defaultMemoryMiB = 256;

/** Memory for data where nothing may be written, so that all of it is there. */
const memoryMiBWithoutFile = 1024;

/** A new folder that nobody else may read; undefined where nothing may be written, as in a container with a read-only root. */
async function makeFolder(): Promise<string | undefined> {
  const folder = path.join(tmpdir(), `mlops-duckdb-${randomUUID()}`);
  try {
    await mkdir(folder, { mode: 0o700 });
    return folder;
  } catch (error) {
    if (["EROFS", "EACCES", "ENOENT"].includes(systemErrorCode(error) ?? "")) return undefined;
    throw error;
  }
}

function toSqlValue(value: DuckDBValue): SqlValue {
  if (value === null || typeof value === "number" || typeof value === "string" || typeof value === "boolean")
    return value;
  if (typeof value === "bigint") return Number(value);
  if (isDecimal(value)) return value.toDouble();
  return String(value);
}

/** Decimals are what DuckDB makes of a literal such as 1.5, and of sums of decimals. */
function isDecimal(value: unknown): value is { toDouble(): number } {
  return typeof value === "object" && value !== null && "toDouble" in value;
}

/** The same failure in words, if memory, disk or a limit ran out; anything else comes back unchanged. */
function explainShortage(error: unknown): unknown {
  const { message } = error as Error;
  if (/^IO Error: .*File too large/.test(message)) {
    return new PlatformError(
      "STORAGE_FAILED",
      `The data needs a file in ${tmpdir()} that is larger than this process may write. Raise the limit (ulimit -f).`,
      { cause: error },
    );
  }
  if (!/^Out of Memory Error|No space left on device|Disk quota exceeded/.test(message)) return error;
  const [, file] = /^IO Error: .*file "([^"]+)"/.exec(message) ?? [];
  if (file !== undefined && !file.startsWith(tmpdir())) {
    return new PlatformError(
      "STORAGE_FAILED",
      `There is no room for ${file}. Free some space on its disk, or name a file on another.`,
      { cause: error },
    );
  }
  return new PlatformError(
    "STORAGE_FAILED",
    `The data does not fit memory, and ${tmpdir()} has no room for the rest. Free some space there, set TMPDIR to a folder on another disk, or use less data.`,
    { cause: error },
  );
}

async function* rowsOf(result: DuckDBResult): AsyncGenerator<SqlRow[]> {
  const names = result.deduplicatedColumnNames();
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    const columns = names.map((_, index) => chunk.getColumnValues(index));
    yield Array.from({ length: chunk.rowCount }, (_, row) =>
      Object.fromEntries(names.map((name, index) => [name, toSqlValue(columns[index]?.[row] ?? null)])),
    );
  }
}

function firstRows(columns: readonly Float64Array[], rows: number): readonly Float64Array[] {
  return rows >= blockRows ? columns : columns.map((values) => values.subarray(0, rows));
}

function* storedBlocks(
  columns: number,
  reading: StoredReading,
  rows: number,
): Generator<readonly Float64Array[]> {
  const whole = Array.from({ length: columns }, () => new Float64Array(blockRows));
  for (let block = 0, before = 0; before < rows; block++, before += blockRows) {
    const values = firstRows(whole, rows - before);
    reading.read(block, values);
    yield values;
  }
}

/** The embedded engine: one database in a temporary file that lives as long as the object. */
export class DuckDbEngine implements SqlEngine {
  readonly name = "duckdb";
  readonly dialect = duckDbDialect;
  /** Where nothing may be written, there is none. */
  private readonly store: BlockStore | undefined;

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    /** Has the database, and what statements need besides memory; undefined when memory has all. */
    private readonly folder: string | undefined,
  ) {
    this.store = folder === undefined ? undefined : new BlockStore(folder);
  }

  static async open(memoryMiB = defaultMemoryMiB): Promise<DuckDbEngine> {
    const folder = await makeFolder();
    if (folder === undefined) return DuckDbEngine.openIn(undefined, memoryMiBWithoutFile);
    try {
      return await DuckDbEngine.openIn(folder, memoryMiB);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw explainShortage(error);
    }
  }

  private static async openIn(folder: string | undefined, memoryMiB: number): Promise<DuckDbEngine> {
    // Loaded on use: commands that touch no data start without the native library.
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const file = folder === undefined ? ":memory:" : path.join(folder, "data.duckdb");
    const instance = await DuckDBInstance.create(file, {
      // Sums are then added in row order, so that results are equal to the last bit on every run.
      threads: "1",
      memory_limit: `${memoryMiB}MiB`,
      // The default is a folder where the command was called.
      temp_directory: folder === undefined ? "" : path.join(folder, "spill"),
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
    });
    // Without a name it is gone with the process, however that ends. Windows does not allow it.
    if (folder !== undefined) await rm(file).catch(() => undefined);
    const connection = await instance.connect();
    await registerRowHash(connection);
    // The database goes with the engine: nothing is left that would have to be complete.
    await connection.run("PRAGMA disable_checkpoint_on_shutdown");
    return new DuckDbEngine(instance, connection, folder);
  }

  async version(): Promise<string> {
    const [row] = await this.rows("SELECT version() AS version");
    return String(row?.version);
  }

  async run(sql: string): Promise<void> {
    this.store?.clear();
    await this.result(sql);
  }

  async rows(sql: string): Promise<SqlRow[]> {
    const rows: SqlRow[] = [];
    for await (const chunk of rowsOf(await this.result(sql))) rows.push(...chunk);
    return rows;
  }

  async columns(query: string): Promise<QueryColumn[]> {
    const rows = await this.rows(`DESCRIBE ${query}`);
    return rows.map((row) => ({
      name: String(row.column_name),
      type: String(row.column_type),
      singlePrecision: row.column_type === "FLOAT",
      binaryNumber: /^(DOUBLE|FLOAT|U?(TINY|SMALL|BIG)INT|U?INTEGER)$/.test(String(row.column_type)),
    }));
  }

  async *chunks(sql: string): AsyncIterable<SqlRow[]> {
    // A connection of its own: the next statement on one ends the stream that is being read from it.
    const connection = await this.instance.connect();
    try {
      yield* rowsOf(await connection.stream(sql));
    } finally {
      connection.closeSync();
    }
  }

  async *blocks(
    columns: readonly string[],
    from: string,
    options: { readonly again?: boolean } = {},
  ): AsyncIterable<readonly Float64Array[]> {
    const reading = this.store?.begin(columns, from, options);
    try {
      yield* reading?.rows === undefined
        ? this.newBlocks(columns, from, reading)
        : storedBlocks(columns.length, reading, reading.rows);
    } finally {
      reading?.close();
    }
  }

  private async *newBlocks(
    columns: readonly string[],
    from: string,
    reading: StoredReading | undefined,
  ): AsyncGenerator<readonly Float64Array[]> {
    let [block, rows] = [0, 0];
    for await (const values of this.streamBlocks(columns, from, reading?.isStored ?? [])) {
      reading?.read(block, values);
      reading?.write(block, values);
      rows += values[0]?.length ?? 0;
      block += 1;
      yield values;
    }
    reading?.keep(rows);
  }

  /** Blocks of the columns that are not stored; those of the others have their length. */
  private async *streamBlocks(
    columns: readonly string[],
    from: string,
    isStored: readonly boolean[],
  ): AsyncGenerator<readonly Float64Array[]> {
    const whole = columns.map(() => new Float64Array(blockRows));
    const asked = columns.flatMap((column, place) =>
      isStored[place] ? [] : [{ column, target: whole[place] }],
    );
    const numbers = asked.map(
      ({ column }, index) => `COALESCE(CAST(${column} AS DOUBLE), CAST('NaN' AS DOUBLE)) AS c${index}`,
    );
    const connection = await this.instance.connect();
    try {
      const result = await connection.stream(`SELECT ${numbers.join(", ")} FROM ${from}`);
      let filled = 0;
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) break;
        const values = doublesOf(chunk);
        for (let taken = 0; taken < chunk.rowCount;) {
          const count = Math.min(chunk.rowCount - taken, blockRows - filled);
          for (const [index, { target }] of asked.entries())
            target?.set(values[index]?.subarray(taken, taken + count) ?? [], filled);
          [taken, filled] = [taken + count, filled + count];
          if (filled < blockRows) continue;
          yield whole;
          filled = 0;
        }
      }
      if (filled > 0) yield firstRows(whole, filled);
    } finally {
      connection.closeSync();
    }
  }

  async fill(
    table: string,
    columns: readonly string[],
    blocks: AsyncIterable<readonly Float64Array[]>,
  ): Promise<number> {
    await this.run(`DROP TABLE IF EXISTS ${table}`);
    await this.run(`CREATE TABLE ${table} (${columns.map((column) => `${column} DOUBLE`).join(", ")})`);
    const writer = await DoublesWriter.open(this.connection, table, columns.length);
    try {
      for await (const block of blocks) writer.add(block);
      return writer.rows;
    } finally {
      writer.close();
      this.store?.clear();
    }
  }

  private async result(sql: string): Promise<DuckDBResult> {
    try {
      return await this.connection.run(sql);
    } catch (error) {
      throw explainShortage(error);
    }
  }

  async close(): Promise<void> {
    this.store?.clear();
    this.connection.closeSync();
    this.instance.closeSync();
    if (this.folder !== undefined) await rm(this.folder, { recursive: true, force: true });
  }
}
