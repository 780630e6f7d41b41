import { literal, type CsvFacts, type SqlRow } from "../engine";
import { fileLiteral } from "./file-literal";

const fileRowNumber = "file_row_number";

/** Number of a row, from 1, in the order in which the rows of a file, or of a table that was filled, are read. */
export const rowNumber = "row_number() OVER ()";

/** The rows of a CSV file, for FROM. */
export function csvFile(file: string, { columns, delimiter, gzip }: CsvFacts): string {
  const types = Array.from({ length: columns }, (_, index) => `'c${index}': 'VARCHAR'`).join(", ");
  // The structure is known to be sound, so nothing is left to the reader's guesses; its strict mode would only
  // refuse line ends of two kinds.
  return (
    `read_csv(${fileLiteral(file)}, auto_detect = false, header = true, delim = ${literal(delimiter)}, quote = '"', escape = '"', ` +
    `nullstr = '', strict_mode = false, compression = '${gzip ? "gzip" : "none"}', hive_partitioning = false, columns = {${types}})`
  );
}

/** The rows of Parquet files as one table with columns matched by name, for FROM. */
export function parquetFiles(files: readonly string[]): string {
  return `read_parquet([${files.map(fileLiteral).join(", ")}], union_by_name = true, hive_partitioning = false)`;
}

/** Number of a row of Parquet files with columns of these names: where rows can be found by it, without reading all before them. */
export function parquetRowNumber(files: readonly string[], columns: readonly string[]): string {
  // The reader's own number begins anew in each file, and has the name of a column, which a file may have.
  return files.length === 1 && !columns.some((name) => name.toLowerCase() === fileRowNumber)
    ? `${fileRowNumber} + 1`
    : rowNumber;
}

/**
 * A SELECT of the parts of a Parquet file's schema as the file has them: the whole, then its columns, each followed by what is in it, of
 * which num_children is the number.
 */
export function parquetSchema(file: string): string {
  return `SELECT name, num_children FROM parquet_schema(${fileLiteral(file)})`;
}

/** Names of the columns in the parts of a schema, without those of what is in them. */
export function columnNames([, ...parts]: readonly SqlRow[]): string[] {
  const names: string[] = [];
  for (let at = 0, end = 0; at < parts.length; at += 1) {
    if (at === end) {
      names.push(String(parts[at]?.name ?? ""));
      end += 1;
    }
    end += Number(parts[at]?.num_children ?? 0);
  }
  return names;
}
