import { minuteMs } from "../../platform/base/durations";
import { formatNumber } from "../../platform/base/format-number";
import type { MetricName } from "../../platform/definition/metric-names";
import { isOtherUnkept, type RunComparison } from "../runs/compare-runs";
import type { Difference } from "../runs/differences";
import type { NodePrice } from "../../platform/settings/node-price";
import type { RunSummary } from "../runs/run-summary";
import { showCost } from "../runs/training-job";
import { formatTable } from "./format-table";
import { shortDigest } from "../../platform/base/files";

/** A value of a definition or a record, short. */
export const showValue = (value: unknown): string => {
  if (value === undefined) return "-";
  if (typeof value === "string") return value;
  return typeof value === "number" ? formatNumber(value) : JSON.stringify(value);
};

/** A setting that has been left empty says nothing. */
const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && Object.keys(value ?? {}).length === 0;

/** The trainer and its settings in a line. */
export function describeParameters(parameters: RunSummary["parameters"]): string {
  if (parameters === undefined) return "-";
  const { kind, ...settings } = parameters;
  const told = Object.entries(settings).filter(([, value]) => !isEmpty(value));
  return [kind, ...told.map(([name, value]) => `${name} ${showValue(value)}`)].join(", ");
}

/** Runs in a table, with one metric of the held-out rows, the time that training took and, by a price, its cost. */
export function describeSummaries(
  summaries: readonly RunSummary[],
  metric: MetricName,
  price?: NodePrice,
): string {
  return formatTable(
    ["run", "state", metric, "time", ...(price ? ["cost"] : []), "trainer", "data", "decision", "version"],
    summaries.map(({ id, outcome, heldOut, trainingMs, parameters, data, decision, version }) => [
      id,
      outcome,
      showValue(heldOut?.[metric]),
      trainingMs === undefined ? "-" : `${(trainingMs / 1000).toFixed(1)} s`,
      ...(price ? [trainingMs === undefined ? "-" : showCost(trainingMs / minuteMs, price)] : []),
      describeParameters(parameters),
      data ? shortDigest(data.digest) : "-",
      decision === undefined ? "-" : `${decision.promote ? "promote" : "keep"}: ${decision.reason}`,
      version ?? "-",
    ]),
    [null, null, null, null, ...(price ? [null] : []), 34, null, null, null],
  );
}

function listDifferences(title: string, found: readonly Difference[]): string {
  if (found.length === 0) return `${title}: no difference.`;
  const rows = found.map(({ path, a, b }) => [path, showValue(a), showValue(b)]);
  return `${title}\n${formatTable(["what", "a", "b"], rows, [null, 48, 48])}`;
}

/** Two runs side by side. */
export function describeComparison(comparison: RunComparison): string {
  const { a, b, heldOut, training, caution, parameters, data, definition } = comparison;
  const standing = ({ id, outcome, version }: RunSummary): string =>
    `${id}, ${outcome}${version === undefined ? "" : `, ${version}`}`;
  const rows = (where: string, metrics: RunComparison["heldOut"]): string[][] =>
    metrics.map(({ metric, a: ofA, b: ofB, improvement }) => [
      `${metric}, ${where}`,
      showValue(ofA),
      showValue(ofB),
      showValue(improvement),
    ]);
  const measured = [...rows("held-out rows", heldOut), ...rows("training rows", training)];
  return [
    `a  ${standing(a)}\nb  ${standing(b)}`,
    ...(measured.length > 0 ? [formatTable(["metric", "a", "b", "b better by"], measured)] : []),
    ...(caution === undefined ? [] : [caution]),
    listDifferences("Trainer", parameters),
    listDifferences("Data", data),
    isOtherUnkept(comparison)
      ? "Definition: not the same, and not kept for both runs, so what differs cannot be said."
      : listDifferences("Definition", definition ?? []),
  ].join("\n\n");
}
