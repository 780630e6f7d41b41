import type { RetrainingDecision } from "../../platform/gate/retraining-policy";
import type { MonitorResult } from "./monitor";
import type { Gauge } from "./send-gauges";

const actions = ["nothing", "alert", "retrain"] as const satisfies readonly RetrainingDecision["action"][];

interface Found {
  readonly result: Pick<MonitorResult, "version" | "performance">;
  /** Absent where nobody asked for one (`--act`). */
  readonly decision?: Pick<RetrainingDecision, "action"> | undefined;
}

/**
 * Whether a version's performance has fallen, by truth, and what was decided: 1 or 0. What is not so is reported too, because it ends an
 * alert; what was not looked at is not.
 */
export function findingGauges({ result: { version, performance }, decision }: Found): Gauge[] {
  const model = { "mlops.model": version };
  return [
    ...(performance?.kind === "measured" && performance.judged
      ? [{ name: "mlops.performance.fell", value: Number(performance.fell), labels: model }]
      : []),
    ...(decision === undefined
      ? []
      : actions.map((action) => ({
          name: "mlops.monitor.decision",
          value: Number(action === decision.action),
          labels: { ...model, "mlops.decision": action },
        }))),
  ];
}
