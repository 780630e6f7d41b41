/**
 * KQL queries of the alerts, the workbook and the saved queries, for the environment's Log Analytics workspace. The tables
 * are those of workspace-based Application Insights (`App...`) and Azure Machine Learning's diagnostic logs (`Aml...`).
 */

/**
 * Scoring requests of clients: health checks and metrics use GET, and requests of our own tests have a mark
 * (scoring/telemetry/request-spans.ts).
 */
const scored = `AppRequests
| where Name startswith "POST " and isempty(tostring(Properties["mlops.mark"]))`;

/** 95th percentile of latency, in ms, for each five minutes with at least 20 requests. */
export const latencyPercentile = `${scored}
| summarize requests = sum(ItemCount), p95 = percentile(DurationMs, 95) by bin(TimeGenerated, 5m)
| where requests >= 20`;

/** One row for each failed retraining job; a failed step fails the whole job. */
export const failedRetraining = `AmlRunStatusChangedEvent
| where Status == "Failed"
| extend Job = iff(isempty(RootRunId), RunId, RootRunId)
| summarize failed = max(TimeGenerated), message = take_any(Message) by Job`;

/** Trainings of a model that hang or did not happen, from the last run of `mlops runs check`; failed jobs tell of themselves. */
export const missedTrainings = `AppMetrics
| where Name == "mlops.training.faults"
| extend Model = tostring(Properties["mlops.model"]), Fault = tostring(Properties["mlops.fault"])
| where Fault in ("hanging", "overdue")
| summarize arg_max(TimeGenerated, Sum) by Model, Fault
| project Model, Fault, trainings = Sum`;

/** Largest prediction log spool of all replicas, in bytes; each scoring process reports it every minute. */
export const spooledBytes = `AppMetrics
| where Name == "mlops.prediction_log.spooled"
| summarize bytes = max(Sum / ItemCount) by bin(TimeGenerated, 5m)`;

/** Number of drifted columns of each version, from the last run of \`mlops monitor\`. */
export const driftedColumns = `AppMetrics
| where Name == "mlops.drift.columns"
| extend Model = tostring(Properties["mlops.model"])
| summarize arg_max(TimeGenerated, Sum) by Model
| project Model, columns = Sum`;

/**
 * Versions whose performance has fallen, and those about which the decision was to alert, from the last run of `mlops monitor` that looked at
 * it. Drift has an alert of its own.
 */
export const watchFindings = `AppMetrics
| where Name == "mlops.performance.fell" or (Name == "mlops.monitor.decision" and tostring(Properties["mlops.decision"]) == "alert")
| extend Model = tostring(Properties["mlops.model"]), Found = iff(Name == "mlops.performance.fell", "performance fell", "decided: alert")
| summarize arg_max(TimeGenerated, Sum) by Model, Found
| project Model, Found, findings = Sum`;

/**
 * Training clusters that have had more than `keptNodes` idle nodes for longer than `minutes`. A cluster reports only
 * changes, so the query looks for the start of the current state.
 */
export function idleNodes(keptNodes: number, minutes: number): string {
  return `let idle = AmlComputeClusterEvent | where IdleNodeCount > ${keptNodes};
let busy = AmlComputeClusterEvent
| where IdleNodeCount <= ${keptNodes}
| summarize lastBusy = max(TimeGenerated) by ClusterName;
idle
| join kind=leftouter busy on ClusterName
| where isnull(lastBusy) or TimeGenerated > lastBusy
| summarize idleSince = min(TimeGenerated), nodes = max(IdleNodeCount) by ClusterName
| where idleSince < ago(${minutes}m)`;
}

/** A query for people, in the workbook and on the portal's Logs page. */
export interface SavedQuery {
  /** Must not change: the saved query's id is derived from it. */
  readonly key: string;
  readonly title: string;
  readonly query: string;
  readonly visualization: "timechart" | "table" | "barchart";
}

export const savedQueries: readonly SavedQuery[] = [
  {
    key: "requests",
    title: "Requests per minute, by response code",
    query: `${scored}
| summarize requests = sum(ItemCount) by bin(TimeGenerated, 1m), ResultCode`,
    visualization: "timechart",
  },
  {
    key: "latency",
    title: "Latency, median and 95th percentile, ms",
    query: `${scored}
| summarize p50 = percentile(DurationMs, 50), p95 = percentile(DurationMs, 95) by bin(TimeGenerated, 5m)`,
    visualization: "timechart",
  },
  {
    key: "versions",
    title: "Requests, failures and latency by version",
    query: `${scored}
| extend Model = tostring(Properties["mlops.model"])
| summarize requests = sum(ItemCount), failed = sumif(ItemCount, toint(ResultCode) >= 500), p95 = percentile(DurationMs, 95) by Model`,
    visualization: "table",
  },
  {
    key: "refusals",
    title: "Why requests were refused",
    query: `${scored}
| where toint(ResultCode) >= 400
| extend Problem = tostring(Properties["error.type"])
| summarize requests = sum(ItemCount) by Problem, ResultCode
| order by requests desc`,
    visualization: "barchart",
  },
  {
    key: "drift",
    title: "Drifted columns by measurement",
    query: `AppMetrics
| where Name == "mlops.drift.columns"
| extend Model = tostring(Properties["mlops.model"])
| summarize columns = max(Sum) by bin(TimeGenerated, 1h), Model`,
    visualization: "timechart",
  },
  {
    key: "spool",
    title: "Prediction log waiting on the spool, bytes",
    query: spooledBytes,
    visualization: "timechart",
  },
  {
    key: "runs",
    title: "Training jobs by latest status",
    query: `AmlRunStatusChangedEvent
| summarize arg_max(TimeGenerated, Status, Message) by RunId
| order by TimeGenerated desc`,
    visualization: "table",
  },
  {
    key: "nodes",
    title: "Running and idle training nodes",
    query: `AmlComputeClusterEvent
| summarize running = max(RunningNodeCount), idle = max(IdleNodeCount) by bin(TimeGenerated, 5m), ClusterName`,
    visualization: "timechart",
  },
  {
    key: "prediction-log-access",
    title: "Who read the prediction log",
    query: `StorageBlobLogs
| where OperationName == "GetBlob" and Uri contains "/prediction-log/"
| summarize reads = count() by RequesterObjectId, bin(TimeGenerated, 1d)`,
    visualization: "table",
  },
];
