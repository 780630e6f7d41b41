import { formatNumber } from "../base/format-number";
import { counted, percent } from "../base/wording";
import type { ModelDefinition } from "../definition/definition";
import {
  metricNamesOf,
  metrics as metricFacts,
  type MetricName,
  type Metrics,
} from "../definition/metric-names";
import { bootstrapFall } from "../gate/improvement-interval";
import { computeMetrics } from "../metrics/compute-metrics";
import { coverageOf } from "../metrics/coverage";
import type { ScoredRows } from "../metrics/evaluation";
import type { PredictionInterval } from "../metrics/prediction-interval";

/** How well a version does on what it was asked, against what was measured when it was registered. */
export interface Performance {
  /** From truth that has arrived, or from the model's own probabilities, which is right only if they are calibrated. */
  readonly kind: "measured" | "estimated";
  /** Rows it is of; of an estimate, all that had probabilities. */
  readonly rows: number;
  readonly registeredRows: number;
  /** The metric that judges: the gate's. */
  readonly metric: MetricName;
  /** Whether there were rows enough to judge; an estimate never judges. */
  readonly judged: boolean;
  /** Whether the metric is surely worse than it was. */
  readonly fell: boolean;
  /** Whether it is surely not worse by more than a tenth of what it was. With few rows neither is sure. */
  readonly holds: boolean;
  readonly metrics: readonly {
    readonly metric: MetricName;
    readonly now: number;
    readonly registered?: number;
    /** How much worse it is now (positive = worse), in units of the metric, with both samples' chance in it. */
    readonly fall?: { readonly level: number; readonly low: number; readonly high: number };
  }[];
  /** Of prediction intervals, where the version has them: the share of targets that they are to hold, and the one that they hold. */
  readonly intervals?: {
    readonly coverage: number;
    readonly covered: number;
    /** Whether they surely hold fewer than they are to, beyond the chance of the rows. */
    readonly tooFew: boolean;
  };
  /** The outcome in a sentence or two, with numbers. */
  readonly explanation: string;
}

interface Registered {
  readonly rows: number;
  readonly metrics: Metrics;
  /** The version's prediction intervals, where it has them. */
  readonly interval?: PredictionInterval | undefined;
}

type Rule = Pick<ModelDefinition, "task" | "gate" | "drift">;

const seed = 1;

/** How much worse a metric may surely be, as a share of what it was, for its version to be called as good as it was. */
const maxHarm = 0.1;

/** The metrics that there are, in their order, with what they were. */
function compare(task: Rule["task"], rows: ScoredRows, registered: Metrics): Performance["metrics"] {
  const now = computeMetrics(task, rows);
  return metricNamesOf(task, rows.classes).flatMap((metric) => {
    const [value, before] = [now[metric], registered[metric]];
    if (value === undefined) return [];
    return [{ metric, now: value, ...(before !== undefined && { registered: before }) }];
  });
}

/**
 * An interval of how much worse a metric is than it was registered with. That of the bootstrap has the chance of the rows now; the
 * registered figure has its own, which for the same model goes with the root of the rows: the width grows by sqrt(1 + now / registered).
 */
function fallOf(
  { metric, now, registered }: Performance["metrics"][number],
  {
    rows,
    level,
    registeredRows,
  }: { readonly rows: ScoredRows; readonly level: number; readonly registeredRows: number },
): Performance["metrics"][number]["fall"] {
  if (registered === undefined || registeredRows === 0) return undefined;
  const interval = bootstrapFall({ metric, level, seed, rows, registered });
  if (interval === undefined) return undefined;
  const fall = worseBy(metric, registered, now);
  const wider = Math.sqrt(1 + rows.actual.length / registeredRows);
  return { level, low: fall - wider * (fall - interval.low), high: fall + wider * (interval.high - fall) };
}

const worseBy = (metric: MetricName, before: number, now: number): number =>
  metricFacts[metric].better === "higher" ? before - now : now - before;

/**
 * How many targets the intervals hold. Too few are those of which even the upper end of Wilson's interval, at 99 %, lies below what is
 * promised; the width itself was measured on rows, whose chance is part of that margin.
 */
