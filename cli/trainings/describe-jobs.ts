import { minuteMs } from "../../platform/base/durations";
import type { MetricName } from "../../platform/definition/metric-names";
import type { NodePrice } from "../../platform/settings/node-price";
import { showDuration, showTime } from "../report/display";
import { heldOutMetric, showCost, type TrainingJob } from "../runs/training-job";
import { showValue } from "../terminal/describe-runs";
import { formatTable } from "../terminal/format-table";

const duration = (minutes: number | undefined): string =>
  minutes === undefined ? "-" : showDuration(minutes * minuteMs);

/** Jobs of a stack in a table, with one metric, what they took and, by a price, what they cost. */
export function describeJobs(jobs: readonly TrainingJob[], metric: MetricName, price?: NodePrice): string {
  return formatTable(
    ["job", "state", "begun", metric, "time", "on nodes", ...(price ? ["cost"] : []), "version"],
    jobs.map(({ id, status, startedAt, metrics, minutes, nodeMinutes = 0, version }) => [
      id,
      status,
      showTime(startedAt),
      showValue(heldOutMetric(metrics, metric)),
      duration(minutes),
      duration(nodeMinutes),
      ...(price ? [showCost(nodeMinutes, price)] : []),
      version ?? "-",
    ]),
  );
}

/** One training with its log. */
export function describeJob(job: TrainingJob, log: readonly string[], price?: NodePrice): string {
  const { id, status, startedAt, minutes, nodeMinutes, metrics = {}, version, explanation, link } = job;
  const measured = Object.entries(metrics).map(([name, value]) => `${name} ${showValue(value)}`);
  const cost = price && nodeMinutes !== undefined ? `, ${showCost(nodeMinutes, price)}` : "";
  // A run of this machine has one node all the time.
  const nodes = nodeMinutes === minutes ? "" : `, ${duration(nodeMinutes)} on nodes`;
  return [
    `${id}, ${status}${version === undefined ? "" : `, ${version}`}`,
    `Begun ${showTime(startedAt)}; took ${duration(minutes)}${nodes}${cost}.`,
    ...(measured.length > 0 ? [`Measured: ${measured.join(", ")}.`] : []),
    ...(explanation === undefined ? [] : [explanation]),
    ...(link === undefined ? [] : [link]),
    "",
    ...(log.length === 0 ? ["It has no log yet."] : log),
  ].join("\n");
}
