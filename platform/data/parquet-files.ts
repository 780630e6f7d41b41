import { open } from "node:fs/promises";
import { PlatformError } from "../base/errors";
import type { SqlEngine } from "../sql/engine";
import { literal } from "../sql/engine";
import { requireSameColumns } from "./data-files";

/** A column as Parquet stores it. */
interface ParquetColumn {
  readonly name: string;
  /** SQL type, for example `INTEGER` or `DECIMAL(10,2)`. */
  readonly type: string;
}

const magic = "PAR1";

async function bytesAt(file: string, position: (size: number) => number): Promise<string> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, Math.max(0, position(size)));
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Whether a file begins as Parquet files do. */
export async function startsAsParquet(file: string): Promise<boolean> {
  return (await bytesAt(file, () => 0)) === magic;
}

/** SQL that reads files as one table, with columns matched by name. */
export function parquetTable(files: readonly string[]): string {
  return `read_parquet([${files.map(literal).join(", ")}], union_by_name = true, hive_partitioning = false)`;
}

/** The columns that all files have in common, after making sure that they are whole and have the same ones. */
export async function readParquetColumns(
  engine: SqlEngine,
  files: readonly string[],
): Promise<ParquetColumn[]> {
  const [first, ...others] = files;
  if (first === undefined) return [];
  const expected = (await columnsOf(engine, [first])).map(({ name }) => name);
  for (const file of others) {
    const names = (await columnsOf(engine, [file])).map(({ name }) => name);
    requireSameColumns([first, expected], [file, names], "Parquet");
  }
  return columnsOf(engine, files);
}

async function columnsOf(engine: SqlEngine, files: readonly string[]): Promise<ParquetColumn[]> {
  for (const file of files) {
    if ((await startsAsParquet(file)) && (await bytesAt(file, (size) => size - 4)) === magic) continue;
    throw new PlatformError(
      "DATA_UNREADABLE",
      `${file} is not a whole Parquet file. Such a file begins and ends with "${magic}"; write or copy it again.`,
    );
  }
  try {
    const rows = await engine.rows(`DESCRIBE SELECT * FROM ${parquetTable(files)}`);
    return rows.map((row) => ({ name: String(row.column_name), type: String(row.column_type) }));
  } catch (cause) {
    if (cause instanceof PlatformError) throw cause;
    throw new PlatformError(
      "DATA_UNREADABLE",
      `${files.join(", ")} cannot be read as Parquet. It may be damaged; write or copy it again.`,
      { cause },
    );
  }
}
