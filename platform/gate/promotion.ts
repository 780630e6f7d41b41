import { bootstrapFall, bootstrapImprovement } from "./improvement-interval";
import { computeMetric } from "../metrics/compute-metrics";
import type { GateRule } from "../definition/definition";
import type { PromotionDecision, ScoredRows } from "../metrics/evaluation";
import { formatNumber } from "../base/format-number";
import { improvementOf, roundingShare } from "./improvement";
import { metrics, type MetricName } from "../definition/metric-names";
import { judgeSlices, type SliceGroups } from "./promotion-slices";
import { counted, withoutPeriod } from "../base/wording";

/** What the gate decides on. Everything is measured on the same held-out rows, in the same order. */
export interface PromotionInput {
  readonly rule: GateRule;
  /** Unit of a regression's target, for the explanation. */
  readonly unit?: string | undefined;
  readonly candidate: ScoredRows;
  /** The model in production: scored, or the reason why it cannot score these rows, naming the columns. */
  readonly champion?: {
    readonly model: string;
    readonly rows?: ScoredRows | undefined;
    readonly incompatible?: string | undefined;
    /** The gate's metric when it was registered; absent where it was registered on the very data that it is judged on now. */
    readonly registered?: number | undefined;
  };
  /** Groups of the held-out rows, for every slice of the rule. */
  readonly slices: readonly SliceGroups[];
  /** Decisions that were made on these held-out rows before, where that is known. */
  readonly earlierDecisions?: number | undefined;
  /** Seed of the bootstrap, a whole number. */
  readonly seed: number;
  readonly evaluation: "on" | "off";
}

type Outcome = Pick<PromotionDecision, "promote" | "reason" | "explanation">;
type Facts = Omit<PromotionDecision, keyof Outcome>;

/**
 * Whether a candidate may take the champion's place. Every question has one answer, in this order:
 * evaluation off: promoted; the gate's metric or a floor's cannot be computed for the candidate: kept; a floor not
 * reached: kept; no champion: promoted; a champion whose columns differ: kept, until the operator turns evaluation
 * off for this run; a champion whose metric cannot be computed: promoted, as what cannot be measured cannot be
 * defended; a tie, or less better than asked: kept; a slice worse than allowed: kept; the interval of the improvement
 * above 0: promoted; the champion has fallen on data that is new to it: promoted, as it is weaker than what was
 * registered; else kept: the improvement may be chance.
 */
export function decidePromotion(input: PromotionInput): PromotionDecision {
  const facts = measure(input);
  return { ...facts, ...decide(input, facts) };
}

function measure(input: PromotionInput): Facts {
  const { rule, candidate, champion, slices, seed, evaluation, earlierDecisions } = input;
  checkSameRows(candidate, champion?.rows);
  const { metric } = rule;
  const value = computeMetric(metric, candidate);
  const championValue = champion?.rows && computeMetric(metric, champion.rows);
  const improvement =
    value === undefined || championValue === undefined
      ? undefined
      : improvementOf(metric, value, championValue);
  const resampling = { metric, level: rule.confidence, seed };
  const compared = evaluation === "on" && improvement !== undefined ? champion?.rows : undefined;
  const interval = compared && bootstrapImprovement({ ...resampling, candidate, champion: compared });
  const registered = champion?.registered;
  const fall =
    compared && registered !== undefined
      ? bootstrapFall({ ...resampling, rows: compared, registered })
      : undefined;
  return {
    metric,
    ...(value !== undefined && { candidate: value }),
    ...(champion && {
      champion: { model: champion.model, ...(championValue !== undefined && { value: championValue }) },
    }),
    ...(improvement !== undefined && { improvement }),
    minImprovement: rule.minImprovement,
    ...(interval && { interval }),
    ...(fall && registered !== undefined && { championFall: { registered, interval: fall } }),
    ...(earlierDecisions !== undefined && { earlierDecisions }),
    rows: candidate.actual.length,
    floors: rule.floors.map((floor) => judgeFloor(floor, candidate)),
    slices: judgeSlices({ rule, slices, candidate, champion: champion?.rows, seed }),
  };
}

