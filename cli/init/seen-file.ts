import { isNamed } from "../../platform/data/csv-header";
import { loadText, type DataSource } from "../../platform/data/source";
import type { SqlEngine } from "../../platform/sql/engine";
import { chooseNotation, type Notation, type Readings } from "./number-notation";
import { lookAtColumn, readingsOf, type SeenColumn } from "./seen-columns";

/** What was seen of a file whose columns nobody has described yet. */
export interface SeenFile extends Pick<DataSource, "format" | "delimiter" | "files" | "header"> {
  readonly from: string;
  readonly notation: Notation;
  /** Those that have a name. */
  readonly columns: readonly SeenColumn[];
}

export async function lookAtFile(engine: SqlEngine, from: string): Promise<SeenFile> {
  const source = await loadText(engine, from);
  const readings = new Map<string, Readings>();
  for (const name of source.header.filter(isNamed)) readings.set(name, await readingsOf(engine, name));
  // Parquet has numbers as numbers.
  const written = source.format === "csv" ? [...readings.values()] : [];
  const notation = chooseNotation(written, source.delimiter);
  const columns: SeenColumn[] = [];
  for (const [name, found] of readings)
    columns.push(await lookAtColumn(engine, name, { notation, readings: found }));
  return { ...source, from, notation, columns };
}
