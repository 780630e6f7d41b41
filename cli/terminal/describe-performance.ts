import { formatNumber } from "../../platform/base/format-number";
import type { Performance } from "../../platform/predictions/performance";
import { formatTable } from "./format-table";

/** Every metric now and when the version was registered, in a table. */
export function describePerformance({ kind, metrics }: Performance): string {
  const shown = (value: number | undefined): string => (value === undefined ? "-" : formatNumber(value));
  return formatTable(
    ["metric", kind === "estimated" ? "estimate" : "now", "registered", "worse by"],
    metrics.map(({ metric, now, registered, fall }) => [
      metric,
      shown(now),
      shown(registered),
      fall === undefined ? "-" : `${formatNumber(fall.low)} to ${formatNumber(fall.high)}`,
    ]),
  );
}
