import type { RunSummary } from "../../../cli/runs/run-summary";

/** A run that trained a ridge; changed as asked. */
export function summary(changes: Partial<RunSummary> = {}): RunSummary {
  return {
    id: "20260102T030405-cost-0001",
    startedAt: "2026-01-02T03:04:05.000Z",
    outcome: "promotable",
    explanation: "The candidate may be registered; it is not yet.",
    parameters: { kind: "ridge", alpha: 1 },
    heldOut: { rmse: 50.25, r2: 0.5 },
    training: { rmse: 48, r2: 0.55 },
    data: {
      source: "data.csv",
      digest: "a".repeat(64) as never,
      rows: 442,
      trainingRows: 357,
      heldOutRows: 85,
    },
    split: "by a hash of the id",
    definitionDigest: "d".repeat(64),
    decision: { promote: true, reason: "better", explanation: "It is better." },
    ...changes,
  };
}
