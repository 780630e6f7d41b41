import type { PredictionSource, ScoredRequest } from "../../../platform/predictions/prediction-frames";
import { predictionSource } from "../../../platform/predictions/prediction-frames";
import type { PredictionRecord } from "../../../platform/predictions/prediction-record";
import type { Signature } from "../../../platform/model/signature";
import { featureTable } from "../../../platform/model/table";

/** A feature of each type. */
export const signature: Signature = {
  task: "regression",
  inputs: [
    { name: "age", type: "number", nullable: false },
    { name: "bmi", type: "number", nullable: true },
    { name: "smoker", type: "boolean", nullable: false },
    { name: "town", type: "category", nullable: true },
  ],
  target: { name: "cost" },
};

export function sourceOf(model = "diabetes:3", redact: readonly string[] = []): PredictionSource {
  return predictionSource(signature, { model, redact });
}

type Row = Readonly<Record<string, number | string | boolean | null>>;

const row = (id: number): Row => ({
  age: id,
  bmi: null,
  smoker: id % 2 === 0,
  town: id % 3 === 0 ? null : `Köln "${id}"`,
});

/** A request with one row made of its id, as the service has it. */
export function request(id: number, time = "2026-11-21T00:05:00.000Z", rows = [row(id)]): ScoredRequest {
  return {
    id: String(id),
    time: Date.parse(time),
    table: featureTable(signature, rows),
    predictions: { prediction: Float64Array.from(rows, (_, index) => id / 3 + index) },
  };
}

/** The record that the log has of `request(id, time)`. */
export function recordOf(
  id: number,
  time = "2026-11-21T00:05:00.000Z",
  model = "diabetes:3",
): PredictionRecord {
  return { id: String(id), time: new Date(time).toISOString(), model, inputs: [row(id)], outputs: [id / 3] };
}
