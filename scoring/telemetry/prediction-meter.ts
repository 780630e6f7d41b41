import type { Meter } from "@opentelemetry/api";
import type { Predictions } from "../../platform/model/table";

/**
 * Counts predictions by sums: mean and standard deviation of a version follow from them, over any time and however many
 * processes. Of each request one prediction counts, as those of one request are alike; the requests take turns, so that rows in any
 * order count alike. Of more than two classes it counts how often each is predicted. OpenTelemetry has no counter that may fall, so numbers below zero have a counter of their own.
 */
export function predictionMeter(meter: Meter): (model: string) => (predictions: Predictions) => void {
  const count = meter.createCounter("mlops.predictions");
  const above = meter.createCounter("mlops.predictions.above_zero");
  const below = meter.createCounter("mlops.predictions.below_zero");
  const squares = meter.createCounter("mlops.predictions.squares");
  const classes = meter.createCounter("mlops.predictions.class");
  return (model) => {
    const labels = { "mlops.model": model };
    let requests = 0;
    return ({ prediction, probability, probabilities }) => {
      if (probabilities !== undefined) {
        const label = prediction[requests++ % prediction.length];
        if (label !== undefined) classes.add(1, { ...labels, "mlops.class": String(label) });
        return;
      }
      const values = probability ?? prediction;
      // Classes without probabilities are no numbers.
      if (!(values instanceof Float64Array)) return;
      const value = values[requests++ % values.length];
      // A sum that has once become NaN or infinite would stay so.
      if (value === undefined || !Number.isFinite(value * value)) return;
      count.add(1, labels);
      above.add(Math.max(0, value), labels);
      below.add(Math.max(0, -value), labels);
      squares.add(value * value, labels);
    };
  };
}
