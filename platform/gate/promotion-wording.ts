import { formatNumber } from "../base/format-number";
import { counted } from "../base/wording";
import { describeBreaking } from "./breaking-changes";
import type { GateRule } from "../definition/definition";
import { metrics, type MetricName } from "../definition/metric-names";
import type { PromotionDecision, ScoredRows } from "../metrics/evaluation";
import { minUnseenRows } from "./comparable-rows";
import type { PromotionInput } from "./promotion-input";

type Facts = Omit<PromotionDecision, "promote" | "reason" | "explanation">;

/** Why metrics cannot be computed for the candidate's `rows`. */
export function explainMissing(
  missing: readonly string[],
  { actual, predicted }: ScoredRows,
  { classes }: Pick<PromotionInput, "classes">,
): string {
  const bad = predicted.findIndex((value) => !Number.isFinite(value));
  const only = actual[0] ?? NaN;
  const why =
    actual.length === 0
      ? "there are no held-out rows"
      : bad >= 0
        ? `prediction ${bad + 1} of ${predicted.length} is ${predicted[bad]}`
        : actual.length === 1
          ? "one held-out row is not enough"
          : actual.every((value) => value === only)
            ? `the target is ${shownTarget(only, classes)} in all ${counted(actual.length, "held-out row")}`
            : "it is not defined for these predictions";
  return `${missing.join(" and ")} cannot be computed for the candidate: ${why}. A candidate that cannot be measured is not promoted.`;
}

/** A target as the data has it: a class by its own name, in quotes where that is text. */
function shownTarget(value: number, classes: PromotionInput["classes"]): string {
  const name = classes?.[value] ?? value;
  return typeof name === "string" ? `"${name}"` : String(name);
}

/** Why a classifier is of no use that has one label for all rows, of which `others` are of another class. */
export function explainOneLabel(
  found: { readonly label: number; readonly rows: number; readonly others: number; readonly classes: number },
  { classes }: Pick<PromotionInput, "classes">,
): string {
  const { label, rows, others } = found;
  const calls = `The candidate calls all ${counted(rows, "held-out row")} ${shownTarget(label, classes)}, although ${others.toLocaleString("en-US")} of them are `;
  if (found.classes > 2) {
    return `${calls}of other classes: it tells nothing apart. Let rarer classes count more (classWeight), which a program does by itself; or give more rows, or features that tell them.`;
  }
  const rule = label === 1 ? "{ falsePositive: 10, falseNegative: 1 }" : '"f1"';
  return (
    `${calls}${shownTarget(1 - label, classes)}: ` +
    `it flags ${label === 1 ? "everybody" : "nobody"}. Let a threshold be chosen (threshold: ${rule}) or the rarer class count more (classWeight), which a program does by itself; or give more rows, or features that tell it.`
  );
}

export function describeCandidate({ rule, unit }: PromotionInput, { candidate, rows }: Facts): string {
  const value = candidate === undefined ? "unknown" : withUnit(candidate, rule.metric, unit);
  return `${rule.metric} ${value} on ${counted(rows, "held-out row")}`;
}

/** The two figures, on which rows, and what is between them. */
export function describeComparison(
  { rule, unit, champion }: PromotionInput,
  facts: Facts & { readonly improvement: number },
): string {
  const { candidate = NaN, improvement, interval, minImprovement, rows, leftOut = 0 } = facts;
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
  const unseen =
    leftOut > 0 ? ` that neither was trained on (${leftOut.toLocaleString("en-US")} left out)` : "";
  return (
    `${rule.metric} ${formatNumber(candidate)} against ${formatNumber(facts.champion?.value ?? NaN)} of ` +
    `${champion?.model ?? "the champion"} on ${counted(rows, "held-out row")}${unseen}: ${verdict} (${range}), ${asked}` +
    `${describeEarlier(facts)}${describeNote(champion)}`
  );
}

/** How often these held-out rows have decided before: the best of many looks at the same rows is partly luck. */
function describeEarlier({ earlierDecisions = 0 }: Facts): string {
  return earlierDecisions === 0
    ? ""
    : `; these held-out rows have decided ${["never", "once", "twice"][earlierDecisions] ?? `${earlierDecisions} times`} before`;
}

function describeNote(champion: PromotionInput["champion"]): string {
  return champion?.note === undefined ? "" : `; ${champion.note}`;
}

/** Why there is no comparison: the champion was trained on the rows that it would be measured on. */
export function explainTooFewUnseen({ champion }: PromotionInput, heldOut: number, leftOut: number): string {
  const left = heldOut - leftOut;
  const note = champion?.note === undefined ? "" : ` (${champion.note})`;
  return (
    `${champion?.model ?? "The champion"} was, or may have been, trained on ${leftOut.toLocaleString("en-US")} of the ${counted(heldOut, "held-out row")}${note}. ` +
    `${left === 0 ? "None is" : `${left} are`} left that neither model was trained on, and a comparison needs ${minUnseenRows}. ` +
    "Put back what splits the data (split, and the id or the columns that the champion had), or add rows, and train again; " +
    "to replace the champion without a comparison, turn evaluation off for this run (MLOPS_EVALUATION=off)."
  );
}

export function describeFall(
  { rule, champion }: PromotionInput,
  { registered, interval }: NonNullable<Facts["championFall"]>,
): string {
  return (
    `but on this data, which is new to it, ${champion?.model ?? "the champion"} has fallen from the ${rule.metric} of ` +
    `${formatNumber(registered)} that it was registered with (by ${formatNumber(interval.low)} to ${formatNumber(interval.high)})`
  );
}

export function describeDoubt({ interval }: Facts): string {
  return interval
    ? "the interval does not lie above 0, so the difference may be chance. More held-out rows make it narrower; gate.confidence says how sure is sure enough."
    : "without an interval the difference may be chance. Give more held-out rows.";
}

export function describeFloor({ metric, value, bound }: Facts["floors"][number]): string {
  const side = metrics[metric].better === "higher" ? "at least" : "at most";
  return `${metric} ${formatNumber(value ?? NaN)} misses its floor, ${side} ${formatNumber(bound)}`;
}

export function describeFloors({ floors }: Facts): string {
  if (floors.length === 0) return "";
  const values = floors.map(({ metric, value }) => `${metric} ${formatNumber(value ?? NaN)}`);
  return `, and its ${floors.length > 1 ? "floors hold" : "floor holds"} (${values.join(", ")})`;
}

export function describeSlice(slice: Facts["slices"][number], rule: GateRule): string {
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

type Breaking = NonNullable<Facts["breaking"]>;

/** Why a candidate is kept that would be promoted: clients of the champion would be refused. */
export function explainBreaking(outcome: string, champion: string, breaking: Breaking): string {
  const columns = [...new Set(breaking.map(({ column }) => column))].join(",");
  return (
    `It refuses or misreads requests that ${champion} answers: ${describeBreaking(breaking)}. ` +
    `Change the definition so that today's clients are answered; or, once they are ready for it, accept the change: ` +
    `\`--accept-breaking ${columns}\`, or MLOPS_ACCEPT_BREAKING. Otherwise: ${outcome}`
  );
}

/** What was accepted, by what. */
export function describeAccepted(champion: string, breaking: Breaking): string {
  const by = [...new Set(breaking.flatMap(({ acceptedBy }) => acceptedBy ?? []))].join(" and ");
  return `It refuses or misreads requests that ${champion} answers, which is accepted by ${by}: ${describeBreaking(breaking)}.`;
}
