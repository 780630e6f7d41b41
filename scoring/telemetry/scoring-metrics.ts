import { collectDefaultMetrics, Registry } from "prom-client";
import type { ColumnProfile } from "../../platform/drift/profile";
import type { PredictionLogCounts } from "../../platform/predictions/prediction-writer";
import type { Signature } from "../../platform/model/signature";
import type { Predictions } from "../../platform/model/table";
import { problems } from "../problems/problem";
import type { ScoreNotes } from "../model/score-notes";
import { Buckets, CounterBy, registerHistogram, registerValues } from "./fast-metrics";

/** Seconds. The lower ones are where a linear model's answers are, the upper ones where the limits of `serving` are. */
const latencyBounds = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];
const waitBounds = [0.0001, 0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 30, 60, 180];
const rowBounds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];
const statusClasses = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/** Requests of one dialect: counted by class of status, their time in buckets. */
class DialectMetrics {
  readonly byStatusClass = new Float64Array(statusClasses.length);
  readonly latency = new Buckets(latencyBounds);
}

/** What a version predicts: its numbers in the bins of its training data, or its classes. */
class PredictionMetrics {
  readonly numbers: Buckets | undefined;
  readonly classes: Map<string, number> | undefined;

  constructor(signature: Signature, reference: ColumnProfile | undefined) {
    if (reference?.type === "number" && reference.edges.length > 0)
      this.numbers = new Buckets(reference.edges);
    const { classes } = signature.target;
    if (classes !== undefined) this.classes = new Map(classes.map((value) => [String(value), 0]));
  }

  observe({ prediction, probability }: Predictions): void {
    const values = probability ?? prediction;
    if (this.numbers !== undefined && values instanceof Float64Array) {
      for (const value of values) this.numbers.observe(value);
    }
    if (this.classes === undefined) return;
    for (const value of prediction) {
      const name = String(value);
      this.classes.set(name, (this.classes.get(name) ?? 0) + 1);
    }
  }
}

/** A version: what the metrics of its predictions are labelled and binned by. */
export interface ServedModel {
  /** `name:version`. */
  readonly reference: string;
  readonly signature: Signature;
  /** Predictions for the training rows, if the model directory has them. */
  readonly prediction?: ColumnProfile;
}

/** Requests under way, as the limits see them. */
export interface LimitState {
  readonly running: number;
  readonly waiting: number;
}

/** All that a scoring process counts, for Prometheus. Counting is a few additions; text is made when it is asked for. */
export class ScoringMetrics {
  readonly registry = new Registry();
  private readonly byDialect: ReadonlyMap<string, DialectMetrics>;
  private readonly wait = new Buckets(waitBounds);
  private readonly rows = new Buckets(rowBounds);
  private readonly refusals: CounterBy;
  private readonly outside: CounterBy;
  private readonly predictions = new Map<string, PredictionMetrics>();
  private served: string | undefined;
  private limits: LimitState = { running: 0, waiting: 0 };

  /** `dialects` are the names of those that requests are counted by. */
  constructor(dialects: readonly string[]) {
    this.byDialect = new Map(dialects.map((name) => [name, new DialectMetrics()]));
    const { registry } = this;
    collectDefaultMetrics({ register: registry });
    // Gauges named like counters, which Prometheus' linter rejects; the same figures exist by type under other names.
    for (const what of ["handles", "requests", "resources"]) {
      registry.removeSingleMetric(`nodejs_active_${what}_total`);
    }
    this.refusals = new CounterBy(registry, {
      name: "mlops_requests_refused_total",
      help: "Requests answered with a problem, by its code.",
      label: "code",
      known: Object.keys(problems),
    });
    this.outside = new CounterBy(registry, {
      name: "mlops_values_outside_total",
      help: "Values outside of their feature's range or list that were taken, by feature.",
      label: "feature",
    });
    this.registerRequests();
    this.registerModel();
  }

  /** An answered request; `elapsedMs` from its arrival to its last byte. */
  answered(dialect: string, status: number, elapsedMs: number): void {
    const metrics = this.byDialect.get(dialect);
    if (metrics === undefined) return;
    const index = Math.floor(status / 100) - 1;
    metrics.byStatusClass[index] = (metrics.byStatusClass[index] ?? 0) + 1;
    metrics.latency.observe(elapsedMs / 1000);
  }

  /** A request that went to the model. */
  scored({ rows, askedAt, startedAt }: ScoreNotes): void {
    this.rows.observe(rows);
    if (startedAt > 0) this.wait.observe((startedAt - askedAt) / 1000);
  }

