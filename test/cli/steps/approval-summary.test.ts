import { approvalSummary } from "../../../cli/steps/approval-summary";
import type { RunRecord } from "../../../cli/runs/runs";

const run = {
  tests: {
    qa: {
      digest: "a".repeat(64),
      smoke: 4,
      load: {
        requests: 626,
        failures: 0,
        requestsPerSecond: 400,
        latencyMs: { p50: 5, p95: 21.04, p99: 30 },
      },
    },
  },
} as unknown as RunRecord;

test("who approves sees the gate's reason, the metrics, what QA showed and where the report is", () => {
  const decision = { explanation: "rmse 50.6 is better than 51.8 of houses:1 by 1.2 (0.3 to 2.1)." } as never;
  const text = approvalSummary(run, {
    metrics: { rmse: 50.634, r2: 0.546 },
    decision,
    report: "/reports/1.html",
  });
  expect(text.split("\n")).toEqual([
    "  gate      rmse 50.6 is better than 51.8 of houses:1 by 1.2 (0.3 to 2.1).",
    "  held-out  rmse 50.63, r2 0.546",
    "  qa        4 checks passed; 626 requests, 0 failed, p95 21.0 ms",
    "  report    /reports/1.html",
  ]);
});

test("of a version that was trained elsewhere it says what is known here", () => {
  const text = approvalSummary(
    { ...run, tests: {} },
    { metrics: undefined, decision: undefined, report: "/r.html" },
  );
  expect(text).toBe("  report  /r.html");
});

test("who approves sees which requests are refused from then on", () => {
  const refusedClients =
    'Requests are refused or misread that houses:1 answers: "rooms": it is new, and a request without it is refused (a number).';
  const text = approvalSummary(
    { ...run, tests: {} },
    { metrics: undefined, decision: undefined, refusedClients, report: "/r.html" },
  );
  expect(text.split("\n")[0]).toBe(`  clients  ${refusedClients}`);
});
