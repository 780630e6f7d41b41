import type { Metric, MetricObjectWithValues, MetricType, MetricValue, Registry } from "prom-client";

/** A series as prom-client has it, `metricName` where it is not the metric's own. */
interface Series {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName?: string;
}

interface MetricText {
  readonly name: string;
  readonly help: string;
}

interface MetricKind {
  readonly type: "counter" | "gauge" | "histogram";
  /** How the values of several processes become one. */
  readonly aggregator?: "sum" | "first" | "max";
}

/**
 * Adds a metric that keeps its values itself and makes series of them only on request. Counting a request of two rows takes
 * 0.06 µs this way and 3.3 with prom-client's own metrics, which look labels up (3.7 with its `labels()` kept), of about 20
 * for a whole request.
 */
function register(
  registry: Registry,
  { name, help }: MetricText,
  { type, series, aggregator = "sum" }: MetricKind & { readonly series: () => Series[] },
): void {
  // The types name numbers where the library has words.
  const head = { name, help, aggregator, type: type as unknown as MetricType };
  const get = (): Promise<MetricObjectWithValues<MetricValue<string>>> =>
    Promise.resolve({ ...head, collect: () => undefined, values: series() });
  registry.registerMetric({ ...head, get } as unknown as Metric);
}

/** A counter for each value of a label; known values exist from the start, so that their rates are right. */
export class CounterBy {
  private readonly counts = new Map<string, number>();

  constructor(
    registry: Registry,
    text: MetricText & { readonly label: string; readonly known?: readonly string[] },
  ) {
    for (const value of text.known ?? []) this.counts.set(value, 0);
    register(registry, text, {
      type: "counter",
      series: () => Array.from(this.counts, ([label, value]) => ({ labels: { [text.label]: label }, value })),
    });
  }

  add(label: string, count = 1): void {
    this.counts.set(label, (this.counts.get(label) ?? 0) + count);
  }
}

/** Counts of values by range: `value <= bounds[i]`, and the rest. */
export class Buckets {
  readonly counts: Float64Array;
  sum = 0;

  constructor(readonly bounds: readonly number[]) {
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let low = 0;
    let high = this.bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= (this.bounds[middle] ?? Infinity)) high = middle;
      else low = middle + 1;
    }
    this.counts[low] = (this.counts[low] ?? 0) + 1;
    this.sum += value;
  }

  series(name: string, labels: Readonly<Record<string, string>>): Series[] {
    let total = 0;
    const series: Series[] = Array.from(this.counts, (count, index) => {
      total += count;
      const le = this.bounds[index] ?? "+Inf";
      return { labels: { le, ...labels }, value: total, metricName: `${name}_bucket` };
    });
    series.push({ labels, value: this.sum, metricName: `${name}_sum` });
    series.push({ labels, value: total, metricName: `${name}_count` });
    return series;
  }
}

/** Adds a histogram with a set of buckets per combination of labels. */
export function registerHistogram(
  registry: Registry,
  text: MetricText,
  series: () => Iterable<readonly [Readonly<Record<string, string>>, Buckets]>,
): void {
  register(registry, text, {
    type: "histogram",
    series: () => Array.from(series(), ([labels, buckets]) => buckets.series(text.name, labels)).flat(),
  });
}

/** Adds counters or gauges whose values are somewhere else already. */
export function registerValues(
  registry: Registry,
  text: MetricText,
  { values, ...kind }: MetricKind & { readonly values: () => Series[] },
): void {
  register(registry, text, { ...kind, series: values });
}
