import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { predictionMeter } from "../../../scoring/telemetry/prediction-meter";

const names = [
  "mlops.predictions",
  "mlops.predictions.above_zero",
  "mlops.predictions.below_zero",
  "mlops.predictions.squares",
];

/** Sums by instrument, of one version. */
async function sumsOf(
  use: (meter: ReturnType<typeof predictionMeter>) => void,
  model: string,
): Promise<number[]> {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  use(predictionMeter(provider.getMeter("test")));
  await provider.forceFlush();
  const metrics = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  await provider.shutdown();
  return names.map((name) => {
    const points = metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
    return Number(points.find(({ attributes }) => attributes["mlops.model"] === model)?.value ?? 0);
  });
}

test("count, sums of either sign and squares of each version are kept apart", async () => {
  const use = (meter: ReturnType<typeof predictionMeter>): void => {
    const [first, second] = [meter("cost:1"), meter("cost:2")];
    for (const value of [3, -1, 0, 2]) first({ prediction: Float64Array.of(value) });
    second({ prediction: Float64Array.of(7) });
  };
  expect(await sumsOf(use, "cost:1")).toEqual([4, 5, 1, 14]);
  expect(await sumsOf(use, "cost:2")).toEqual([1, 7, 0, 49]);
});

test("a request of many rows counts once, by another of them than the one before", async () => {
  const use = (meter: ReturnType<typeof predictionMeter>): void => {
    const count = meter("cost:1");
    for (let request = 0; request < 3; request++) count({ prediction: Float64Array.of(1, 10, 100) });
    count({ prediction: new Float64Array(1000).fill(5) });
  };
  expect(await sumsOf(use, "cost:1")).toEqual([4, 116, 0, 10_126]);
});

test("of classes the probabilities count, and classes alone do not", async () => {
  const use = (meter: ReturnType<typeof predictionMeter>): void => {
    const count = meter("risk:1");
    count({ prediction: ["yes", "no"], probability: Float64Array.of(0.5, 0.25) });
    count({ prediction: ["yes"] });
    count({ prediction: ["yes", "no"], probability: Float64Array.of(0.5, 0.25) });
  };
  expect(await sumsOf(use, "risk:1")).toEqual([2, 0.75, 0, 0.3125]);
});

test("a number that is none leaves the sums as they are", async () => {
  const use = (meter: ReturnType<typeof predictionMeter>): void => {
    const count = meter("cost:1");
    for (const value of [1, NaN, Infinity]) count({ prediction: Float64Array.of(value) });
    count({ prediction: new Float64Array() });
  };
  expect(await sumsOf(use, "cost:1")).toEqual([1, 1, 0, 1]);
});
