import type { SqlDialect } from "../sql/dialect";
import type { ColumnDefinition, ModelDefinition } from "../definition/definition";
import { PlatformError } from "../base/errors";
import type { SqlEngine } from "../sql/engine";
import { identifier, literal } from "../sql/engine";

/** How many rows are on each side. */
interface Split {
  readonly training: number;
  readonly heldOut: number;
}

const hashes = 2 ** 32;
/** Above this a whole part no longer fits 64 bits: greater numbers all count as this one. */
const maxWhole = "9.2E18";
/** 2^62: the fractional part of a double times this is exact, and fits 64 bits. */
const fractionScale = "4.611686018427387904E18";

/**
 * An id as the split sees it. It is text, but one that reads as a whole number counts as that number ("7.0" and "007" as 7), in the
 * notation of numbers: whether a file has ids as text or as numbers of any kind, a row keeps its side.
 */
function idText(value: string, { matches }: SqlDialect): string {
  const sign = `CASE WHEN ${value} LIKE '-%' THEN '-' ELSE '' END`;
  const digits = `regexp_replace(regexp_replace(${value}, '[.]0*$', ''), '^[+-]?0*', '')`;
  const whole = `concat(${sign}, COALESCE(NULLIF(${digits}, ''), '0'), '.0')`;
  return `CASE WHEN ${value} IS NULL THEN '' WHEN ${matches(value, "[+-]?[0-9]+([.]0*)?")} THEN ${whole} ELSE ${value} END`;
}

/**
 * A value as text that is the same on every SQL engine. Engines print and round numbers differently, so a number is
 * its sign, its whole part and its fractional part in units of 2^-62, each found by IEEE operations that are
 * exact: 1.5 is "1.2305843009213693952". Two doubles share a text only beyond 9.2e18 or closer than 2^-62.
 */
function canonicalText({ name, type, role }: ColumnDefinition, dialect: SqlDialect): string {
  const value = identifier(name);
  if (role === "id") return idText(value, dialect);
  if (type !== "number") return `COALESCE(CAST(${value} AS STRING), '')`;
  const size = `least(abs(${value}), ${maxWhole})`;
  const fraction = `(${size} - floor(${size})) * ${fractionScale}`;
  return (
    `CASE WHEN ${value} IS NULL THEN '' ELSE concat(CASE WHEN ${value} < 0 THEN '-' ELSE '' END, ` +
    `CAST(floor(${size}) AS BIGINT), '.', CAST(floor(${fraction}) AS BIGINT)) END`
  );
}

/** Columns that decide a row's side: the id, or all of them by name, so that their order in the definition has no say. */
function keyColumns({ columns }: ModelDefinition): ColumnDefinition[] {
  const id = columns.find(({ role }) => role === "id");
  return id ? [id] : [...columns].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** SQL condition for a held-out row: the first 32 bits of the MD5 of the seed and the row are below the fraction. */
function heldOutCondition(definition: ModelDefinition, dialect: SqlDialect): string {
  const { testFraction, seed } = definition.split;
  const limit = Math.min(Math.round(testFraction * hashes), hashes - 1);
  const texts = [
    literal(String(seed)),
    ...keyColumns(definition).map((column) => canonicalText(column, dialect)),
  ];
  return `substr(md5(concat_ws('|', ${texts.join(", ")})), 1, 8) < '${limit.toString(16).padStart(8, "0")}'`;
}

/**
 * Adds the column `_held_out` to the table `data`. A row's side depends on the seed and on its id (without an id
 * column: on all its values) alone, so it stays when rows are added or sorted, on every engine. Equal rows are on
 * the same side: a held-out row that is also among the training rows would measure memory, not learning. Without
 * an id, a change of the columns is a new split.
 */
export async function splitData(engine: SqlEngine, definition: ModelDefinition): Promise<Split> {
  const columns = definition.columns.map(({ name }) => identifier(name)).join(", ");
  await engine.run("DROP TABLE IF EXISTS split_data");
  await engine.run(
    `CREATE TABLE split_data AS SELECT _row, ${columns}, ${heldOutCondition(definition, engine.dialect)} AS _held_out FROM data`,
  );
  await engine.run("DROP TABLE data");
  await engine.run("ALTER TABLE split_data RENAME TO data");
  const [row] = await engine.rows(
    "SELECT count(*) AS n, count(CASE WHEN _held_out THEN 1 END) AS held_out FROM data",
  );
  const heldOut = Number(row?.held_out ?? 0);
  const split = { training: Number(row?.n ?? 0) - heldOut, heldOut };
  if (split.training > 0 && split.heldOut > 0) return split;
  throw new PlatformError(
    "DATA_INVALID",
    `All ${split.training + split.heldOut} rows are on the ${heldOut > 0 ? "held-out" : "training"} side of the split. Both sides need rows; ` +
      `add rows that differ, or change split.testFraction (${definition.split.testFraction}) or split.seed (${definition.split.seed}) in the definition.`,
  );
}
