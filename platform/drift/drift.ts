import { z } from "zod";
import type { DriftRule } from "../definition/definition";
import { formatNumber } from "../base/format-number";
import { share } from "../base/share";
import { counted } from "../base/wording";
import { binLabels } from "./bins";
import { columnDetailsSchema, detailsOf } from "./column-details";
import { adjustByBenjaminiHochberg, chiSquareTest, populationStabilityIndex } from "./compare-counts";
import type { CategoryProfile, ColumnProfile, NumberProfile, Profile } from "./profile";

const count = z.number().int().min(0);

/** Shares of one bin in both samples, 0..1, of all rows: missing values are a bin of their own. */
const driftBinSchema = z.object({ label: z.string(), reference: z.number(), current: z.number() });

export type DriftBin = Readonly<z.output<typeof driftBinSchema>>;

const columnDriftSchema = z.object({
  /** Name of the column; "prediction" for the model's predictions. */
  column: z.string(),
  /** Population stability index; 0 = same, above 0.2 = investigate. */
  psi: z.number(),
  /** Of the chi-square test, 0..1. */
  pValue: z.number(),
  /** The same, corrected for the number of columns (Benjamini and Hochberg; Holm in reports of earlier versions). */
  adjustedPValue: z.number(),
  /** Share of missing values, 0..1. */
  missing: z.object({ reference: z.number(), current: z.number() }),
  drifted: z.boolean(),
  bins: z.array(driftBinSchema).readonly(),
  /** Further measures of the same samples, which do not judge; absent in reports of earlier versions. */
  details: columnDetailsSchema.exactOptional(),
});

export type ColumnDrift = Readonly<z.output<typeof columnDriftSchema>>;

/** What a prediction log has beside the rows that are compared, or what is odd about them. */
const besideSchema = z.object({
  /** Rows that other versions of the model answered; they are left out. */
  otherVersions: count,
  /** Rows of a model of another name, whose log is among this one's files; they are left out. */
  otherModel: count,
  /** Rows that are compared and dated later than now: a clock is wrong. */
  ahead: count,
  /** Labels of rows that were not found in the log; absent where there were no labels. */
  unknownLabels: count.exactOptional(),
});

export type LogBeside = Readonly<z.output<typeof besideSchema>>;

/** `drift.json` of a run: how the rows that were scored differ from the reference. */
export const driftReportSchema = z.object({
  /** Rows compared with the reference. */
  rows: count,
  /** How many independent rows tell as much, where rows were asked for again and again; absent where they were not. */
  effectiveRows: z.number().exactOptional(),
  referenceRows: count,
  /** False when there are too few rows to say anything; then nothing has drifted. */
  judged: z.boolean(),
  drifted: z.boolean(),
  columns: z.array(columnDriftSchema).readonly(),
  /** Of a prediction log; absent of other rows, and in reports of earlier versions. */
  beside: besideSchema.exactOptional(),
  /** The outcome in a sentence, with numbers. */
  explanation: z.string(),
});

export type DriftReport = Readonly<z.output<typeof driftReportSchema>>;

/** Labels of the bins that stand for no single value. */
const otherLabel = "other";
const unseenLabel = "not seen before";
const missingLabel = "missing";

/**
 * Whether data still looks like the reference. A column has drifted when two things hold. Its stability index is above
 * `rule.psi`: the change is large enough to matter. And a chi-square test on the same bins, corrected over all columns,
 * is significant: the change is not chance. Neither is enough alone. The index of two samples of one
 * distribution is about (bins - 1)(1/n + 1/m), so that 50 rows in ten bins reach 0.2 with no drift at all; and
 * the test finds a difference of no importance once there are rows enough. A missing value is a bin of its own, so a change in
 * the share of missing values is drift too. Rows that were asked for again and again count as the independent rows that tell as
 * much. Compared are the columns that both profiles have, and the predictions.
 */
export function measureDrift(reference: Profile, current: Profile, rule: DriftRule): DriftReport {
  const compared = comparedColumns(reference, current);
  const { rows, effectiveRows = rows } = current;
  const columns = judge(compared, rule, rows === 0 ? 1 : effectiveRows / rows);
  const fewest = Math.min(reference.rows, effectiveRows);
  const judged = fewest >= rule.minRows;
  const drifted = judged && columns.some((column) => column.drifted);
  const repeated = effectiveRows < rows && { effectiveRows };
  const report = { rows, ...repeated, referenceRows: reference.rows, judged, drifted };
  const shown = judged ? columns : columns.map((column) => ({ ...column, drifted: false }));
  return { ...report, columns: shown, explanation: explain({ ...report, columns: shown }, rule) };
}

interface ComparedColumn {
  readonly column: string;
  readonly reference: ColumnProfile;
  readonly current: ColumnProfile;
}

function comparedColumns(reference: Profile, current: Profile): ComparedColumn[] {
  const columns = Object.entries(reference.columns).flatMap(([column, profile]) => {
    const now = Object.hasOwn(current.columns, column) ? current.columns[column] : undefined;
    return now ? [{ column, reference: profile, current: now }] : [];
  });
  if (!reference.prediction || !current.prediction) return columns;
  return [...columns, { column: "prediction", reference: reference.prediction, current: current.prediction }];
}

