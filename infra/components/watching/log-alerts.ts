import {
  driftedColumns,
  failedRetraining,
  idleNodes,
  latencyPercentile,
  missedTrainings,
  spooledBytes,
  watchFindings,
} from "./queries";

/** Half of a replica's spool limit (MLOPS_MAX_SPOOL_BYTES), which leaves time to act before records are dropped. */
const spoolAlertBytes = 128 * 1024 * 1024;

/** Idle minutes of a node that raise an alert: far above the time after which it should have been released. */
const idleAlertMinutes = 60;

/** A scheduled log query; it raises an alert if its number of rows, or a value in them, exceeds the threshold. */
export interface LogAlert {
  readonly role: string;
  readonly title: string;
  /** 1: an error that users notice; 2: one that they will notice; 3: a matter of cost or quality. */
  readonly severity: 1 | 2 | 3;
  readonly query: string;
  /** Column to compare with the threshold; undefined compares the number of rows. */
  readonly column?: string;
  readonly threshold: number;
  /** Evaluation frequency and time window, as ISO 8601 durations. */
  readonly every: string;
  readonly window: string;
  /** Longer look-back for a query that needs the state before the window, as an ISO 8601 duration. */
  readonly lookBack?: string;
}

export interface AlertLimits {
  /** Alert threshold for the 95th percentile of latency, in ms. */
  readonly latencyMs: number;
  /** Nodes that training clusters keep intentionally. */
  readonly keptNodes: number;
}

/** The alerts based on log queries. */
export function logAlerts({ latencyMs, keptNodes }: AlertLimits): readonly LogAlert[] {
  return [
    {
      role: "latency",
      title: `Scoring is slow: p95 above ${latencyMs} ms`,
      severity: 2,
      query: latencyPercentile,
      column: "p95",
      threshold: latencyMs,
      every: "PT5M",
      window: "PT15M",
    },
    {
      role: "retraining",
      title: "Retraining failed",
      severity: 2,
      query: failedRetraining,
      threshold: 0,
      every: "PT15M",
      window: "PT15M",
    },
    {
      role: "missed-training",
      title: "A training hangs, or did not happen",
      severity: 2,
      query: missedTrainings,
      column: "trainings",
      threshold: 0,
      every: "PT1H",
      window: "P1D",
    },
    {
      role: "drift",
      title: "Requests have drifted from the training data",
      severity: 3,
      query: driftedColumns,
      column: "columns",
      threshold: 0,
      every: "PT1H",
      window: "P1D",
    },
    {
      role: "findings",
      title: "A version is less right than it was, or what watching found is left to people",
      severity: 3,
      query: watchFindings,
      column: "findings",
      threshold: 0,
      every: "PT1H",
      window: "P1D",
    },
    {
      role: "spool",
      title: "The prediction log cannot be written: its spool is half full",
      severity: 2,
      query: spooledBytes,
      column: "bytes",
      threshold: spoolAlertBytes,
      every: "PT5M",
      window: "PT15M",
    },
    {
      role: "idle-nodes",
      title: `Training nodes have been idle for over ${idleAlertMinutes} minutes, which costs money`,
      severity: 3,
      query: idleNodes(keptNodes, idleAlertMinutes),
      threshold: 0,
      every: "PT30M",
      window: "PT1H",
      lookBack: "P2D",
    },
  ];
}
