import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import type { ModelDefinition } from "../definition/definition";
import type { ScoredRows } from "../metrics/evaluation";
import { predictedOf, severalClassesOf } from "./outcomes";
import type { PredictionRecord } from "./prediction-record";

/** Rows by which an estimate is made: of more, a sample of so many, each row as likely as the others. */
const maxRows = 50_000;

/** The seed of the sample: the same log gives the same estimate. */
const seed = 1;

/** Probabilities as a model gave them, in bounded memory. */
export class ProbabilitySample {
  private readonly sample: (readonly number[])[] = [];
  private readonly random = xoroshiro128plus(seed);
  private readonly classes: number | undefined;
  private seen = 0;

  constructor(
    definition: Pick<ModelDefinition, "task" | "columns">,
    private readonly max = maxRows,
  ) {
    this.classes = severalClassesOf(definition);
  }

  /** Vitter's algorithm R. */
  add(record: Pick<PredictionRecord, "outputs" | "probabilities">): void {
    for (const row of record.outputs.keys()) {
      const predicted = predictedOf(record, row, { task: "classification", classes: this.classes });
      if (predicted === undefined) continue;
      this.seen += 1;
      const place = this.seen <= this.max ? this.seen - 1 : uniformInt(this.random, 0, this.seen - 1);
      if (place < this.max) this.sample[place] = predicted;
    }
  }

  /** Rows that had probabilities, sampled or not. */
  get rows(): number {
    return this.seen;
  }

  /**
   * The rows as they are to be expected: each is of every class, by the probability that the model gives it. Metrics of these weighted
   * rows are what metrics will come to if the probabilities are calibrated, and only then.
   */
  expected(): ScoredRows {
    const width = this.classes ?? 2;
    const length = this.sample.length * width;
    const [actual, weights] = [new Float64Array(length), new Float64Array(length)];
    const predicted = new Float64Array(length * (this.classes ?? 1));
    this.sample.forEach((probabilities, row) => {
      for (let name = 0; name < width; name++) {
        const at = row * width + name;
        const [positive = NaN] = probabilities;
        actual[at] = name;
        weights[at] =
          this.classes === undefined ? (name === 1 ? positive : 1 - positive) : (probabilities[name] ?? NaN);
        predicted.set(probabilities, at * probabilities.length);
      }
    });
    return { actual, predicted, weights, ...(this.classes !== undefined && { classes: this.classes }) };
  }
}
