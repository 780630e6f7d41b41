import type { SqlDialect } from "../dialect";
import { literal } from "../engine";
import { rowHashFunction } from "./duckdb-vectors";

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
  trim: (text) => `trim(${text})`,
  createView: (name, query) => `CREATE OR REPLACE VIEW ${name} AS ${query}`,
};
