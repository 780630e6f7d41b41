import type { Meter } from "@opentelemetry/api";
import type { Predictions } from "../../platform/model/table";

/**
 * Counts predictions by sums: mean and standard deviation of a version follow from them, over any time and however many
 * processes. OpenTelemetry has no counter that may fall, so numbers below zero have a counter of their own.
 */
export function predictionMeter(meter: Meter): (model: string) => (predictions: Predictions) => void {
  const count = meter.createCounter("mlops.predictions");
  const above = meter.createCounter("mlops.predictions.above_zero");
  const below = meter.createCounter("mlops.predictions.below_zero");
  const squares = meter.createCounter("mlops.predictions.squares");
  return (model) => {
    const labels = { "mlops.model": model };
    return ({ prediction, probability }) => {
      const values = probability ?? prediction;
      // Classes without probabilities are no numbers.
      if (!(values instanceof Float64Array)) return;
      let [positive, negative, squared] = [0, 0, 0];
      for (const value of values) {
        if (value > 0) positive += value;
        else negative -= value;
        squared += value * value;
      }
      // A sum that has once become NaN or infinite would stay so.
      if (!Number.isFinite(squared)) return;
      count.add(values.length, labels);
      above.add(positive, labels);
      below.add(negative, labels);
      squares.add(squared, labels);
    };
  };
}
