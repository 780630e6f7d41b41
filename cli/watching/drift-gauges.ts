import type { MonitorResult } from "./monitor";
import type { Gauge } from "./send-gauges";

/** How many columns of a version have drifted, and its rows: the alert on drift reads `mlops.drift.columns`. */
export function driftGauges({ version, drift }: Pick<MonitorResult, "version" | "drift">): Gauge[] {
  const labels = { "mlops.model": version };
  return [
    {
      name: "mlops.drift.columns",
      value: drift.columns.filter(({ drifted }) => drifted).length,
      labels,
    },
    { name: "mlops.drift.rows", value: drift.rows, labels },
  ];
}
