import { bootstrapFall, bootstrapImprovement } from "./improvement-interval";
import { computeMetric } from "../metrics/compute-metrics";
import type { GateRule } from "../definition/definition";
import type { PromotionDecision, ScoredRows } from "../metrics/evaluation";
import { pickComparable, type ComparedRows } from "./comparable-rows";
import { improvementOf, roundingShare } from "./improvement";
import { metrics } from "../definition/metric-names";
import { labelsOf } from "../metrics/class-labels";
import {
  describeAccepted,
  describeCandidate,
  describeComparison,
  describeDoubt,
  describeFall,
  describeFloor,
  describeFloors,
  describeSlice,
  explainBreaking,
  explainMissing,
  explainOneLabel,
  explainTooFewUnseen,
} from "./promotion-wording";
import type { PromotionInput } from "./promotion-input";
import { judgeSlices, type SliceGroups } from "./promotion-slices";
import { withoutPeriod } from "../base/wording";

/** The rows that both models are measured on. */
interface Compared extends Omit<ComparedRows, "positions"> {
  readonly slices: readonly SliceGroups[];
}

type Outcome = Pick<PromotionDecision, "promote" | "reason" | "explanation">;
type Facts = Omit<PromotionDecision, keyof Outcome>;

/**
 * Whether a candidate may take the champion's place. Every question has one answer, in this order:
 * evaluation off: promoted; the gate's metric or a floor's cannot be computed for the candidate: kept; a classifier with one
 * label for rows of several classes: kept; a floor not reached: kept; no champion: promoted; a champion whose columns differ, or
 * too few rows that it was not trained on: kept, until the operator turns evaluation off for this run; a champion whose metric cannot be computed: promoted, as what cannot be measured cannot be
 * defended; a tie, or less better than asked: kept; a slice worse than allowed: kept; the interval of the improvement
 * above 0: promoted; the champion has fallen on data that is new to it: promoted, as it is weaker than what was
 * registered; else kept: the improvement may be chance. What would be promoted is kept all the same when it refuses requests that the
 * champion answers, unless that is accepted.
 */
export function decidePromotion(input: PromotionInput): PromotionDecision {
  const rows = compared(input);
  const facts = measure(input, rows);
  const outcome = decide(input, facts, rows);
  return { ...facts, ...(outcome.promote ? sparingClients(input, outcome) : outcome) };
}

/** The same unless clients of the champion would be refused: however good a candidate is, that needs a word of the operator. */
function sparingClients({ champion, evaluation }: PromotionInput, outcome: Outcome): Outcome {
  const { model, breaking = [] } = champion ?? {};
  if (evaluation === "off" || model === undefined || breaking.length === 0) return outcome;
  const refused = breaking.filter(({ acceptedBy }) => acceptedBy === undefined);
  if (refused.length > 0) return keep("breaks-clients", explainBreaking(outcome.explanation, model, refused));
  return { ...outcome, explanation: `${outcome.explanation} ${describeAccepted(model, breaking)}` };
}

function compared({ candidate, champion, slices }: PromotionInput): Compared {
  checkSameRows(candidate, champion?.rows);
  const { positions, ...rows } = pickComparable(candidate, champion?.rows, champion?.unseen);
  if (positions === undefined) return { ...rows, slices };
  return {
    ...rows,
    slices: slices.map(({ column, groups }) => ({ column, groups: positions.map((row) => groups[row]) })),
  };
}

function measure(input: PromotionInput, { candidate, champion, slices, leftOut }: Compared): Facts {
  const { rule, seed, evaluation, earlierDecisions } = input;
  const { metric } = rule;
  const value = computeMetric(metric, candidate);
  const championValue = champion && computeMetric(metric, champion);
  const improvement =
    value === undefined || championValue === undefined
      ? undefined
      : improvementOf(metric, value, championValue);
  const resampling = { metric, level: rule.confidence, seed };
  const resampled = evaluation === "on" && improvement !== undefined ? champion : undefined;
  const interval = resampled && bootstrapImprovement({ ...resampling, candidate, champion: resampled });
  const registered = input.champion?.registered;
  const fall =
    resampled && registered !== undefined
      ? bootstrapFall({ ...resampling, rows: resampled, registered })
      : undefined;
  return {
    metric,
    ...(value !== undefined && { candidate: value }),
    ...(input.champion && {
      champion: {
        model: input.champion.model,
        ...(championValue !== undefined && { value: championValue }),
      },
    }),
    ...(improvement !== undefined && { improvement }),
    minImprovement: rule.minImprovement,
    ...(interval && { interval }),
    ...(fall && registered !== undefined && { championFall: { registered, interval: fall } }),
    ...(input.champion?.breaking && { breaking: input.champion.breaking }),
    ...(earlierDecisions !== undefined && { earlierDecisions }),
    rows: candidate.actual.length,
    ...(leftOut > 0 && { leftOut }),
    // What a candidate must reach needs no comparison, so no row is left out.
    floors: rule.floors.map((floor) => judgeFloor(floor, input.candidate)),
    slices: judgeSlices({ rule, slices, candidate, champion, seed, judge: evaluation === "on" }),
  };
}

function judgeFloor(floor: GateRule["floors"][number], candidate: ScoredRows): Facts["floors"][number] {
  const { metric, min, max } = floor;
  const value = computeMetric(metric, candidate);
  const holds = value !== undefined && value >= (min ?? -Infinity) && value <= (max ?? Infinity);
  return { metric, bound: min ?? max ?? NaN, ...(value !== undefined && { value }), holds };
}

function decide(input: PromotionInput, facts: Facts, rows: Compared): Outcome {
  const { rule, champion, evaluation, candidate } = input;
  const measured = describeCandidate(input, facts);
  if (evaluation === "off") {
    return accept("evaluation-off", `Evaluation is turned off, so nothing was compared: ${measured}.`);
  }
  const missing = missingMetrics(facts);
  if (missing.length > 0) return keep("metric-missing", explainMissing(missing, rows.candidate, input));
  const oneLabel = metrics[rule.metric].task === "classification" ? findOneLabel(candidate) : undefined;
  if (oneLabel) return keep("one-label", explainOneLabel(oneLabel, input));
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
  if (rows.leftOut > 0 && rows.champion === undefined) {
    return keep("too-few-unseen", explainTooFewUnseen(input, candidate.actual.length, rows.leftOut));
  }
  if (facts.improvement === undefined) {
    return accept(
      "champion-unmeasured",
      `${rule.metric} cannot be computed for ${champion.model}, and what cannot be measured cannot be defended: ${measured}${describeFloors(facts)}.`,
    );
  }
  const comparison = describeComparison(input, { ...facts, improvement: facts.improvement });
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

/** The label that a classifier has for all rows, where they are of several classes. */
function findOneLabel(rows: ScoredRows): Parameters<typeof explainOneLabel>[0] | undefined {
  const labels = labelsOf(rows);
  const [label = 0] = labels;
  if (!labels.every((each) => each === label)) return undefined;
  const { actual, classes = 2 } = rows;
  const others = actual.filter((value) => value !== label).length;
  return others > 0 && others < actual.length ? { label, rows: actual.length, others, classes } : undefined;
}

function checkSameRows(candidate: ScoredRows, champion: ScoredRows | undefined): void {
  const same =
    champion === undefined ||
    (champion.actual.length === candidate.actual.length &&
      champion.actual.every((value, row) => value === candidate.actual[row]));
  if (!same)
    throw new RangeError("Candidate and champion were not scored on the same rows in the same order.");
}
