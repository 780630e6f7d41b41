import { open, readdir } from "node:fs/promises";
import path from "node:path";
import { PlatformError } from "../errors";
import type { SqlEngine } from "../sql/engine";
import { literal } from "../sql/engine";
import { quoted } from "../wording";

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

/** The Parquet files below a folder, sorted by path. Names with a leading dot or underscore are no data, as in Spark. */
export async function listParquetFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /^[^._].*\.parquet$/i.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  if (files.length > 0) return files;
  throw new PlatformError(
    "DATA_UNREADABLE",
    `${folder} is a folder without Parquet files. Data is a CSV file, a Parquet file or a folder of Parquet files; name one.`,
  );
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
    const missing = expected.filter((name) => !names.includes(name));
    const extra = names.filter((name) => !expected.includes(name));
    if (missing.length + extra.length === 0) continue;
    const faults = [
      ...(missing.length > 0 ? [`lacks ${quoted(missing)}`] : []),
      ...(extra.length > 0 ? [`has ${quoted(extra)} besides`] : []),
    ];
    throw new PlatformError(
      "DATA_INVALID",
      `${file} ${faults.join(" and ")}, unlike ${path.basename(first)}. All Parquet files of a folder have the same columns; write them again, or remove the odd ones.`,
    );
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
