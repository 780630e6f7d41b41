import type { SqlDialect } from "./dialect";
import { literal } from "./engine";
import { rowHashFunction } from "./duckdb-vectors";
import { fileLiteral } from "./file-literal";

const fileRowNumber = "file_row_number";

export const duckDbDialect: SqlDialect = {
  matches: (text, pattern) => `regexp_full_match(${text}, ${literal(pattern)})`,
  tryDouble: (text) => `TRY_CAST(${text} AS DOUBLE)`,
  doubleOfPlain: (text) => `TRY_CAST(${text} AS DOUBLE)`,
  tryCast: (text, type) => `TRY_CAST(${text} AS ${type})`,
  secondsOf: (text) =>
    // Cast to a timestamp an offset would be dropped, and cast to one with a zone a text without it would be in the session's. Before an
    // offset there have to be seconds.
    `CASE WHEN ${duckDbDialect.matches(text, ".*:[0-9.]+(Z|[+-][0-9]{2}(:?[0-9]{2})?)")} ` +
    `THEN epoch(TRY_CAST(regexp_replace(${text}, '^([^:]*:[0-9]{2})([Z+-])', '\\1:00\\2') AS TIMESTAMPTZ)) ELSE epoch(TRY_CAST(${text} AS TIMESTAMP)) END`,
  positionAmong: (text, texts) =>
    texts.length === 0
      ? "CAST(NULL AS DOUBLE)"
      : `CAST(enum_code(TRY_CAST(${text} AS ENUM(${texts.map(literal).join(", ")}))) AS DOUBLE)`,
  median: (number) => `median(${number})`,
  rowHash(values) {
    // Adding 0 makes one of the two zeros of a double the other.
    const numbers = values.map(({ sql, isNumber }) =>
      isNumber
        ? `COALESCE(CAST(${sql} AS DOUBLE) + 0e0, CAST('NaN' AS DOUBLE))`
        : `COALESCE(md5_number_lower(${sql}), CAST(0 AS UBIGINT))`,
    );
    return `${rowHashFunction}(${numbers.join(", ")})`;
  },
  quickHash: (values) => `hash(${values.join(", ")})`,
  hexadecimal: (number) => `format('{:016x}', ${number})`,
  besideEachOther: (one, other) => `SELECT * FROM ${one} POSITIONAL JOIN ${other}`,
  rowNumber: "row_number() OVER ()",
  // The reader's own number begins anew in each file, and has the name of a column, which a file may have.
  parquetRowNumber: (files, columns) =>
    files.length === 1 && !columns.some((name) => name.toLowerCase() === fileRowNumber)
      ? `${fileRowNumber} + 1`
      : duckDbDialect.rowNumber,
  csvFile(file, { columns, delimiter, gzip }) {
    const types = Array.from({ length: columns }, (_, index) => `'c${index}': 'VARCHAR'`).join(", ");
    // The structure is known to be sound, so nothing is left to the reader's guesses; its strict mode would only
    // refuse line ends of two kinds.
    return (
      `read_csv(${fileLiteral(file)}, auto_detect = false, header = true, delim = ${literal(delimiter)}, quote = '"', escape = '"', ` +
      `nullstr = '', strict_mode = false, compression = '${gzip ? "gzip" : "none"}', hive_partitioning = false, columns = {${types}})`
    );
  },
  parquetFiles: (files) =>
    `read_parquet([${files.map(fileLiteral).join(", ")}], union_by_name = true, hive_partitioning = false)`,
  parquetSchema: (file) => `parquet_schema(${fileLiteral(file)})`,
  // Whoever writes a file says where it lies until it is whole.
  writeParquet: (query, file) => `COPY (${query}) TO ${literal(file)} (FORMAT parquet, USE_TMP_FILE false)`,
  // There is no suffix without text; an empty line at the end is no row.
  writeCsv: (query, file, header) =>
    `COPY (${query}) TO ${literal(file)} (FORMAT csv, HEADER false, PREFIX ${literal(`${header}\n`)}, SUFFIX ${literal("\n")}, USE_TMP_FILE false)`,
};
