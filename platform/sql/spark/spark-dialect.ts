import type { SqlDialect } from "../dialect";
import { literal } from "../engine";
import { sparkRowHash } from "./spark-row-hash";

/** All of Unicode's category Zs. */
const spaces =
  " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000";

/** Spark's SQL, of sessions in UTC in which what cannot be computed is NULL. */
export const sparkDialect: SqlDialect = {
  // A `$` would let a line feed be behind the text.
  matches: (text, pattern) => `${text} RLIKE ${literal(`^(?:${pattern})\\z`)}`,
  tryDouble: (text) => `TRY_CAST(${text} AS DOUBLE)`,
  tryCast: (text, type) => `TRY_CAST(${text} AS ${type})`,
  secondsOf: (text) =>
    // Before an offset there have to be seconds.
    `CAST(TRY_CAST(regexp_replace(${text}, '^([^:]*:[0-9]{2})([Z+-])', '$1:00$2') AS TIMESTAMP) AS DOUBLE)`,
  positionAmong: (text, texts) =>
    texts.length === 0
      ? "CAST(NULL AS DOUBLE)"
      : `CAST(NULLIF(array_position(array(${texts.map(literal).join(", ")}), ${text}), 0) - 1 AS DOUBLE)`,
  median: (number) => `percentile(CAST(${number} AS DOUBLE), 0.5)`,
  rowHash: sparkRowHash,
  quickHash: (values) => `xxhash64(${values.join(", ")})`,
  hexadecimal: (number) =>
    `lower(concat(lpad(hex(CAST(floor(${number} / 4294967296) AS BIGINT)), 8, '0'), lpad(hex(CAST(${number} % 4294967296 AS BIGINT)), 8, '0')))`,
  trim: (text) => `trim(BOTH ${literal(spaces)} FROM ${text})`,
  createView: (name, query) => `CREATE OR REPLACE TEMPORARY VIEW ${name} AS ${query}`,
};
