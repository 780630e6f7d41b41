import { PlatformError } from "../../base/errors";
import { counted } from "../../base/wording";
import { double, identifier, type SqlEngine } from "../../sql/engine";
import { canonicalText } from "../values/canonical-text";
import { hasColumns, keyOf, rowsWith, sideHash, timeValue, type LoadedData } from "./row-sides";
import type { HashRule, SplitRule, TimeRule } from "./split-rule";

/**
 * A rule with what is to be found in the data: from what time on rows are held out, and the limits of classes. Those that the
 * `former` rule has for a class stay, so that its rows stay on their side when others come.
 */
export async function resolveSplit(
  data: LoadedData,
  rule: SplitRule,
  former?: SplitRule,
): Promise<SplitRule> {
  if (rule.by === "time" && rule.from === undefined) return { ...rule, from: await findCut(data, rule) };
  if (rule.by !== "hash" || rule.strata === undefined || rule.strata.limits !== undefined) return rule;
  const known = former?.by === "hash" ? (former.strata?.limits ?? []) : [];
  const found = await findLimits(data, rule);
  const added = found.filter(({ value }) => !known.some((limit) => limit.value === value));
  return { ...rule, strata: { ...rule.strata, limits: [...known, ...added] } };
}

type Limits = NonNullable<NonNullable<HashRule["strata"]>["limits"]>;

/** For each class the hash below which as many rows lie as its share is; at least one row of two or more, and never all. */
async function findLimits(data: LoadedData, rule: HashRule): Promise<Limits> {
  const { engine } = data;
  const { dialect } = engine;
  if (rule.strata === undefined) return [];
  const text = canonicalText(rule.strata.column, dialect);
  const wanted = `CAST(floor(n * ${double(rule.testFraction)} + 0.5E0) AS BIGINT)`;
  const rows = await engine.rows(
    `SELECT v, h FROM (SELECT v, h, row_number() OVER (PARTITION BY v ORDER BY h) AS i, count(*) OVER (PARTITION BY v) AS n ` +
      `FROM (SELECT ${text} AS v, ${sideHash(rule, dialect)} AS h FROM ${await rowsWith(data, keyOf(rule))}) AS hashed) AS ranked ` +
      `WHERE i = 1 + least(greatest(${wanted}, CASE WHEN n > 1 THEN 1 ELSE 0 END), n - 1) ORDER BY v`,
  );
  return rows.map(({ v, h }) => ({ value: String(v), below: Number.parseInt(String(h), 16) }));
}

/** From what time on rows are held out: so many that they are at least the share. */
async function findCut(data: LoadedData, rule: TimeRule): Promise<NonNullable<TimeRule["from"]>> {
  const { engine } = data;
  requireColumn(data, rule.column, "split.time");
  const asNumber = { ...rule, from: { value: 0, unit: "number" } } as const;
  const isNumber = hasColumns(data.definition, keyOf(asNumber)) || (await isWrittenAsNumber(data, rule));
  const unit = isNumber ? "number" : "seconds";
  const rows = await rowsWith(data, keyOf({ ...rule, from: { value: 0, unit } }));
  const time = timeValue(rule.column, unit, engine.dialect);
  await requireTimes(engine, rows, { column: rule.column, time });
  const [row] = await engine.rows(
    `SELECT t FROM (SELECT ${time} AS t, row_number() OVER (ORDER BY ${time} DESC) AS i, count(*) OVER () AS n FROM ${rows}) AS ranked ` +
      `WHERE i = CAST(ceil(n * ${double(rule.testFraction)}) AS BIGINT)`,
  );
  return { value: Number(row?.t), unit };
}

/** Whether most of what a file has for a time are numbers, such as years. */
async function isWrittenAsNumber(data: LoadedData, rule: TimeRule): Promise<boolean> {
  const { dialect } = data.engine;
  const rows = await rowsWith(data, keyOf(rule));
  const [counts] = await data.engine.rows(
    `SELECT count(${dialect.tryDouble(dialect.trim(identifier(rule.column)))}) AS numbers, ` +
      `count(${timeValue(rule.column, "seconds", dialect)}) AS times FROM ${rows}`,
  );
  return Number(counts?.numbers) > Number(counts?.times);
}

function requireColumn({ source }: LoadedData, column: string, setting: string): void {
  if (source.header.includes(column)) return;
  throw new PlatformError(
    "DATA_INVALID",
    `Column "${column}", which ${setting} names, is missing. The file needs it; add it, or leave ${setting} out.`,
  );
}

/** A row without a time would be trained on, however new it is. */
async function requireTimes(
  engine: SqlEngine,
  rows: string,
  { column, time }: { readonly column: string; readonly time: string },
): Promise<void> {
  const [row] = await engine.rows(
    `SELECT count(*) AS n, min(_row) AS first_row FROM ${rows} WHERE ${time} IS NULL`,
  );
  const others = Number(row?.n ?? 0);
  if (others === 0) return;
  throw new PlatformError(
    "DATA_INVALID",
    `Column "${column}", which split.time names, has no time in ${counted(others, "row")}, first in row ${Number(row?.first_row)}. ` +
      "Expected in every row a number, or a date or time as ISO 8601 writes it, such as 2026-01-31 or 2026-01-31T13:45:00Z. Correct the values.",
  );
}

/** All rows that do not say whose they are would count as those of one. */
export async function requireGroups(data: LoadedData, rule: HashRule): Promise<void> {
  const group = rule.key.find(({ role }) => role === "group");
  if (group === undefined) return;
  requireColumn(data, group.name, "split.group");
  const value = identifier(group.name);
  const [row] = await data.engine.rows(
    `SELECT count(*) AS n, min(_row) AS first_row FROM ${await rowsWith(data, keyOf(rule))} WHERE ${value} IS NULL`,
  );
  const others = Number(row?.n ?? 0);
  if (others === 0) return;
  throw new PlatformError(
    "DATA_INVALID",
    `Column "${group.name}", which split.group names, is empty in ${counted(others, "row")}, first in row ${Number(row?.first_row)}. ` +
      "Each row is somebody's; fill in the values, or name another column with split.group.",
  );
}
