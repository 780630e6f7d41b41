import { rm } from "node:fs/promises";
import path from "node:path";
import type { DuckDBConnection, DuckDBInstance, DuckDBResult, DuckDBValue } from "@duckdb/node-api";
import { BlockStore } from "../block-store";
import { FilledColumns, FilledTable } from "../filled-table";
import { FilledTables } from "../filled-tables";
import type { EmbeddedEngine, FileRows, QueryColumn, SqlRow, SqlValue } from "../engine";
import { literal } from "../engine";
import type { NumberSummary } from "../../base/number-summary";
import { makePrivateFolder } from "../private-folder";
import { readBlocks, type Block } from "../read-blocks";
import { duckDbDialect } from "./duckdb-dialect";
import {
  columnNames,
  csvFile,
  parquetFiles,
  parquetRowNumber,
  parquetSchema,
  rowNumber,
} from "./duckdb-files";
import { doublesOf, registerFilled, registerRowHash, selectFilled } from "./duckdb-vectors";
import { appendTruths } from "./duckdb-truths";
import { explainShortage } from "./explain-shortage";

/** Memory for data, in MiB: tables are in a file, of which memory has what is being read. */
const defaultMemoryMiB = 256;

/** Memory for data where nothing may be written, so that all of it is there. */
const memoryMiBWithoutFile = 1024;

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

