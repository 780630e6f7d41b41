import { computeMetric } from "../metrics/compute-metrics";
import type { GateRule } from "../definition/definition";
import type { PromotionDecision, ScoredRows } from "../metrics/evaluation";
import { improvementOf, roundingShare } from "./improvement";

/** The groups of one slice of the rule. */
export interface SliceGroups {
  readonly column: string;
  /** One label per held-out row ("<= 50", "female"); undefined = in no group. */
  readonly groups: readonly (string | undefined)[];
}

type SliceResult = PromotionDecision["slices"][number];
type SliceRule = GateRule["slices"][number];

/**
 * The gate's metric per group of rows, in order of the labels. A group is judged when it has the rule's least rows
 * and the metric can be computed for both models; the others are shown, and hold.
 */
export function judgeSlices(input: {
  readonly rule: GateRule;
  readonly slices: readonly SliceGroups[];
  readonly candidate: ScoredRows;
  readonly champion: ScoredRows | undefined;
}): SliceResult[] {
  const { rule, slices, candidate, champion } = input;
  return rule.slices.flatMap((slice) => {
    const groups = slices.find(({ column }) => column === slice.column)?.groups;
    if (groups?.length !== candidate.actual.length) {
      throw new RangeError(
        `Slice "${slice.column}" has ${groups?.length ?? "no"} labels for ${candidate.actual.length} held-out rows.`,
      );
    }
    return [...rowsByLabel(groups)]
      .sort(([a], [b]) => placeOf(a) - placeOf(b) || a.localeCompare(b, "en", { numeric: true }))
      .map(([label, rows]) =>
        judgeGroup(
          { metric: rule.metric, slice, label },
          { candidate: pick(candidate, rows), champion: champion && pick(champion, rows) },
        ),
      );
  });
}

function judgeGroup(
  { metric, slice, label }: { metric: GateRule["metric"]; slice: SliceRule; label: string },
  models: { candidate: ScoredRows; champion: ScoredRows | undefined },
): SliceResult {
  const rows = models.candidate.actual.length;
  const candidate = computeMetric(metric, models.candidate);
  const champion = models.champion && computeMetric(metric, models.champion);
  const shown = {
    column: slice.column,
    value: label,
    rows,
    ...(candidate !== undefined && { candidate }),
    ...(champion !== undefined && { champion }),
  };
  if (candidate === undefined || champion === undefined) return { ...shown, judged: false, holds: true };
  // 0 - x, not -x: no difference is 0, not -0.
  const worseBy = 0 - improvementOf(metric, candidate, champion);
  const judged = rows >= slice.minRows;
  const holds = !judged || worseBy <= slice.mayBeWorseBy + roundingShare * Math.abs(candidate);
  return { ...shown, worseBy, judged, holds };
}

/** Puts "<= 50" before "50 < x <= 60" before "> 60". */
function placeOf(label: string): number {
  return label.startsWith("<") ? -1 : label.startsWith(">") ? 1 : 0;
}

function rowsByLabel(groups: SliceGroups["groups"]): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  groups.forEach((label, row) => {
    if (label === undefined) return;
    const group = rows.get(label);
    if (group) group.push(row);
    else rows.set(label, [row]);
  });
  return rows;
}

function pick({ actual, predicted, weights }: ScoredRows, rows: readonly number[]): ScoredRows {
  const those = (values: Float64Array): Float64Array => Float64Array.from(rows, (row) => values[row] ?? NaN);
  return {
    actual: those(actual),
    predicted: those(predicted),
    ...(weights && { weights: those(weights) }),
  };
}
