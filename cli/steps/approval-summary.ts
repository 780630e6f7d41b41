import { shownPath } from "../../platform/base/shown-path";
import type { PromotionDecision } from "../../platform/metrics/evaluation";
import type { Metrics } from "../../platform/definition/metric-names";
import type { RunRecord } from "../runs/runs";

/** Metrics in a line, to four digits. */
export function describeMetrics(metrics: Metrics): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
    .join(", ");
}

/** What an environment has shown of the release, in a line. */
function describeTest({ smoke = 0, load }: NonNullable<RunRecord["tests"]>[string]): string {
  const checks = `${smoke} checks passed`;
  if (load === undefined) return checks;
  const { requests, failures, latencyMs } = load;
  return `${checks}; ${requests} requests, ${failures} failed, p95 ${latencyMs.p95.toFixed(1)} ms`;
}

/** What somebody has to know who is asked whether a release may go to production. */
export function approvalSummary(
  run: RunRecord,
  known: {
    /** Of the candidate, on held-out rows. */
    readonly metrics: Metrics | undefined;
    readonly decision: PromotionDecision | undefined;
    /** Which requests it refuses that production answers; undefined when none. */
    readonly refusedClients?: string | undefined;
    /** File of the report. */
    readonly report: string;
  },
): string {
  const lines: [string, string][] = [
    ...(known.decision ? [["gate", known.decision.explanation] as [string, string]] : []),
    ...(known.metrics ? [["held-out", describeMetrics(known.metrics)] as [string, string]] : []),
    ...Object.entries(run.tests ?? {}).map(([where, test]): [string, string] => [where, describeTest(test)]),
    ...(known.refusedClients === undefined ? [] : [["clients", known.refusedClients] as [string, string]]),
    ["report", shownPath(known.report)],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`).join("\n");
}
