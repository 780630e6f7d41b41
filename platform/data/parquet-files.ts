import { open } from "node:fs/promises";
import { PlatformError } from "../base/errors";
import type { QueryColumn, SqlEngine } from "../sql/engine";
import { requireSameColumns } from "./data-files";

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

/** The columns that all files have in common, after making sure that they are whole and have the same ones. */
export async function readParquetColumns(
  engine: SqlEngine,
  files: readonly string[],
): Promise<QueryColumn[]> {
  const [first, ...others] = files;
  if (first === undefined) return [];
  const expected = (await columnsOf(engine, [first])).map(({ name }) => name);
  for (const file of others) {
    const names = (await columnsOf(engine, [file])).map(({ name }) => name);
    requireSameColumns([first, expected], [file, names], "Parquet");
  }
  return columnsOf(engine, files);
}

async function columnsOf(engine: SqlEngine, files: readonly string[]): Promise<QueryColumn[]> {
  for (const file of files) {
    if ((await startsAsParquet(file)) && (await bytesAt(file, (size) => size - 4)) === magic) continue;
    throw new PlatformError(
      "DATA_UNREADABLE",
      `${file} is not a whole Parquet file. Such a file begins and ends with "${magic}"; write or copy it again.`,
    );
  }
  try {
    return await engine.columns(`SELECT * FROM ${engine.dialect.parquetFiles(files)}`);
  } catch (cause) {
    if (cause instanceof PlatformError) throw cause;
    throw new PlatformError(
      "DATA_UNREADABLE",
      `${files.join(", ")} cannot be read as Parquet. It may be damaged; write or copy it again.`,
      { cause },
    );
  }
}
