import { targetOf, type ModelDefinition } from "../../definition/definition";
import type { Finding } from "../findings";
import { formatNumber } from "../../base/format-number";
import { measureDrift, type ColumnDrift } from "../../drift/drift";
import type { ColumnProfile, Profile } from "../../drift/profile";
import { datesOf, withProfiled } from "../../drift/date-profiles";
import { columnsOf, profileTableAgainst, readQuartiles } from "../../drift/profile-table";
import type { SqlEngine } from "../../sql/engine";
import { double, identifier } from "../../sql/engine";
import type { ColumnFacts } from "../column-facts";
import { findExamples } from "../column-facts";
import { findPopulationFault, type PopulationFault } from "./population";

/** A model in production and the rows it was trained on. */
export interface Champion {
  /** `name:version`. */
  readonly model: string;
  readonly profile: Profile;
}

/** Columns whose change is accepted for once, and by what: a flag or a setting; "all" is every column. */
export interface AcceptedChange {
  readonly columns: readonly string[];
  readonly by: string;
}

/** Compares the distribution of sound columns with that of the rows the champion was trained on. */
export async function checkDistribution(
  engine: SqlEngine,
  definition: ModelDefinition,
  facts: readonly ColumnFacts[],
  { champion, rows, accepted }: { champion: Champion; rows: number; accepted?: AcceptedChange },
): Promise<Finding[]> {
  const reference = comparable(champion.profile, facts);
  const names = Object.keys(reference);
  if (names.length === 0) return [];
  const profile = { rows: champion.profile.rows, columns: reference };
  const compared = await compareWith(engine, definition, { profile, rows });
  const findings: Finding[] = [];
  for (const column of compared.columns) {
    const name = column.column;
    const before = reference[name];
    if (before === undefined) continue;
    const fault = await populationFaultOf(engine, definition, column, compared);
    if (fault === undefined) {
      if (column.drifted) findings.push(driftFinding(column, champion.model, definition.drift.psi));
      continue;
    }
    const dates = datesOf(name, before);
    const by = acceptedBy(dates.length > 0 ? dates : [name], definition, accepted);
    // What is made of dates is not in the file.
    const examples = dates.length > 0 ? [] : await farOutExamples(engine, name, fault);
    findings.push({
      severity: by === undefined ? "error" : "warning",
      check: "distribution",
      column: name,
      message: populationMessage(name, { fault, model: champion.model, by }),
      ...(by !== undefined && { acceptedBy: by }),
      ...(examples.length > 0 && { examples }),
    });
  }
  return findings;
}

interface Compared {
  /** How far each column has moved; none where the rows are too few to judge. */
  readonly columns: readonly ColumnDrift[];
  readonly reference: Profile["columns"];
  readonly current: Profile["columns"];
}

/** Compares the table `data`, which has so many rows, with the columns of a profile. */
async function compareWith(
  engine: SqlEngine,
  { drift: rule }: ModelDefinition,
  { profile, rows }: { readonly profile: Pick<Profile, "rows" | "columns">; readonly rows: number },
): Promise<Compared> {
  const current = await profileTableAgainst(engine, "data", profile.columns);
  const { judged, columns } = measureDrift(profile, { rows, columns: current }, rule);
  return { columns: judged ? columns : [], reference: profile.columns, current };
}

async function populationFaultOf(
  engine: SqlEngine,
  { checks }: ModelDefinition,
  column: ColumnDrift,
  { reference, current }: Compared,
): Promise<PopulationFault | undefined> {
  const name = column.column;
  const [before, now] = [reference[name], current[name]];
  if (before === undefined || now === undefined) return undefined;
  const quartiles =
    column.drifted && now.type === "number"
      ? await readQuartiles(engine, withProfiled("data", columnsOf(reference)), { name, count: now.count })
      : undefined;
  return findPopulationFault({ ...column, before, now, ...(quartiles && { quartiles }) }, checks);
}

/**
 * Whether the target of the table `data` is of another population than in the rows the champion was trained on, whoever has accepted that;
 * not where the definition says that it moves by nature.
 */
export async function hasOtherTarget(
  engine: SqlEngine,
  definition: ModelDefinition,
  { profile, rows }: { readonly profile: Profile; readonly rows: number },
): Promise<boolean> {
  const { name } = targetOf(definition);
  const before = Object.hasOwn(profile.columns, name) ? profile.columns[name] : undefined;
  if (before === undefined || definition.checks.mayMove.includes(name)) return false;
  const target = { rows: profile.rows, columns: { [name]: before } };
  const compared = await compareWith(engine, definition, { profile: target, rows });
  const [column] = compared.columns;
  return (
    column !== undefined && (await populationFaultOf(engine, definition, column, compared)) !== undefined
  );
}

/** What lets a column be of another population, if anything does. */
function acceptedBy(
  columns: readonly string[],
  { checks }: ModelDefinition,
  accepted: AcceptedChange | undefined,
): string | undefined {
  if (columns.some((name) => checks.mayMove.includes(name))) return "checks.mayMove";
  return accepted?.columns.some((name) => columns.includes(name) || name === "all") ? accepted.by : undefined;
}

function populationMessage(
  column: string,
  { fault, model, by }: { fault: PopulationFault; model: string; by: string | undefined },
): string {
  const what = `Column "${column}" is of another population than the rows ${model} was trained on: ${fault.message}.`;
  return by === undefined
    ? `${what} Check these rows, or how the column was made. If it moves by nature, name it in checks.mayMove; to train on it this once, run \`mlops retrain --accept-population ${column}\`, or set MLOPS_ACCEPT_POPULATION.`
    : `${what} This is accepted by ${by}.`;
}

function driftFinding({ column, psi }: ColumnDrift, model: string, allowed: number): Finding {
  const message = `Column "${column}" is distributed otherwise than in the rows ${model} was trained on: population stability index ${formatNumber(psi)}, above ${allowed} (drift.psi). Check how the column was made.`;
  return { severity: "warning", check: "distribution", column, message };
}

async function farOutExamples(
  engine: SqlEngine,
  name: string,
  { farOut }: PopulationFault,
): Promise<NonNullable<Finding["examples"]>> {
  if (farOut === undefined) return [];
  const { from, distance } = farOut;
  return findExamples(engine, name, `abs(d.${identifier(name)} - ${double(from)}) > ${double(distance)}`);
}

/** The champion's profiles of the columns that are sound here and have the same type. */
function comparable(profile: Profile, facts: readonly ColumnFacts[]): Record<string, ColumnProfile> {
  const sound = new Map(facts.map(({ column }) => [column.name, column]));
  const ofDates = Object.entries(profile.columns).filter(([name, before]) => {
    const dates = datesOf(name, before).map((date) => sound.get(date));
    return dates.length > 0 && dates.every((date) => date?.type === "date" && date.personal !== true);
  });
  const asTheyAre = Object.fromEntries(
    facts.flatMap(({ column }) => {
      // A champion from before the column was called personal may have it in its profile.
      if (column.personal) return [];
      const before = Object.hasOwn(profile.columns, column.name) ? profile.columns[column.name] : undefined;
      return before && (before.type === "number") === (column.type === "number")
        ? [[column.name, before]]
        : [];
    }),
  );
  return { ...asTheyAre, ...Object.fromEntries(ofDates) };
}