  refused(code: string): void {
    this.refusals.add(code);
  }

  /** Values that are outside and were taken, by feature. */
  tookOutside(values: ReadonlyMap<string, number>): void {
    for (const [feature, count] of values) this.outside.add(feature, count);
  }

  /** From now on this version answers, and these are its limits. */
  serve(reference: string, limits: LimitState): void {
    this.served = reference;
    this.limits = limits;
  }

  /** What takes the predictions of a version. */
  predictionsOf(model: ServedModel): (predictions: Predictions) => void {
    const metrics =
      this.predictions.get(model.reference) ?? new PredictionMetrics(model.signature, model.prediction);
    this.predictions.set(model.reference, metrics);
    return (predictions) => metrics.observe(predictions);
  }

  /** Adds what the prediction log counts. */
  watchLog(counts: () => PredictionLogCounts): void {
    registerValues(
      this.registry,
      {
        name: "mlops_prediction_log_records_total",
        help: "Records of the prediction log: accepted are on the spool or past it, written in the storage, dropped lost.",
      },
      {
        type: "counter",
        values: () => {
          const { accepted, written, dropped, sampledOut } = counts();
          const outcomes = { accepted, written, dropped, sampled_out: sampledOut };
          return Object.entries(outcomes).map(([outcome, value]) => ({ labels: { outcome }, value }));
        },
      },
    );
    registerValues(
      this.registry,
      { name: "mlops_prediction_log_failures_total", help: "Attempts to write to the storage that failed." },
      { type: "counter", values: () => [{ labels: {}, value: counts().failed }] },
    );
    this.gauge("mlops_prediction_log_spooled_bytes", "Bytes on the spool.", () => counts().spooledBytes);
  }

  private gauge(name: string, help: string, value: () => number): void {
    registerValues(
      this.registry,
      { name, help },
      { type: "gauge", values: () => [{ labels: {}, value: value() }] },
    );
  }

  private registerRequests(): void {
    const { registry } = this;
    registerValues(
      registry,
      { name: "mlops_requests_total", help: "Requests answered, by dialect and class of status." },
      {
        type: "counter",
        values: () =>
          [...this.byDialect].flatMap(([dialect, { byStatusClass }]) =>
            statusClasses.map((status, index) => ({
              labels: { dialect, status },
              value: byStatusClass[index] ?? 0,
            })),
          ),
      },
    );
    registerHistogram(
      registry,
      {
        name: "mlops_request_duration_seconds",
        help: "Time from arrival to the end of the answer, by dialect.",
      },
      () => [...this.byDialect].map(([dialect, { latency }]) => [{ dialect }, latency] as const),
    );
    registerHistogram(
      registry,
      { name: "mlops_queue_wait_seconds", help: "Time that requests waited for a place." },
      () => [[{}, this.wait]],
    );
    registerHistogram(
      registry,
      { name: "mlops_request_rows", help: "Rows of the requests that were scored." },
      () => [[{}, this.rows]],
    );
    this.gauge("mlops_requests_running", "Requests that the model works on.", () => this.limits.running);
    this.gauge("mlops_requests_waiting", "Requests that wait for a place.", () => this.limits.waiting);
  }

  private registerModel(): void {
    const { registry } = this;
    registerValues(
      registry,
      { name: "mlops_model_info", help: "The model that is served; the value is 1." },
      {
        type: "gauge",
        aggregator: "first",
        values: () => {
          if (this.served === undefined) return [];
          const [model = "", version = ""] = this.served.split(":");
          return [{ labels: { model, version }, value: 1 }];
        },
      },
    );
    registerHistogram(
      registry,
      {
        name: "mlops_prediction",
        help: "Predictions (a classification's probabilities) in the bins of the model's training data.",
      },
      () => this.ofModels(({ numbers }) => numbers),
    );
    registerValues(
      registry,
      { name: "mlops_predicted_classes_total", help: "Rows predicted to be of a class." },
      {
        type: "counter",
        values: () =>
          this.ofModels(({ classes }) => classes).flatMap(([labels, classes]) =>
            Array.from(classes, ([name, value]) => ({ labels: { ...labels, class: name }, value })),
          ),
      },
    );
  }

  private ofModels<T>(part: (metrics: PredictionMetrics) => T | undefined): [{ model: string }, T][] {
    return [...this.predictions].flatMap(([model, metrics]) => {
      const found = part(metrics);
      return found === undefined ? [] : [[{ model }, found] as [{ model: string }, T]];
    });
  }
}