/** The embedded engine: one database in a temporary file that lives as long as the object. */
export class DuckDbEngine implements EmbeddedEngine {
  readonly name = "duckdb";
  readonly isEmbedded = true;
  readonly rowNumber = rowNumber;
  readonly dialect = duckDbDialect;
  /** Where nothing may be written, there is none. */
  private readonly store: BlockStore | undefined;
  private readonly filledTables = new FilledTables();
  /** By relation, until a table changes: to bind a view of hundreds of columns takes longer than to count. */
  private readonly counts = new Map<string, number>();
  private filledCount = 0;

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    /** Has the database, and what statements need besides memory; undefined when memory has all. */
    private readonly folder: string | undefined,
    private readonly filledColumns: FilledColumns,
  ) {
    this.store = folder === undefined ? undefined : new BlockStore(folder);
  }

  static async open(memoryMiB = defaultMemoryMiB): Promise<DuckDbEngine> {
    const folder = await makePrivateFolder("mlops-duckdb-");
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
    const { DuckDBInstance } = require("@duckdb/node-api") as typeof import("@duckdb/node-api");
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
    registerRowHash(connection);
    const filledColumns = new FilledColumns();
    registerFilled(connection, filledColumns);
    // The database goes with the engine: nothing is left that would have to be complete.
    await connection.run("PRAGMA disable_checkpoint_on_shutdown");
    return new DuckDbEngine(instance, connection, folder, filledColumns);
  }

  async version(): Promise<string> {
    const [row] = await this.rows("SELECT version() AS version");
    return String(row?.version);
  }

  async run(sql: string, { changes = true }: { readonly changes?: boolean } = {}): Promise<void> {
    if (changes) this.forgetRows();
    await this.result(sql);
  }

  async rows(sql: string): Promise<SqlRow[]> {
    const rows: SqlRow[] = [];
    for await (const chunk of rowsOf(await this.result(sql))) rows.push(...chunk);
    return rows;
  }

  async count(from: string): Promise<number> {
    const known = this.counts.get(from) ?? this.filledTables.countPicked(from);
    if (known !== undefined) return known;
    const [row] = await this.rows(`SELECT count(*) AS n FROM ${from}`);
    const count = Number(row?.n);
    this.counts.set(from, count);
    return count;
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

  blocks(
    columns: readonly string[],
    from: string,
    { again = false }: { readonly again?: boolean } = {},
  ): AsyncIterable<readonly Float64Array[]> {
    return readBlocks((asked) => this.stream(asked), this.store, { columns, from, again });
  }

  /** The numbers of a query whose columns are doubles, chunk by chunk. */
  private async *stream(sql: string): AsyncGenerator<Block> {
    // A connection of its own: the next statement on one ends the stream that is being read from it.
    const connection = await this.instance.connect();
    try {
      const result = await connection.stream(sql);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        yield doublesOf(chunk);
      }
    } finally {
      connection.closeSync();
    }
  }

  csvRows(file: string, facts: Parameters<typeof csvFile>[1]): Promise<FileRows> {
    return Promise.resolve({ from: csvFile(file, facts), rowNumber });
  }

  parquetRows(files: readonly string[], names: readonly string[]): Promise<FileRows> {
    return Promise.resolve({ from: parquetFiles(files), rowNumber: parquetRowNumber(files, names) });
  }

  async parquetNames(file: string): Promise<string[]> {
    return columnNames(await this.rows(parquetSchema(file)));
  }

  besideEachOther(one: string, other: string): string {
    return `SELECT * FROM ${one} POSITIONAL JOIN ${other}`;
  }

  async writeParquet(query: string, file: string): Promise<void> {
    // Whoever writes a file says where it lies until it is whole.
    await this.run(`COPY (${query}) TO ${literal(file)} (FORMAT parquet, USE_TMP_FILE false)`, {
      changes: false,
    });
  }

  async writeCsv(query: string, file: string, header: string): Promise<void> {
    // There is no suffix without text; an empty line at the end is no row.
    await this.run(
      `COPY (${query}) TO ${literal(file)} (FORMAT csv, HEADER false, PREFIX ${literal(`${header}\n`)}, SUFFIX ${literal("\n")}, USE_TMP_FILE false)`,
      { changes: false },
    );
  }

  async fill(
    table: string,
    columns: readonly string[],
    blocks: AsyncIterable<readonly Float64Array[]>,
    { changes = true, rowNumber: number }: { readonly changes?: boolean; readonly rowNumber?: string } = {},
  ): Promise<number> {
    const file = this.folder && path.join(this.folder, `filled-${this.filledCount++}`);
    const filled = new FilledTable(columns, file);
    try {
      await filled.fill(blocks);
    } catch (error) {
      filled.close();
      throw explainShortage(error);
    }
    const view = selectFilled(filled, this.filledColumns.add(filled), number);
    await this.run(this.dialect.createView(table, view), { changes });
    this.forget(this.filledTables.replace(table, filled));
    return filled.rows;
  }

  shareBlocks(table: string, relation: string): void {
    const filled = this.filledTables.get(table);
    const stored = filled?.stored();
    if (!filled || !stored) return;
    this.store?.share(relation, filled.rows, stored);
    this.filledTables.share(relation, filled);
  }

  async tabulate(
    view: string,
    column: string,
    { table, changes = true }: { readonly table: string; readonly changes?: boolean },
  ): Promise<void> {
    const filled = this.filledTables.get(view);
    if (filled === undefined) throw new RangeError(`There is no filled view ${view}.`);
    await this.run(`DROP TABLE IF EXISTS ${table}`, { changes });
    await this.run(`CREATE TABLE ${table} (${column} BOOLEAN)`, { changes });
    try {
      await appendTruths(this.connection, table, filled.blocksOf(column));
    } catch (error) {
      throw explainShortage(error);
    }
  }

  summaryOf(relation: string, column: string): NumberSummary | undefined {
    return this.filledTables.summaryOf(relation, column);
  }

  filledValues(
    relation: string,
    columns: readonly string[],
    rows: readonly number[],
  ): Float64Array[] | undefined {
    return this.filledTables.valuesOf(relation, columns, rows);
  }

  private forgetRows(): void {
    this.store?.clear();
    this.counts.clear();
    this.filledTables.forgetShared();
  }

  private forget(filled: FilledTable | undefined): void {
    if (filled === undefined) return;
    // Its file may be one of those that blocks are read from.
    this.forgetRows();
    this.filledColumns.remove(filled);
    filled.close();
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
    this.filledTables.close();
    if (this.folder !== undefined) await rm(this.folder, { recursive: true, force: true });
  }
}
