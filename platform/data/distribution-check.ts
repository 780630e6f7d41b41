import type { ModelDefinition } from "../definition/definition";
import type { Finding } from "./findings";
import { formatNumber } from "../base/format-number";
import { measureDrift, type ColumnDrift } from "../drift/drift";
import type { ColumnProfile, NumberProfile, Profile } from "../drift/profile";
import { profileTableAgainst } from "../drift/profile-table";
import type { SqlEngine } from "../sql/engine";
import { double, identifier } from "../sql/engine";
import type { ColumnFacts } from "./column-facts";
import { findExamples } from "./column-facts";

/** A model in production and the rows it was trained on. */
export interface Champion {
  /** `name:version`. */
  readonly model: string;
  readonly profile: Profile;
}

/** Population stability index above which data is of another population, not merely drifted. */
const otherPopulation = 1;
/**
 * How far the mean may move, in the champion's standard deviations, and by which factor the standard deviation may
 * change. A few values far out hardly move the index, which counts values per bin, but they ruin a fit.
 */
const maxShift = 3;
/** Values this many of the champion's standard deviations from its mean are shown as examples. */
const farOut = 10;

/** Compares the distribution of sound columns with that of the rows the champion was trained on. */
export async function checkDistribution(
  engine: SqlEngine,
  definition: ModelDefinition,
  facts: readonly ColumnFacts[],
  { champion, rows }: { champion: Champion; rows: number },
): Promise<Finding[]> {
  const reference = comparable(champion.profile, facts);
  const names = Object.keys(reference);
  if (names.length === 0) return [];
  const current = await profileTableAgainst(engine, "data", reference);
  const drift = measureDrift(
    { rows: champion.profile.rows, columns: reference },
    { rows, columns: current },
    definition.drift,
  );
  if (!drift.judged) return [];
  const findings: Finding[] = [];
  for (const column of drift.columns) {
    const name = column.column;
    const [before, now] = [reference[name], current[name]];
    const moved = before && now ? momentMessage(before, now) : undefined;
    if (moved !== undefined && before?.type === "number") {
      const examples = await findExamples(engine, name, farOutCondition(name, before));
      const message = `Column "${name}" has ${moved} in the rows ${champion.model} was trained on. This is another population; check these rows, or how the column was made.`;
      const shown = examples.length > 0 && { examples };
      findings.push({ severity: "error", check: "distribution", column: name, message, ...shown });
    } else if (column.drifted) {
      findings.push(driftFinding(column, champion.model, definition.drift.psi));
    }
  }
  return findings;
}

function driftFinding({ column, psi }: ColumnDrift, model: string, allowed: number): Finding {
  const isOther = psi > otherPopulation;
  const limit = isOther ? `${otherPopulation}, which is another population` : `${allowed} (drift.psi)`;
  const message = `Column "${column}" is distributed otherwise than in the rows ${model} was trained on: population stability index ${formatNumber(psi)}, above ${limit}. Check how the column was made.`;
  return { severity: isOther ? "error" : "warning", check: "distribution", column, message };
}

/** The champion's profiles of the columns that are sound here and have the same type. */
function comparable(profile: Profile, facts: readonly ColumnFacts[]): Record<string, ColumnProfile> {
  return Object.fromEntries(
    facts.flatMap(({ column }) => {
      const before = Object.hasOwn(profile.columns, column.name) ? profile.columns[column.name] : undefined;
      return before && (before.type === "number") === (column.type === "number")
        ? [[column.name, before]]
        : [];
    }),
  );
}

/** What moved too far for the same population: the standard deviation or the mean, in words. */
function momentMessage(before: ColumnProfile, now: ColumnProfile): string | undefined {
  if (before.type !== "number" || now.type !== "number") return undefined;
  const [deviation, newDeviation] = [before.standardDeviation ?? 0, now.standardDeviation ?? 0];
  if (deviation === 0 || before.mean === undefined || now.mean === undefined) return undefined;
  if (newDeviation > maxShift * deviation || newDeviation * maxShift < deviation) {
    return `a standard deviation of ${formatNumber(newDeviation)}, against ${formatNumber(deviation)}`;
  }
  if (Math.abs(now.mean - before.mean) > maxShift * deviation) {
    return `a mean of ${formatNumber(now.mean)}, against ${formatNumber(before.mean)} (standard deviation ${formatNumber(deviation)})`;
  }
  return undefined;
}

function farOutCondition(name: string, { mean = 0, standardDeviation = 0 }: NumberProfile): string {
  return `abs(d.${identifier(name)} - ${double(mean)}) > ${double(farOut * standardDeviation)}`;
}
