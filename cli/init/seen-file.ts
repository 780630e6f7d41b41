import { isNamed } from "../../platform/data/csv/csv-header";
import { loadText, type DataSource } from "../../platform/data/source";
import type { SqlEngine } from "../../platform/sql/engine";
import { chooseNotation, type Notation } from "./number-notation";
import { groupTexts, lookAtColumn, readingsOf, type SeenColumn } from "./seen-columns";

/** What was seen of a file whose columns nobody has described yet. */
export interface SeenFile extends Pick<DataSource, "format" | "delimiter" | "files" | "header"> {
  readonly from: string;
  readonly notation: Notation;
  /** Those that have a name. */
  readonly columns: readonly SeenColumn[];
}

export async function lookAtFile(engine: SqlEngine, from: string): Promise<SeenFile> {
  const source = await loadText(engine, from);
  const seen = [];
  for (const [position, name] of source.header.filter(isNamed).entries()) {
    const texts = await groupTexts(engine, name, position);
    seen.push({ texts, readings: await readingsOf(engine, texts) });
  }
  // Parquet has numbers as numbers.
  const written = source.format === "csv" ? seen.map(({ readings }) => readings) : [];
  const notation = chooseNotation(written, source.delimiter);
  const columns: SeenColumn[] = [];
  for (const { texts, readings } of seen) {
    columns.push(await lookAtColumn(engine, texts, { notation, readings }));
    await engine.run(`DROP TABLE ${texts.table}`);
  }
  return { ...source, from, notation, columns };
}
