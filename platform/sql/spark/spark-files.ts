import path from "node:path";
import { PlatformError } from "../../base/errors";
import { identifier, literal, type CsvFacts, type FileRows } from "../engine";
import { patternOfCluster, type SharedFolder } from "./spark-server";

/** What is behind a partition's number in the numbers that Spark gives rows: a row's place in its partition. */
const rowBits = 2 ** 33 - 1;

interface CsvView {
  /** Statement that makes the view. */
  readonly view: string;
  readonly rows: FileRows;
}

/** A view of a CSV file, and its rows. A file that may have line ends in its fields is one partition, so that its rows can be numbered. */
export function csvView(
  file: string,
  {
    name,
    folders,
    columns,
    delimiter,
    gzip,
  }: CsvFacts & { readonly name: string; readonly folders: readonly SharedFolder[] },
): CsvView {
  if (gzip !== /\.gz$/i.test(file)) {
    throw new PlatformError(
      "DATA_UNREADABLE",
      `${file} is ${gzip ? "compressed by gzip, but its name does not end" : "not compressed, but its name ends"} in .gz, by which Spark knows. Rename it.`,
    );
  }
  const names = Array.from({ length: columns }, (_, index) => `c${index}`);
  const options = {
    path: patternOfCluster(path.resolve(file), folders),
    header: "true",
    sep: delimiter,
    quote: '"',
    escape: '"',
    multiLine: "true",
    encoding: "UTF-8",
  };
  const written = Object.entries(options).map(([key, value]) => `${key} ${literal(value)}`);
  const fields = names.map((field) => `NULLIF(${field}, '') AS ${field}`);
  return {
    view: `CREATE OR REPLACE TEMPORARY VIEW ${name} (${names.map((field) => `${field} STRING`).join(", ")}) USING csv OPTIONS (${written.join(", ")})`,
    rows: {
      from: `(SELECT ${fields.join(", ")} FROM ${name}) AS fields`,
      rowNumber: `(monotonically_increasing_id() & ${rowBits}) + 1`,
    },
  };
}

/** A Parquet file, for FROM. */
export function parquetRelation(file: string, folders: readonly SharedFolder[]): string {
  return `parquet.${identifier(patternOfCluster(path.resolve(file), folders))}`;
}