function coverageNow(rows: ScoredRows, interval: PredictionInterval): NonNullable<Performance["intervals"]> {
  const { coverage } = interval;
  const covered = coverageOf(rows, interval);
  const [n, z] = [rows.actual.length, 2.576];
  const centre = covered + z ** 2 / (2 * n);
  const half = z * Math.sqrt((covered * (1 - covered) + z ** 2 / (4 * n)) / n);
  return { coverage, covered, tooFew: (centre + half) / (1 + z ** 2 / n) < coverage };
}

function explainIntervals(intervals: Performance["intervals"]): string {
  if (intervals === undefined) return "";
  const { coverage, covered, tooFew } = intervals;
  const said = ` Intervals that are to hold ${percent(coverage)} of the targets hold ${percent(covered)}`;
  return tooFew
    ? `${said}, which are surely too few: predictions are further off than the interval says.`
    : `${said}.`;
}

/** The performance on rows whose truth is known. It has fallen when the interval of the gate's metric lies above 0. */
export function measurePerformance(
  { task, gate, drift }: Rule,
  rows: ScoredRows,
  registered: Registered,
): Performance {
  const { length } = rows.actual;
  const { metric } = gate;
  const judged = length >= drift.minRows;
  const level = gate.confidence;
  const compared = compare(task, rows, registered.metrics).map((each) => {
    const fall = judged ? fallOf(each, { rows, level, registeredRows: registered.rows }) : undefined;
    return { ...each, ...(fall && { fall }) };
  });
  const own = compared.find((each) => each.metric === metric);
  const fell = (own?.fall?.low ?? -Infinity) > 0;
  const harmless = maxHarm * Math.abs(own?.registered ?? NaN);
  const holds = !fell && (own?.fall?.high ?? Infinity) <= harmless;
  const { interval } = registered;
  const intervals = judged && interval !== undefined ? coverageNow(rows, interval) : undefined;
  const report = { kind: "measured" as const, rows: length, registeredRows: registered.rows, metric };
  return {
    ...report,
    judged: judged && own?.fall !== undefined,
    fell,
    holds,
    metrics: compared,
    ...(intervals && { intervals }),
    explanation: `${explainMeasured({ ...report, own, minRows: drift.minRows, fell, holds })}${explainIntervals(intervals)}`,
  };
}

function explainMeasured({
  rows,
  metric,
  own,
  minRows,
  fell,
  holds,
}: {
  readonly rows: number;
  readonly metric: MetricName;
  readonly own: Performance["metrics"][number] | undefined;
  readonly minRows: number;
  readonly fell: boolean;
  readonly holds: boolean;
}): string {
  const known = `the truth of ${counted(rows, "row")} is known`;
  if (rows < minRows) return `Performance not judged: ${known}; at least ${minRows} are needed.`;
  if (own?.fall === undefined) {
    return `Performance not judged: ${known}, on which ${metric}, or what it was when the version was registered, is not defined.`;
  }
  const { now, registered = NaN, fall } = own;
  const against = `${metric} is ${formatNumber(now)} on ${counted(rows, "row")} whose truth is known, against ${formatNumber(registered)} when the version was registered`;
  const interval = `worse by ${formatNumber(fall.low)} to ${formatNumber(fall.high)} at ${fall.level}`;
  if (fell) return `Performance has fallen: ${against} (${interval}).`;
  const verdict = holds ? "Performance holds" : "Whether performance has fallen is not sure";
  return `${verdict}: ${against} (${interval}, where negative is better).`;
}

/** The performance that a classification's probabilities promise of rows without truth; undefined of none. */
export function estimatePerformance(
  { task, gate }: Rule,
  sample: { readonly rows: number; readonly expected: ScoredRows },
  registered: Registered,
): Performance | undefined {
  if (task !== "classification" || sample.rows === 0) return undefined;
  const compared = compare(task, sample.expected, registered.metrics);
  const own = compared.find(({ metric }) => metric === gate.metric);
  const value =
    own === undefined
      ? ""
      : ` ${own.metric} would be ${formatNumber(own.now)}, against ${formatNumber(own.registered ?? NaN)} when the version was registered.`;
  return {
    kind: "estimated",
    rows: sample.rows,
    registeredRows: registered.rows,
    metric: gate.metric,
    judged: false,
    fell: false,
    holds: false,
    metrics: compared,
    explanation: `An estimate from the model's own probabilities of ${counted(sample.rows, "row")}, which is right only if they are calibrated, and sees no change of what the features mean.${value}`,
  };
}