function judgeFloor(floor: GateRule["floors"][number], candidate: ScoredRows): Facts["floors"][number] {
  const { metric, atLeast, atMost } = floor;
  const value = computeMetric(metric, candidate);
  const holds = value !== undefined && value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity);
  return { metric, bound: atLeast ?? atMost ?? NaN, ...(value !== undefined && { value }), holds };
}

function decide(input: PromotionInput, facts: Facts): Outcome {
  const { rule, champion, evaluation } = input;
  const measured = describeCandidate(input, facts);
  if (evaluation === "off") {
    return accept("evaluation-off", `Evaluation is turned off, so nothing was compared: ${measured}.`);
  }
  const missing = missingMetrics(facts);
  if (missing.length > 0) return keep("metric-missing", explainMissing(missing, input.candidate));
  const low = facts.floors.filter(({ holds }) => !holds);
  if (low.length > 0) {
    return keep("below-floor", `${low.map((floor) => describeFloor(floor)).join("; ")} (${measured}).`);
  }
  if (!champion) return accept("no-champion", `There is no champion: ${measured}${describeFloors(facts)}.`);
  if (champion.incompatible !== undefined) {
    return keep(
      "champion-incompatible",
      `${champion.model} cannot score these rows, so nothing shows that the candidate is better: ` +
        `${withoutPeriod(champion.incompatible)}. To replace it all the same, turn evaluation off for this run (MLOPS_EVALUATION=off).`,
    );
  }
  if (facts.improvement === undefined) {
    return accept(
      "champion-unmeasured",
      `${rule.metric} cannot be computed for ${champion.model}, and what cannot be measured cannot be defended: ${measured}${describeFloors(facts)}.`,
    );
  }
  const comparison = compare(input, { ...facts, improvement: facts.improvement });
  if (!isEnough(facts.improvement, facts)) return keep("not-better", `${comparison}.`);
  const worse = facts.slices.filter(({ holds }) => !holds);
  if (worse.length > 0) {
    return keep(
      "worse-slice",
      `${comparison}; but ${worse.map((slice) => describeSlice(slice, rule)).join("; ")}.`,
    );
  }
  if (facts.interval && facts.interval.low > 0) return accept("better", `${comparison}.`);
  if (facts.championFall && facts.championFall.interval.low > 0) {
    return accept("champion-fell", `${comparison}; ${describeFall(input, facts.championFall)}.`);
  }
  return keep("uncertain", `${comparison}; ${describeDoubt(facts)}`);
}

const accept = (reason: Outcome["reason"], explanation: string): Outcome => ({
  promote: true,
  reason,
  explanation,
});
const keep = (reason: Outcome["reason"], explanation: string): Outcome => ({
  promote: false,
  reason,
  explanation,
});

/** An improvement equal to what is asked is enough, a tie never is. */
function isEnough(improvement: number, { minImprovement, candidate = 0 }: Facts): boolean {
  return improvement > 0 && improvement >= minImprovement - roundingShare * Math.abs(candidate);
}

function missingMetrics(facts: Facts): string[] {
  const floors = facts.floors.filter(({ value }) => value === undefined).map(({ metric }) => metric);
  return [...new Set([...(facts.candidate === undefined ? [facts.metric] : []), ...floors])];
}

function explainMissing(missing: readonly string[], { actual, predicted }: ScoredRows): string {
  const bad = predicted.findIndex((value) => !Number.isFinite(value));
  const why =
    actual.length === 0
      ? "there are no held-out rows"
      : bad >= 0
        ? `prediction ${bad + 1} of ${predicted.length} is ${predicted[bad]}`
        : actual.length === 1
          ? "one held-out row is not enough"
          : actual.every((value) => value === actual[0])
            ? `the target is ${actual[0]} in all ${counted(actual.length, "held-out row")}`
            : "it is not defined for these predictions";
  return `${missing.join(" and ")} cannot be computed for the candidate: ${why}. A candidate that cannot be measured is not promoted.`;
}