/** `weight`: independent rows for each row of the current sample, 0..1. */
function judge(compared: readonly ComparedColumn[], rule: DriftRule, weight: number): ColumnDrift[] {
  const measured = compared.map((column) => {
    const bins = binsOf(column);
    const independent = bins.map((bin) => ({ ...bin, current: weight * bin.current }));
    const details = detailsOf(column, { bins: independent, missingLabel });
    return { ...column, bins, details, psi: populationStabilityIndex(bins), ...chiSquareTest(independent) };
  });
  const adjusted = adjustByBenjaminiHochberg(measured.map(({ pValue }) => pValue));
  return measured.map(({ column, reference, current, bins, details, psi, pValue }, index) => {
    const adjustedPValue = adjusted[index] ?? 1;
    const [referenceRows, currentRows] = [rowsOf(reference), rowsOf(current)];
    return {
      column,
      psi,
      pValue,
      adjustedPValue,
      missing: {
        reference: share(reference.missing, referenceRows),
        current: share(current.missing, currentRows),
      },
      drifted: psi > rule.psi && adjustedPValue < rule.significance,
      bins: bins.map((bin) => ({
        label: bin.label,
        reference: share(bin.reference, referenceRows),
        current: share(bin.current, currentRows),
      })),
      details,
    };
  });
}

/** Occurrences in both samples, bin by bin. */
function binsOf({ column, reference, current }: ComparedColumn): DriftBin[] {
  const bins =
    reference.type === "number" && current.type === "number"
      ? numberBins(column, reference, current)
      : reference.type === "category" && current.type === "category"
        ? categoryBins(reference, current)
        : undefined;
  if (!bins)
    throw new RangeError(
      `Column "${column}" is a ${reference.type} in the reference, a ${current.type} now.`,
    );
  const missing = { label: missingLabel, reference: reference.missing, current: current.missing };
  return [...bins, ...(reference.missing + current.missing > 0 ? [missing] : [])];
}

function numberBins(column: string, reference: NumberProfile, current: NumberProfile): DriftBin[] {
  const sameEdges =
    reference.edges.length === current.edges.length &&
    reference.edges.every((edge, index) => edge === current.edges[index]);
  if (!sameEdges) {
    throw new RangeError(
      `Column "${column}" was not counted into the bins of the reference it is compared with.`,
    );
  }
  return binLabels(reference.edges, { whole: reference.whole === true })
    .map((label, index) => ({
      label,
      reference: reference.counts[index] ?? 0,
      current: current.counts[index] ?? 0,
    }))
    .filter((bin) => bin.reference + bin.current > 0);
}

/** The reference's values, further ones that it has, and those that it has not; each new one by its name where those are all. */
function categoryBins(reference: CategoryProfile, current: CategoryProfile): DriftBin[] {
  const occurrences = (profile: CategoryProfile, label: string): number =>
    Object.hasOwn(profile.values, label) ? (profile.values[label] ?? 0) : 0;
  // A value the current profile names may be among the reference's "other": then it is not new, but part of that.
  const fresh = reference.other > 0 ? [] : Object.keys(current.values);
  const labels = [...new Set([...Object.keys(reference.values), ...fresh])];
  const bins = labels.map((label) => ({
    label,
    reference: occurrences(reference, label),
    current: occurrences(current, label),
  }));
  const named = bins.reduce((sum, bin) => sum + bin.current, 0);
  const [was, is] = [reference.unseen ?? 0, current.unseen ?? 0];
  // A reference that names few of its values cannot tell those from new ones.
  const known = reference.unseen !== undefined && current.unseen !== undefined;
  const rest = { label: otherLabel, reference: reference.other, current: current.count - named };
  const further = known
    ? [
        { ...rest, reference: reference.other - was, current: rest.current - is },
        { label: unseenLabel, reference: was, current: is },
      ]
    : [rest];
  return [...bins, ...further.filter((bin) => bin.reference + bin.current > 0)];
}

function rowsOf({ count, missing }: ColumnProfile): number {
  return count + missing;
}

/** How many of the values were not seen before, in words, where some were not. */
function unseenShare(bins: readonly DriftBin[]): string {
  const unseen = bins.find(({ label }) => label === unseenLabel);
  return unseen === undefined
    ? ""
    : `, ${formatNumber(100 * unseen.current)} % not seen before against ${formatNumber(100 * unseen.reference)} % to expect`;
}

function explain(report: Omit<DriftReport, "explanation">, rule: DriftRule): string {
  const { rows, referenceRows, columns } = report;
  const repeated =
    report.effectiveRows === undefined
      ? ""
      : ` (which repeat each other, and tell as much as ${Math.round(report.effectiveRows)})`;
  const samples = `${counted(rows, "row")}${repeated} against ${counted(referenceRows, "row")} of the reference`;
  if (!report.judged) {
    return `Not judged: ${samples}; at least ${rule.minRows} on each side are needed.`;
  }
  const drifted = columns.filter((column) => column.drifted).sort((a, b) => b.psi - a.psi);
  if (drifted.length === 0) {
    return `No drift in ${counted(columns.length, "column")}: ${samples}.`;
  }
  const named = drifted.map(
    ({ column, psi, adjustedPValue, bins }) =>
      `${column} (stability index ${formatNumber(psi)}, corrected p ${formatNumber(adjustedPValue, 2)}${unseenShare(bins)})`,
  );
  return (
    `Drift in ${drifted.length} of ${counted(columns.length, "column")}: ${named.join(", ")}; ` +
    `allowed are a stability index of ${formatNumber(rule.psi)} and what chance explains (p ${rule.significance}); ${samples}.`
  );
}
