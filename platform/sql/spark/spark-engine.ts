import { randomUUID } from "node:crypto";
import { readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { PlatformError } from "../../base/errors";
import { BlockStore } from "../block-store";
import {
  identifier,
  literal,
  type CsvFacts,
  type FileRows,
  type QueryColumn,
  type SqlEngine,
  type SqlRow,
} from "../engine";
import { makePrivateFolder } from "../private-folder";
import { readBlocks, type Block } from "../read-blocks";
import { sparkDialect } from "./spark-dialect";
import { csvView, parquetRelation } from "./spark-files";
import { doublesOf, rowsOf } from "./spark-rows";
import { pathOfCluster, type SparkServer } from "./spark-server";
import { SparkSession, sparkReason } from "./spark-session";

/** How statements are to be read and answered. */
const sessionSettings = {
  // What cannot be computed is NULL, as elsewhere, and no reason to stop.
  "spark.sql.ansi.enabled": "false",
  "spark.sql.session.timeZone": "UTC",
  // Results come as they are made, and need not fit the driver's memory.
  "spark.sql.thriftServer.incrementalCollect": "true",
  // Tables are Parquet files, not text.
  "spark.sql.legacy.createHiveTableByDefault": "false",
  "spark.sql.sources.default": "parquet",
} as const;

/** Spark, behind a server that speaks HiveServer2's protocol: tables are in a database that lives as long as the object. */
export class SparkEngine implements SqlEngine {
  readonly name = "spark";
  readonly isEmbedded = false;
  readonly dialect = sparkDialect;
  /** Numbers that came once are here; where nothing may be written, there is none. */
  private readonly store: BlockStore | undefined;
  private views = 0;

  private constructor(
    private readonly server: SparkServer,
    private readonly session: SparkSession,
    private readonly database: string,
    private readonly folder: string | undefined,
  ) {
    this.store = folder === undefined ? undefined : new BlockStore(folder);
  }

  /** Throws REMOTE_FAILED when the server does not answer. `signal` stops what is being worked on. */
  static async open(server: SparkServer, signal?: AbortSignal): Promise<SparkEngine> {
    const session = await SparkSession.open(server, signal);
    try {
      for (const [name, value] of Object.entries(sessionSettings)) await session.run(`SET ${name}=${value}`);
      const database = `mlops_${randomUUID().replaceAll("-", "")}`;
      await session.run(`CREATE DATABASE ${database}`);
      await session.run(`USE ${database}`);
      return new SparkEngine(server, session, database, await makePrivateFolder("mlops-spark-"));
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  async version(): Promise<string> {
    const [row] = await this.rows("SELECT version() AS version");
    return String(row?.version).split(" ", 1)[0] ?? "";
  }

  async run(sql: string, { changes = true }: { readonly changes?: boolean } = {}): Promise<void> {
    if (changes) this.store?.clear();
    await this.session.run(sql);
  }

  async rows(sql: string): Promise<SqlRow[]> {
    const rows: SqlRow[] = [];
    for await (const chunk of this.chunks(sql)) rows.push(...chunk);
    return rows;
  }

  async count(from: string): Promise<number> {
    const [row] = await this.rows(`SELECT count(*) AS n FROM ${from}`);
    return Number(row?.n);
  }

  async columns(query: string): Promise<QueryColumn[]> {
    const rows = await this.rows(`DESCRIBE QUERY ${query}`);
    return rows.map((row) => ({
      name: String(row.col_name),
      type: String(row.data_type).toUpperCase(),
      singlePrecision: row.data_type === "float",
      binaryNumber: /^(double|float|(tiny|small|big)?int)$/.test(String(row.data_type)),
    }));
  }

  async *chunks(sql: string): AsyncIterable<SqlRow[]> {
    for await (const { names, columns } of this.session.parts(sql)) {
      const rows = rowsOf(names, columns);
      if (rows.length > 0) yield rows;
    }
  }

  blocks(
    columns: readonly string[],
    from: string,
    { again = false }: { readonly again?: boolean } = {},
  ): AsyncIterable<Block> {
    // Rows have no order by themselves.
    return readBlocks((sql) => this.numbers(`${sql} ORDER BY _row`), this.store, { columns, from, again });
  }

  private async *numbers(sql: string): AsyncGenerator<Block> {
    for await (const { columns } of this.session.parts(sql)) {
      const values = doublesOf(columns);
      if ((values[0]?.length ?? 0) > 0) yield values;
    }
  }

  async csvRows(file: string, facts: CsvFacts): Promise<FileRows> {
    const name = `csv_file_${(this.views += 1)}`;
    const { view, rows } = csvView(file, { ...facts, name, folders: this.server.folders });
    await this.seeing([file], () => this.session.run(view));
    return rows;
  }

  async parquetRows(files: readonly string[], names: readonly string[]): Promise<FileRows> {
    const { folders } = this.server;
    const before: number[] = [0];
    if (files.length > 1)
      for (const file of files) {
        const relation = parquetRelation(file, folders);
        const [row] = await this.seeing([file], () => this.rows(`SELECT count(*) AS n FROM ${relation}`));
        before.push((before.at(-1) ?? 0) + Number(row?.n));
      }
    const [first = ""] = files;
    if (files.length === 1)
      return { from: parquetRelation(first, folders), rowNumber: "_metadata.row_index + 1" };
    const columns = names.map(identifier).join(", ");
    const parts = files.map(
      (file, index) =>
        `SELECT ${columns}, ${before[index]} + _metadata.row_index + 1 AS ${identifier("(row)")} FROM ${parquetRelation(file, folders)}`,
    );
    return { from: `(${parts.join(" UNION ALL ")}) AS files`, rowNumber: identifier("(row)") };
  }

  async parquetNames(file: string): Promise<string[]> {
    const query = `SELECT * FROM ${parquetRelation(file, this.server.folders)}`;
    return (await this.seeing([file], () => this.columns(query))).map(({ name }) => name);
  }

  async writeParquet(query: string, file: string): Promise<void> {
    const parts = `${file}.parts`;
    const target = literal(pathOfCluster(path.resolve(parts), this.server.folders));
    await this.session.run(
      `INSERT OVERWRITE DIRECTORY ${target} USING parquet SELECT /*+ COALESCE(1) */ * FROM (${query}) AS written`,
    );
    const written = (await readdir(parts).catch(() => [])).filter((name) => name.endsWith(".parquet"));
    const [part] = written;
    if (part === undefined || written.length > 1) {
      throw new PlatformError(
        "STORAGE_FAILED",
        `Spark at ${this.server.address} wrote ${pathOfCluster(path.resolve(parts), this.server.folders)}, which is not in ${parts} here. Set MLOPS_HOME to a folder that both see, and say in MLOPS_SPARK_FOLDERS what the cluster calls it.`,
      );
    }
    await rename(path.join(parts, part), file);
    await rm(parts, { recursive: true, force: true });
  }

  /** Throws DATA_UNREADABLE when the cluster does not see files that are here. */
  private async seeing<T>(files: readonly string[], read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      const cause = error instanceof PlatformError && error.cause instanceof Error ? error.cause : undefined;
      const condition = cause && sparkReason(cause.message).condition;
      if (!["PATH_NOT_FOUND", "FAILED_READ_FILE.FILE_NOT_EXIST"].includes(condition ?? "")) throw error;
      const there = files.map((file) => pathOfCluster(path.resolve(file), this.server.folders)).join(", ");
      throw new PlatformError(
        "DATA_UNREADABLE",
        `${files.join(", ")} is here, but Spark at ${this.server.address} sees no ${there}. The cluster reads data where it lies: put it where both see it, and say in MLOPS_SPARK_FOLDERS what the cluster calls that folder, for example /mnt/data=abfss://data@account.dfs.core.windows.net. MLOPS_SQL_ENGINE=duckdb reads it on this machine.`,
        { cause: error },
      );
    }
  }

  async close(): Promise<void> {
    this.store?.clear();
    await this.session.close(`DROP DATABASE IF EXISTS ${this.database} CASCADE`);
    if (this.folder !== undefined) await rm(this.folder, { recursive: true, force: true });
  }
}
