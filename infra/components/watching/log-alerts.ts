import { driftedColumns, failedRetraining, idleNodes, latencyPercentile, spooledBytes } from "./queries";

/** Half of what a replica's spool may hold (MLOPS_MAX_SPOOL_BYTES): time to act before records are dropped. */
const spoolAlertBytes = 128 * 1024 * 1024;

/** Minutes that a node may be idle: far above the minutes after which it should have been given back. */
const idleAlertMinutes = 60;

/** A question put to the logs every so often; each row of the answer, or a value in it, above the threshold counts. */
export interface LogAlert {
  readonly role: string;
  readonly title: string;
  /** 1 is an error that users notice, 2 one that they will, 3 a matter of money or quality. */
  readonly severity: 1 | 2 | 3;
  readonly query: string;
  /** Column that is compared; rows are counted without one. */
  readonly column?: string;
  readonly threshold: number;
  /** How often it is asked, and over how long a time: ISO 8601 durations. */
  readonly every: string;
  readonly window: string;
  /** Longer time that the query itself looks back, where it needs the state before the window. */
  readonly lookBack?: string;
}

export interface AlertLimits {
  /** 95th percentile of latency above which an alert goes out, ms. */
  readonly latencyMs: number;
  /** Nodes that training clusters keep on purpose. */
  readonly keptNodes: number;
}

/** The alerts that are asked of the logs. */
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
      title: "A retraining failed",
      severity: 2,
      query: failedRetraining,
      threshold: 0,
      every: "PT15M",
      window: "PT15M",
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
      title: `Training nodes are idle for over ${idleAlertMinutes} minutes, and cost`,
      severity: 3,
      query: idleNodes(keptNodes, idleAlertMinutes),
      threshold: 0,
      every: "PT30M",
      window: "PT1H",
      lookBack: "P2D",
    },
  ];
}
