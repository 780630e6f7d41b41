/**
 * What alerts, the workbook and the saved queries ask the environment's Log Analytics workspace, in KQL. Tables are
 * those of workspace-based Application Insights (`App...`) and of Azure Machine Learning's diagnostic logs (`Aml...`).
 */

/**
 * Requests that clients waited for: health checks and metrics are read with GET, and those of our own tests have a mark
 * (scoring/telemetry/request-spans.ts).
 */
const scored = `AppRequests
| where Name startswith "POST " and isempty(tostring(Properties["mlops.mark"]))`;

/** 95th percentile of latency in each five minutes that saw enough requests to say so, in milliseconds. */
export const latencyPercentile = `${scored}
| summarize requests = sum(ItemCount), p95 = percentile(DurationMs, 95) by bin(TimeGenerated, 5m)
| where requests >= 20`;

/** A row for each retraining that failed; a failed step fails its whole job. */
export const failedRetraining = `AmlRunStatusChangedEvent
| where Status == "Failed"
| extend Job = iff(isempty(RootRunId), RunId, RootRunId)
| summarize failed = max(TimeGenerated), message = take_any(Message) by Job`;

/** Largest spool of the prediction log among the replicas, in bytes; the scoring process reports it each minute. */
export const spooledBytes = `AppMetrics
| where Name == "mlops.prediction_log.spooled"
| summarize bytes = max(Sum / ItemCount) by bin(TimeGenerated, 5m)`;

/** Columns of each version that have drifted, as \`mlops monitor\` last measured them. */
export const driftedColumns = `AppMetrics
| where Name == "mlops.drift.columns"
| extend Model = tostring(Properties["mlops.model"])
| summarize arg_max(TimeGenerated, Sum) by Model
| project Model, columns = Sum`;

/**
 * Training clusters with more idle nodes than are to be kept, for longer than the minutes given. A cluster tells of
 * changes only, so the beginning of its present state is looked for.
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

/** A query to look at: in the workbook, and saved for the portal's Logs page. */
export interface SavedQuery {
  /** Stable: the identity of the saved query is made of it. */
  readonly key: string;
  readonly title: string;
  readonly query: string;
  readonly visualization: "timechart" | "table" | "barchart";
}

export const savedQueries: readonly SavedQuery[] = [
  {
    key: "requests",
    title: "Requests a minute, by answer",
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
    title: "Requests, failures and latency of each version",
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
    title: "Drifted columns at each measurement",
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
    title: "Training jobs, by their last status",
    query: `AmlRunStatusChangedEvent
| summarize arg_max(TimeGenerated, Status, Message) by RunId
| order by TimeGenerated desc`,
    visualization: "table",
  },
  {
    key: "nodes",
    title: "Training nodes, running and idle",
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
