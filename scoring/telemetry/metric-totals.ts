import {
  AggregatorRegistry,
  type Metric,
  type MetricObject,
  type MetricObjectWithValues,
  type MetricValue,
  type Registry,
} from "prom-client";

/** Metrics with their values, as processes send them to each other. */
export type MetricValues = MetricObjectWithValues<MetricValue<string>>[];

/** What of a process stays true when it has ended: it counted so much, but has no memory and no queue any more. */
function isLasting({ type }: { readonly type: unknown }): boolean {
  return type === "counter" || type === "histogram";
}

/** The counters and histograms of a registry. The others are not even read: reading some sets them back. */
export function countedIn(registry: Registry): Promise<MetricValues> {
  const metrics = registry.getMetricsAsArray().filter(isLasting) as (MetricObject & Pick<Metric, "get">)[];
  return Promise.all(metrics.map((metric) => metric.get()));
}

/** The sum of the metrics of processes, of which some have ended: a sum of counters that fell would look like a restart of all. */
export class MetricTotals {
  /** What each process that lives has counted, as far as it has said so. */
  private readonly living = new Map<number, MetricValues>();
  private ended: MetricValues = [];

  /** A process has counted so much by now. */
  counted(process: number, metrics: MetricValues): void {
    this.living.set(process, metrics.filter(isLasting));
  }

  /** A process has ended; what it has counted stays. */
  end(process: number): void {
    const last = this.living.get(process);
    if (last === undefined) return;
    this.living.delete(process);
    this.ended = AggregatorRegistry.aggregate([this.ended, last]).getMetricsAsArray() as MetricValues;
  }

  /** The sum as Prometheus' text. A process without an answer has counted at least what it said last. */
  text(answers: ReadonlyMap<number, MetricValues>): Promise<string> {
    const silent = [...this.living]
      .filter(([process]) => !answers.has(process))
      .map(([, metrics]) => metrics);
    return AggregatorRegistry.aggregate([...answers.values(), ...silent, this.ended]).metrics();
  }
}
