import { metrics, type MetricName } from "../definition/metric-names";

/** Differences below this share of a metric's value are rounding: neither better nor worse. */
export const roundingShare = 1e-12;

/** How much better the candidate is, in units of the metric; 0 when the difference is rounding. */
export function improvementOf(metric: MetricName, candidate: number, champion: number): number {
  const difference = metrics[metric].better === "higher" ? candidate - champion : champion - candidate;
  return Math.abs(difference) <= roundingShare * Math.max(Math.abs(candidate), Math.abs(champion))
    ? 0
    : difference;
}
