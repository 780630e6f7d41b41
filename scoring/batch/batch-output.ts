import { open, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { PlatformError } from "../../platform/base/errors";
import { quoted } from "../../platform/base/wording";
import { probabilityNames } from "../../platform/definition/class-names";
import type { FileFields } from "../../platform/data/file-fields";
import type { Signature } from "../../platform/model/signature";
import { toCsvLine } from "../../platform/sql/csv-line";
import { identifier, literal, type EmbeddedEngine } from "../../platform/sql/engine";
import { namesBeside } from "./batch-files";
import { scoreColumns } from "./batch-model";

/** A file that is there as a whole or not at all. */
export class TemporaryFile {
  private constructor(
    private readonly file: string,
    /** Where it is written until it is whole. */
    readonly place: string,
  ) {}

  /** Fails where the file may not be written: before anything is computed. */
  static async open(file: string): Promise<TemporaryFile> {
    const place = path.resolve(`${file}.${process.pid}.tmp`);
    await writeFile(place, "");
    return new TemporaryFile(file, place);
  }

  async moveInto(): Promise<void> {
    const handle = await open(this.place, "r+");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(this.place, this.file);
  }

  /** Leaves nothing of what was not moved. */
  async remove(): Promise<void> {
    await rm(this.place, { force: true });
  }
}

/** What is written of scored rows. */
interface ScoredRows {
  readonly fields: FileFields;
  /** Table with a row for each of the file's, in their order: the columns of `scoreColumns`. */
  readonly scores: string;
  readonly signature: Signature;
  /** `name:version`. */
  readonly reference: string;
}

/** The names of an output's columns: those of the file, with the row's number before them and what was predicted behind. */
function namesOf({ fields: { header }, signature }: ScoredRows): string[] {
  const probabilities = probabilityNames(signature.target.classes);
  const [row = "", ...added] = namesBeside(header, ["row", "prediction", ...probabilities, "model"]);
  return [row, ...header, ...added];
}

/** SQL for what is predicted of a row: a number, or the name of a class. */
function predictionSql({ target: { classes } }: Signature): string {
  if (classes === undefined) return "prediction";
  const cases = classes.map((name, position) => {
    return `WHEN ${position} THEN ${typeof name === "string" ? literal(name) : name}`;
  });
  return `CASE CAST(prediction AS INTEGER) ${cases.join(" ")} END`;
}

/** A SELECT of the rows that have a score, in the order of the file, with columns c0, c1, ... */
function scoredQuery(engine: EmbeddedEngine, rows: ScoredRows, asItIs: boolean): string {
  const { fields, scores, signature, reference } = rows;
  const values = [
    "_row",
    ...fields.header.map((_, position) => `f${position}`),
    predictionSql(signature),
    ...scoreColumns(signature).slice(1),
    literal(reference),
  ];
  const named = values.map((value, position) => `${value} AS c${position}`);
  const joined = engine.besideEachOther(`(${fields.all(asItIs)}) AS fields`, scores);
  return `SELECT ${named.join(", ")} FROM (${joined}) AS scored WHERE NOT isnan(prediction)`;
}

/** The names under which Parquet has the columns: each has one, and no two differ in capitals alone. */
function parquetNames(names: readonly string[]): string[] {
  const named = names.map((name, position) =>
    name.trim() === "" ? (namesBeside(names, [`column_${position}`])[0] ?? "") : name,
  );
  const seen = new Set<string>();
  const alike = named.filter((name) => seen.size === seen.add(name.toLowerCase()).size);
  if (alike.length === 0) return named;
  throw new PlatformError(
    "DATA_INVALID",
    `The columns ${quoted(named.filter((name) => alike.some((one) => one.toLowerCase() === name.toLowerCase())))} have names that differ in capitals alone, which a Parquet file cannot have. Rename one of them, or write a CSV file.`,
  );
}

/** Whether an output is to be a Parquet file: its name says so. */
export function isParquetName(output: string): boolean {
  return /\.parquet$/i.test(output);
}

/** Writes the rows that have a score to a file: as Parquet with the types that the input has, or as CSV. */
export async function writeScored(
  engine: EmbeddedEngine,
  rows: ScoredRows,
  { place, parquet }: { readonly place: string; readonly parquet: boolean },
): Promise<void> {
  const names = namesOf(rows);
  const query = scoredQuery(engine, rows, parquet);
  if (!parquet) {
    await engine.writeCsv(query, place, toCsvLine(names).trimEnd());
    return;
  }
  const named = parquetNames(names).map((name, position) => `c${position} AS ${identifier(name)}`);
  await engine.writeParquet(`SELECT ${named.join(", ")} FROM (${query}) AS written`, place);
}
