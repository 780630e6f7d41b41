import { computeMetric } from "../metrics/compute-metrics";
import type { GateRule } from "../definition/definition";
import type { PromotionDecision, ScoredRows } from "../metrics/evaluation";
import { pickRows } from "../metrics/pick-rows";
import { groupRows, type RowLabels } from "../metrics/row-groups";
import { improvementOf, roundingShare } from "./improvement";
import { bootstrapImprovement } from "./improvement-interval";

/** The groups of one slice of the rule. */
export interface SliceGroups {
  readonly column: string;
  /** One label per held-out row. */
  readonly groups: RowLabels;
}

type SliceResult = PromotionDecision["slices"][number];
type SliceRule = GateRule["slices"][number];

/** The rows of one group of a slice. */
interface Group {
  readonly slice: SliceRule;
  readonly label: string;
  readonly candidate: ScoredRows;
  readonly champion: ScoredRows | undefined;
}

/**
 * The gate's metric per group of rows, in order of the labels. A group is judged when it has the rule's fewest rows
 * and the metric can be computed for both models; the others are shown, and hold. A judged group does not hold when its
 * interval shows that the candidate is worse by more than is allowed: the level of the intervals allows for the number
 * of groups judged (Bonferroni), so that many slices do not fail a better candidate by chance.
 */
export function judgeSlices(input: {
  readonly rule: GateRule;
  readonly slices: readonly SliceGroups[];
  readonly candidate: ScoredRows;
  readonly champion: ScoredRows | undefined;
  readonly seed: number;
  /** Whether to judge at all, or only to show. */
  readonly judge: boolean;
}): SliceResult[] {
  const { rule, seed, judge } = input;
  const groups = rule.slices.flatMap((slice) => groupsOf(slice, input));
  const judged = groups.filter(({ slice, candidate }) => candidate.actual.length >= slice.minRows).length;
  const level = 1 - (1 - rule.confidence) / Math.max(1, judged);
  return groups.map((group) => judgeGroup(group, { metric: rule.metric, level, seed, judge }));
}

function groupsOf(
  slice: SliceRule,
  { slices, candidate, champion }: Omit<Parameters<typeof judgeSlices>[0], "rule" | "seed" | "judge">,
): Group[] {
  const groups = slices.find(({ column }) => column === slice.column)?.groups;
  if (groups?.length !== candidate.actual.length) {
    throw new RangeError(
      `Slice "${slice.column}" has ${groups?.length ?? "no"} labels for ${candidate.actual.length} held-out rows.`,
    );
  }
  return groupRows(groups).map(([label, rows]) => ({
    slice,
    label,
    candidate: pickRows(candidate, rows),
    champion: champion && pickRows(champion, rows),
  }));
}

function judgeGroup(
  { slice, label, ...models }: Group,
  {
    judge,
    ...resampling
  }: {
    readonly metric: GateRule["metric"];
    readonly level: number;
    readonly seed: number;
    readonly judge: boolean;
  },
): SliceResult {
  const { metric } = resampling;
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
  if (candidate === undefined || champion === undefined || !models.champion) {
    return { ...shown, judged: false, holds: true };
  }
  // 0 - x, not -x: no difference is 0, not -0.
  const worseBy = 0 - improvementOf(metric, candidate, champion);
  if (!judge || rows < slice.minRows) return { ...shown, worseBy, judged: false, holds: true };
  const interval = bootstrapImprovement({
    ...resampling,
    candidate: models.champion,
    champion: models.candidate,
  });
  const allowed = slice.mayBeWorseBy + roundingShare * Math.abs(candidate);
  // Where hardly a resample has the metric, what was measured decides.
  const holds = worseBy <= allowed || (interval !== undefined && interval.low <= allowed);
  return { ...shown, worseBy, ...(interval && { interval }), judged: true, holds };
}