function describeCandidate({ rule, unit }: PromotionInput, { candidate, rows }: Facts): string {
  const value = candidate === undefined ? "unknown" : withUnit(candidate, rule.metric, unit);
  return `${rule.metric} ${value} on ${counted(rows, "held-out row")}`;
}

function compare(
  { rule, unit, champion }: PromotionInput,
  facts: Facts & { readonly improvement: number },
): string {
  const { candidate = NaN, improvement, interval, minImprovement, rows } = facts;
  const size = withUnit(Math.abs(improvement), rule.metric, unit);
  const verdict =
    improvement > 0 ? `better by ${size}` : improvement < 0 ? `worse by ${size}` : "no difference";
  const range = interval
    ? `${interval.level * 100} % interval ${formatNumber(interval.low)} to ${formatNumber(interval.high)}`
    : "no interval: too few rows";
  const asked =
    minImprovement > 0
      ? `at least ${withUnit(minImprovement, rule.metric, unit)} is asked`
      : "any improvement is enough";
  return (
    `${rule.metric} ${formatNumber(candidate)} against ${formatNumber(facts.champion?.value ?? NaN)} of ` +
    `${champion?.model ?? "the champion"} on ${counted(rows, "held-out row")}: ${verdict} (${range}), ${asked}${describeEarlier(facts)}`
  );
}

function describeFall(
  { rule, champion }: PromotionInput,
  { registered, interval }: NonNullable<Facts["championFall"]>,
): string {
  return (
    `but on this data, which is new to it, ${champion?.model ?? "the champion"} has fallen from the ${rule.metric} of ` +
    `${formatNumber(registered)} that it was registered with (by ${formatNumber(interval.low)} to ${formatNumber(interval.high)})`
  );
}

function describeDoubt({ interval }: Facts): string {
  return interval
    ? "the interval does not lie above 0, so the difference may be chance. More held-out rows make it narrower; gate.confidence says how sure is sure enough."
    : "without an interval the difference may be chance. Give more held-out rows.";
}

/** How often these held-out rows have decided before: the best of many looks at the same rows is partly luck. */
function describeEarlier({ earlierDecisions = 0 }: Facts): string {
  return earlierDecisions === 0
    ? ""
    : `; these held-out rows have decided ${earlierDecisions === 1 ? "once" : `${earlierDecisions} times`} before`;
}

function describeFloor({ metric, value, bound }: Facts["floors"][number]): string {
  const side = metrics[metric].better === "higher" ? "at least" : "at most";
  return `${metric} ${formatNumber(value ?? NaN)} misses its floor, ${side} ${formatNumber(bound)}`;
}

function describeFloors({ floors }: Facts): string {
  if (floors.length === 0) return "";
  const values = floors.map(({ metric, value }) => `${metric} ${formatNumber(value ?? NaN)}`);
  return `, and its ${floors.length > 1 ? "floors hold" : "floor holds"} (${values.join(", ")})`;
}

function describeSlice(slice: Facts["slices"][number], rule: GateRule): string {
  const allowed = rule.slices.find(({ column }) => column === slice.column)?.mayBeWorseBy ?? 0;
  return (
    `where ${slice.column} is ${slice.value} (${counted(slice.rows, "held-out row")}) it is worse by ` +
    `${formatNumber(slice.worseBy ?? NaN)}, at most ${formatNumber(allowed)} is allowed`
  );
}

function withUnit(value: number, metric: MetricName, unit: string | undefined): string {
  const hasUnit = unit !== undefined && (metric === "rmse" || metric === "mae");
  return hasUnit ? `${formatNumber(value)} ${unit}` : formatNumber(value);
}

function checkSameRows(candidate: ScoredRows, champion: ScoredRows | undefined): void {
  const same =
    champion === undefined ||
    (champion.actual.length === candidate.actual.length &&
      champion.actual.every((value, row) => value === candidate.actual[row]));
  if (!same)
    throw new RangeError("Candidate and champion were not scored on the same rows in the same order.");
}
