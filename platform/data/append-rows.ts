import { createWriteStream } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { DataFormat } from "../definition/definition";
import { PlatformError } from "../base/errors";
import { digestOf, shortDigest, withTemporaryFolder, writeFileAtomic } from "../base/files";
import { toCsvLine } from "../sql/csv-line";
import { identifier, type SqlEngine, type SqlRow } from "../sql/engine";
import { openParquetFiles } from "./parquet-files";
import { replaceFile } from "./replace-file";
import type { DataSource } from "./source";
import { isGzip, readBytes } from "./csv/text-stream";
import { writtenRows } from "./values/written-rows";

/** Bytes without the line ends at their end: an empty line in the middle of a file would be a row. */
async function* withoutLastLineEnds(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes) {
    let end = chunk.length;
    while (end > 0 && (chunk[end - 1] === 0x0a || chunk[end - 1] === 0x0d)) end--;
    if (end > 0) {
      yield held;
      yield chunk.subarray(0, end);
      held = chunk.subarray(end);
    } else held = Buffer.concat([held, chunk]);
  }
}

function linesOf(header: readonly string[], rows: readonly SqlRow[], delimiter?: string): string {
  return rows
    .map((row) =>
      toCsvLine(
        header.map((name) => row[name] ?? null),
        delimiter,
      ),
    )
    .join("");
}

async function appendToCsv({ file, header, delimiter }: DataSource, rows: readonly SqlRow[]): Promise<void> {
  const gzip = await isGzip(file);
  await replaceFile(file, async (temporary) => {
    async function* content(): AsyncGenerator<Buffer> {
      yield* withoutLastLineEnds(readBytes(file, gzip));
      yield Buffer.from(`\n${linesOf(header, rows, delimiter)}`);
    }
    const output = createWriteStream(temporary, { flags: "wx" });
    await (gzip
      ? pipeline(Readable.from(content()), createGzip(), output)
      : pipeline(Readable.from(content()), output));
  });
}

interface ParquetRows {
  readonly engine: SqlEngine;
  readonly source: DataSource;
  readonly rows: readonly SqlRow[];
}

/** Writes rows to a Parquet file with the column types of the files given, behind their rows when `all` is set. */
async function writeParquet(
  { engine, source, rows }: ParquetRows,
  {
    files,
    all,
    target,
  }: { readonly files: readonly string[]; readonly all: boolean; readonly target: string },
): Promise<void> {
  await withTemporaryFolder("mlops-append-", async (scratch) => {
    const text = path.join(scratch, "rows.csv");
    await writeFile(text, toCsvLine(source.header) + linesOf(source.header, rows));
    const { columns, from } = await openParquetFiles(engine, files);
    const names = columns.map(({ name }) => identifier(name)).join(", ");
    const named = source.header.map((name, index) => `c${index} AS ${identifier(name)}`).join(", ");
    const facts = { columns: source.header.length, delimiter: ",", gzip: false };
    const added = `(SELECT ${named} FROM ${(await engine.csvRows(text, facts)).from})`;
    for (const column of columns) await requireFits(engine, added, column);
    const cast = columns.map(
      ({ name, type }) => `CAST(${identifier(name)} AS ${type}) AS ${identifier(name)}`,
    );
    const former = all ? `SELECT ${names} FROM ${from} UNION ALL ` : "";
    await engine.writeParquet(`${former}SELECT ${cast.join(", ")} FROM ${added} AS added`, target);
  });
}

/** Throws when a value would not be in the file what it is: text in a column of whole numbers, or a half. */
async function requireFits(
  engine: SqlEngine,
  table: string,
  { name, type }: { readonly name: string; readonly type: string },
): Promise<void> {
  const text = identifier(name);
  const { tryCast, tryDouble } = engine.dialect;
  const stored = tryCast(text, type);
  const whole = type.includes("INT") ? ` OR ${tryDouble(stored)} IS DISTINCT FROM ${tryDouble(text)}` : "";
  const [row] = await engine.rows(
    `SELECT ${text} AS v FROM ${table} AS added WHERE ${text} IS NOT NULL AND (${stored} IS NULL${whole}) LIMIT 1`,
  );
  if (row === undefined) return;
  throw new PlatformError(
    "DATA_INVALID",
    `The column "${name}" is ${type} in the Parquet data, which cannot hold "${String(row.v)}". Write the data with a type that can (text for an id, doubles for numbers), or collect into a CSV file with --output.`,
  );
}

/**
 * Adds rows to data that was loaded, and gives the file that they are in: a file gets them at its end, in one step, with
 * all that it has as it is; a folder gets a file of its own. Columns that a row lacks stay empty. Numbers are written as
 * the model's definition says that its files have them.
 */
export async function appendRows(
  engine: SqlEngine,
  source: DataSource,
  added: readonly SqlRow[],
  numbers: DataFormat,
): Promise<string> {
  const { file, format, header, files, delimiter } = source;
  const rows = format === "csv" ? writtenRows(added, numbers) : added;
  if (files === undefined) {
    if (format === "csv") await appendToCsv(source, rows);
    else {
      await replaceFile(file, (temporary) =>
        writeParquet({ engine, source, rows }, { files: [file], all: true, target: temporary }),
      );
    }
    return file;
  }
  const name = `collected-${shortDigest(digestOf(linesOf(header, rows)))}.${format}`;
  const target = path.join(file, name);
  if (format === "csv") {
    await writeFileAtomic(target, toCsvLine(header, delimiter) + linesOf(header, rows, delimiter));
    return target;
  }
  // Hidden until it is whole: names with a leading underscore are no data.
  const staging = path.join(file, `_${name}.${process.pid}.tmp`);
  try {
    const parts = files.map((each) => path.join(file, each));
    await writeParquet({ engine, source, rows }, { files: parts, all: false, target: staging });
    await rename(staging, target);
  } finally {
    await rm(staging, { force: true });
  }
  return target;
}
