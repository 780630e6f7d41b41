import { open } from "node:fs/promises";
import { PlatformError } from "../base/errors";
import { quoted } from "../base/wording";
import type { FileRows, QueryColumn, SqlEngine } from "../sql/engine";
import { requireSameColumns } from "./data-files";
import { whileReading } from "./while-reading";

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

/** Rows of Parquet files, and the columns that all have in common. */
interface ParquetRows extends FileRows {
  readonly columns: readonly QueryColumn[];
}

/** Opens Parquet files, of which there is one at least, after making sure that they are whole and have the same columns. */
export async function openParquetFiles(engine: SqlEngine, files: readonly string[]): Promise<ParquetRows> {
  const [first = "", ...others] = files;
  const expected = await readNames(engine, first);
  for (const file of others) {
    requireSameColumns([first, expected], [file, await readNames(engine, file)], "Parquet");
  }
  const reading = <T>(read: () => Promise<T>): Promise<T> => whileReading(files.join(", "), read, "Parquet");
  const rows = await reading(() => engine.parquetRows(files, expected));
  const columns = await reading(() => engine.columns(`SELECT * FROM ${rows.from}`));
  // The numbers of rows may be beside them.
  return { ...rows, columns: columns.filter(({ name }) => expected.includes(name)) };
}

/** A file's own column names: an engine gives other ones to those that it cannot tell apart. */
async function readNames(engine: SqlEngine, file: string): Promise<string[]> {
  if (!(await startsAsParquet(file)) || (await bytesAt(file, (size) => size - 4)) !== magic) {
    throw new PlatformError(
      "DATA_UNREADABLE",
      `${file} is not a whole Parquet file. Such a file begins and ends with "${magic}"; write or copy it again.`,
    );
  }
  const names = await whileReading(file, () => engine.parquetNames(file), "Parquet");
  requireDifferent(file, names);
  return names;
}

function requireDifferent(file: string, names: readonly string[]): void {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const key = name.toLowerCase();
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  const [same] = [...groups.values()].filter((group) => group.length > 1);
  if (same === undefined) return;
  const different = [...new Set(same)];
  const fault =
    different.length === 1
      ? `more than one column named ${quoted(different)}`
      : `columns whose names differ in capitals alone, ${quoted(different)}, which are one name to SQL`;
  throw new PlatformError(
    "DATA_INVALID",
    `${file} has ${fault}. Column names are unique; rename or remove one of them.`,
  );
}
