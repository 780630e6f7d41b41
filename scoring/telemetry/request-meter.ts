import { ValueType, type Meter } from "@opentelemetry/api";
import type { PredictionLog } from "../../platform/predictions/prediction-writer";
import type { EndedRequest } from "./request-telemetry";

/** Seconds, as OpenTelemetry's conventions for HTTP servers have them, and finer below. */
const secondBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const rowBounds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

function watchLog(meter: Meter, log: PredictionLog): void {
  const records = meter.createObservableCounter("mlops.prediction_log.records", {
    description: "Records of the prediction log, by what became of them.",
    valueType: ValueType.INT,
  });
  records.addCallback((result) => {
    const { accepted, written, dropped, sampledOut } = log.counts;
    const outcomes = { accepted, written, dropped, sampled_out: sampledOut };
    for (const [outcome, value] of Object.entries(outcomes)) result.observe(value, { outcome });
  });
  meter
    .createObservableGauge("mlops.prediction_log.spooled", { unit: "By", valueType: ValueType.INT })
    .addCallback((result) => result.observe(log.counts.spooledBytes));
}

/** Instruments for requests, under the names of OpenTelemetry's conventions where there are some. */
export function requestMeter(meter: Meter, log: PredictionLog | undefined): (request: EndedRequest) => void {
  const seconds = { unit: "s", advice: { explicitBucketBoundaries: secondBounds } };
  const duration = meter.createHistogram("http.server.request.duration", seconds);
  const wait = meter.createHistogram("mlops.queue.wait", seconds);
  const run = meter.createHistogram("mlops.model.run", seconds);
  const rows = meter.createHistogram("mlops.request.rows", {
    advice: { explicitBucketBoundaries: rowBounds },
  });
  if (log !== undefined) watchLog(meter, log);
  return ({ method, route, status, elapsedMs, model, problem, notes }) => {
    duration.record(elapsedMs / 1000, {
      "http.request.method": method,
      "http.route": route,
      "http.response.status_code": status,
      "mlops.model": model,
      ...(problem !== undefined && { "error.type": problem }),
    });
    if (notes === undefined || notes.endedAt === 0) return;
    const { askedAt, startedAt, endedAt } = notes;
    const labels = { "mlops.model": model };
    wait.record((startedAt - askedAt) / 1000, labels);
    run.record((endedAt - startedAt) / 1000, labels);
    rows.record(notes.rows, labels);
  };
}
