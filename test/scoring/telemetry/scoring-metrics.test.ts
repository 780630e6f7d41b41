import { ScoringMetrics } from "../../../scoring/telemetry/scoring-metrics";
import { ScoreNotes } from "../../../scoring/model/score-notes";
import { signature } from "../model-fixture";

/** Lines of the series of one metric. */
async function seriesOf(metrics: ScoringMetrics, name: string): Promise<string[]> {
  const text = await metrics.registry.metrics();
  return text
    .split("\n")
    .filter((line) => line.startsWith(name) && /^[^{ ]+/.exec(line)?.[0].startsWith(name));
}

function notes(rows: number, waitMs: number): ScoreNotes {
  return Object.assign(new ScoreNotes(), { rows, askedAt: 1000, startedAt: 1000 + waitMs, endedAt: 2000 });
}

describe("the metrics", () => {
  test("count requests by dialect and class of status, and put their time into buckets", async () => {
    const metrics = new ScoringMetrics(["score", "v2", "mlflow", "service"]);
    metrics.answered("score", 200, 0.5);
    metrics.answered("score", 204, 2);
    metrics.answered("v2", 503, 120_000);
    expect(await seriesOf(metrics, "mlops_requests_total")).toEqual(
      expect.arrayContaining([
        'mlops_requests_total{dialect="score",status="2xx"} 2',
        'mlops_requests_total{dialect="v2",status="5xx"} 1',
        'mlops_requests_total{dialect="mlflow",status="2xx"} 0',
      ]),
    );
    expect(await seriesOf(metrics, "mlops_request_duration_seconds")).toEqual(
      expect.arrayContaining([
        'mlops_request_duration_seconds_bucket{le="0.0005",dialect="score"} 1',
        'mlops_request_duration_seconds_bucket{le="0.001",dialect="score"} 1',
        'mlops_request_duration_seconds_bucket{le="0.0025",dialect="score"} 2',
        'mlops_request_duration_seconds_bucket{le="60",dialect="v2"} 0',
        'mlops_request_duration_seconds_bucket{le="+Inf",dialect="v2"} 1',
        'mlops_request_duration_seconds_sum{dialect="score"} 0.0025',
        'mlops_request_duration_seconds_count{dialect="score"} 2',
      ]),
    );
  });

  test("count rows, waits and refusals", async () => {
    const metrics = new ScoringMetrics(["score", "v2", "mlflow", "service"]);
    metrics.scored(notes(2, 30));
    metrics.scored(notes(500, 0));
    metrics.refused("BUSY");
    metrics.tookOutside(new Map([["km", 2]]));
    metrics.tookOutside(new Map([["km", 1]]));
    expect(await seriesOf(metrics, "mlops_values_outside_total")).toEqual([
      'mlops_values_outside_total{feature="km"} 3',
    ]);
    expect(await seriesOf(metrics, "mlops_request_rows")).toEqual(
      expect.arrayContaining([
        'mlops_request_rows_bucket{le="1"} 0',
        'mlops_request_rows_bucket{le="2"} 1',
        "mlops_request_rows_sum 502",
      ]),
    );
    expect(await seriesOf(metrics, "mlops_queue_wait_seconds")).toEqual(
      expect.arrayContaining([
        'mlops_queue_wait_seconds_bucket{le="0.025"} 1',
        "mlops_queue_wait_seconds_sum 0.03",
      ]),
    );
    expect(await seriesOf(metrics, "mlops_requests_refused_total")).toEqual(
      expect.arrayContaining([
        'mlops_requests_refused_total{code="BUSY"} 1',
        'mlops_requests_refused_total{code="TIMEOUT"} 0',
      ]),
    );
  });

  test("show the version served and its limits at work", async () => {
    const metrics = new ScoringMetrics(["score", "v2", "mlflow", "service"]);
    expect(await seriesOf(metrics, "mlops_model_info")).toEqual([]);
    metrics.serve("cost:3", { running: 2, waiting: 7 });
    expect(await seriesOf(metrics, "mlops_model_info")).toEqual([
      'mlops_model_info{model="cost",version="3"} 1',
    ]);
    expect(await seriesOf(metrics, "mlops_requests_running")).toEqual(["mlops_requests_running 2"]);
    expect(await seriesOf(metrics, "mlops_requests_waiting")).toEqual(["mlops_requests_waiting 7"]);
  });

  test("put predictions into the bins of the training data, version by version", async () => {
    const metrics = new ScoringMetrics(["score", "v2", "mlflow", "service"]);
    const prediction = { type: "number", count: 3, missing: 0, edges: [10, 20], counts: [1, 1, 1] } as const;
    const observe = metrics.predictionsOf({ reference: "cost:3", signature, prediction });
    observe({ prediction: Float64Array.of(10, 10.5, 99) });
    // Without a reference there are no bins, and nothing to show.
    metrics.predictionsOf({ reference: "cost:4", signature })({ prediction: Float64Array.of(1) });
    expect(await seriesOf(metrics, "mlops_prediction_")).toEqual([
      'mlops_prediction_bucket{le="10",model="cost:3"} 1',
      'mlops_prediction_bucket{le="20",model="cost:3"} 2',
      'mlops_prediction_bucket{le="+Inf",model="cost:3"} 3',
      'mlops_prediction_sum{model="cost:3"} 119.5',
      'mlops_prediction_count{model="cost:3"} 3',
    ]);
  });

  test("count classes, and put probabilities into bins", async () => {
    const metrics = new ScoringMetrics(["score", "v2", "mlflow", "service"]);
    const classified = {
      ...signature,
      task: "classification",
      target: { name: "c", classes: ["no", "yes"] },
    } as const;
    const prediction = { type: "number", count: 2, missing: 0, edges: [0.5], counts: [1, 1] } as const;
    const observe = metrics.predictionsOf({ reference: "c:1", signature: classified, prediction });
    observe({ prediction: ["yes", "yes"], probability: Float64Array.of(0.75, 0.5) });
    expect(await seriesOf(metrics, "mlops_predicted_classes_total")).toEqual([
      'mlops_predicted_classes_total{model="c:1",class="no"} 0',
      'mlops_predicted_classes_total{model="c:1",class="yes"} 2',
    ]);
    expect(await seriesOf(metrics, "mlops_prediction_bucket")).toEqual([
      'mlops_prediction_bucket{le="0.5",model="c:1"} 1',
      'mlops_prediction_bucket{le="+Inf",model="c:1"} 2',
    ]);
  });

  test("show what the prediction log counts", async () => {
    const metrics = new ScoringMetrics(["score", "v2", "mlflow", "service"]);
    const counts = { accepted: 9, written: 5, dropped: 1, sampledOut: 2, spooledBytes: 300, failed: 4 };
    metrics.watchLog(() => counts);
    expect(await seriesOf(metrics, "mlops_prediction_log")).toEqual([
      'mlops_prediction_log_records_total{outcome="accepted"} 9',
      'mlops_prediction_log_records_total{outcome="written"} 5',
      'mlops_prediction_log_records_total{outcome="dropped"} 1',
      'mlops_prediction_log_records_total{outcome="sampled_out"} 2',
      "mlops_prediction_log_failures_total 4",
      "mlops_prediction_log_spooled_bytes 300",
    ]);
  });

  test("cost a request less than five microseconds", () => {
    const metrics = new ScoringMetrics(["score", "v2", "mlflow", "service"]);
    const noted = notes(2, 0.1);
    const begun = performance.now();
    for (let count = 0; count < 100_000; count++) {
      metrics.answered("score", 200, 0.3);
      metrics.scored(noted);
    }
    expect((performance.now() - begun) / 100).toBeLessThan(5);
  });
});
