import { summarise } from "../kernels/kernels";

/** What is known of numbers that come in pieces; NaN is missing. */
export class NumberSummary {
  /** Numbers that are there. */
  count = 0;
  sum = 0;
  /** Infinite while there is none. */
  min = Infinity;
  max = -Infinity;
  /** Whether all are whole. */
  isWhole = true;

  add(values: Float64Array): void {
    const { count, sum, min, max, isWhole } = summarise(values);
    this.count += count;
    this.sum += sum;
    this.min = Math.min(this.min, min);
    this.max = Math.max(this.max, max);
    this.isWhole &&= isWhole;
  }
}
