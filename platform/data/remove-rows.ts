import { createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { PlatformError } from "../base/errors";
import { digestOfFile, fileExists, writeJson } from "../base/files";
import { toCsvLine } from "../sql/csv-line";
import { identifier, literal, type SqlEngine } from "../sql/engine";
import { isNamed } from "./csv/csv-header";
import { deliveryOf, findDelivery, manifestName } from "./delivery";
import { openParquetFiles } from "./parquet-files";
import { replaceFile } from "./replace-file";
import { openRows } from "./text-rows";
import { isGzip } from "./csv/text-stream";
import { presentTexts, underItsName } from "./typed-rows";

/** Rows that have a value in a column. */
export interface RowsWith {
  readonly column: string;
  readonly value: string;
  /** The value is a request's id: rows that were collected of it have `<id>/<row>`. */
  readonly ofRequest?: boolean;
}

/** What rows a file, or a folder's files, have of those. */
export interface FoundRows {
  readonly rows: number;
  /** All rows that there are. */
  readonly of: number;
  /** Paths of the files that have them; of a folder, below it. */
  readonly files: readonly string[];
  /** What they have in another column that was asked for. */
  readonly others: readonly string[];
}

/** A condition on text. The value is compared as it is written in the file. */
function conditionOf(engine: SqlEngine, { column, value, ofRequest = false }: RowsWith): string {
  const text = `CAST(${identifier(column)} AS STRING)`;
  const same = `${text} = ${literal(value)}`;
  if (!ofRequest) return `coalesce(${same}, false)`;
  const begin = [...value].length + 1;
  const row = engine.dialect.matches(`substr(${text}, ${begin + 1})`, "[0-9]+");
  return `coalesce(${same} OR (substr(${text}, 1, ${begin}) = ${literal(`${value}/`)} AND ${row}), false)`;
}

/** The files of data: itself, or those of a folder, by their paths. */
async function filesOf(engine: SqlEngine, data: string): Promise<readonly string[]> {
  const { files } = await openRows(engine, [], data);
  return files?.map((file) => path.join(data, file)) ?? [data];
}

/** Looks for rows in data; `other` is a column whose values in them are wanted. */
export async function findRowsWith(
  engine: SqlEngine,
  data: string,
  wanted: RowsWith,
  other?: string,
): Promise<FoundRows> {
  const found = { rows: 0, of: 0, files: [] as string[], others: [] as string[] };
  for (const file of await filesOf(engine, data)) {
    const { text } = await openRows(engine, [], file);
    const present = [wanted.column, ...(other === undefined ? [] : [other])];
    const named = [...new Set(present)].filter((name) => text.header.includes(name));
    const texts = presentTexts(engine.dialect, { text, wanted: named.map((name) => underItsName({ name })) });
    const condition = named.includes(wanted.column) ? conditionOf(engine, wanted) : "false";
    const value = other !== undefined && named.includes(other) ? identifier(other) : "NULL";
    const counted = `SELECT count(*) AS n, count(*) FILTER (WHERE ${condition}) AS found FROM (${texts}) AS t`;
    const [counts] = await engine.rows(counted);
    found.of += Number(counts?.n);
    if (Number(counts?.found) === 0) continue;
    found.rows += Number(counts?.found);
    found.files.push(data === file ? file : path.relative(data, file));
    for (const row of await engine.rows(`SELECT ${value} AS v FROM (${texts}) AS t WHERE ${condition}`))
      if (row.v !== null && row.v !== undefined) found.others.push(String(row.v));
  }
  return found;
}

/** Writes a file without some rows, with the delimiter and compression that it has, or the types of its columns. */
async function writeWithout(
  engine: SqlEngine,
  file: string,
  { wanted, target }: { readonly wanted: RowsWith; readonly target: string },
): Promise<void> {
  const { text } = await openRows(engine, [], file);
  const condition = conditionOf(engine, wanted);
  if (text.format === "parquet") {
    const { from } = await openParquetFiles(engine, [file]);
    await engine.writeParquet(`SELECT * FROM ${from} WHERE NOT ${condition}`, target);
    return;
  }
  const header = text.header.filter(isNamed);
  const texts = presentTexts(engine.dialect, { text, wanted: header.map((name) => underItsName({ name })) });
  const query = `SELECT ${header.map(identifier).join(", ")} FROM (${texts}) AS t WHERE NOT ${condition} ORDER BY _row`;
  async function* lines(): AsyncGenerator<string> {
    yield toCsvLine(header, text.delimiter);
    for await (const rows of engine.chunks(query))
      yield rows
        .map((row) =>
          toCsvLine(
            header.map((name) => row[name] ?? null),
            text.delimiter,
          ),
        )
        .join("");
  }
  const output = createWriteStream(target, { flags: "wx" });
  await ((await isGzip(file))
    ? pipeline(Readable.from(lines()), createGzip(), output)
    : pipeline(Readable.from(lines()), output));
}

/**
 * Removes rows from the files of data, each in one step; what else is in them stays, though not byte for byte. A file of a folder that
 * has no other rows goes. Throws DATA_INVALID when nothing would be left.
 */
export async function removeRowsWith(engine: SqlEngine, data: string, wanted: RowsWith): Promise<void> {
  const { rows, of } = await findRowsWith(engine, data, wanted);
  if (rows === of) {
    throw new PlatformError(
      "DATA_INVALID",
      `All ${of} rows of ${data} would have to go. Data has at least one row. Remove the data itself, or add the rows that are to stay first.`,
    );
  }
  for (const file of await filesOf(engine, data)) {
    const found = await findRowsWith(engine, file, wanted);
    if (found.rows === 0) continue;
    if (found.rows === found.of) await rm(file);
    else await replaceFile(file, (target) => writeWithout(engine, file, { wanted, target }));
  }
  await renewDelivery(data, rows);
}

/** What says which files a folder's data is has their digests, and how many rows there are, too. */
async function renewDelivery(folder: string, removed: number): Promise<void> {
  if (!(await stat(folder)).isDirectory()) return;
  const delivery = await findDelivery(folder);
  if (delivery === undefined) return;
  const files = [];
  for (const { path: name } of delivery.files) {
    const file = path.join(folder, name);
    if (await fileExists(file))
      files.push({ path: name, bytes: (await stat(file)).size, digest: await digestOfFile(file) });
  }
  const renewed = deliveryOf(files, { ...delivery, rows: Math.max(0, delivery.rows - removed) });
  if (renewed !== undefined) await writeJson(path.join(folder, manifestName), renewed);
}
