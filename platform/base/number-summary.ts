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
    // The loop is where the time goes. Variables of their own stay plain numbers, and what an iterator or an array gives does not.
    let count = 0;
    let sum = 0;
    let min = this.min;
    let max = this.max;
    let isWhole = this.isWhole;
    for (let row = 0; row < values.length; row++) {
      const value = values[row] ?? NaN;
      if (value !== value) continue;
      count += 1;
      sum += value;
      if (value < min) min = value;
      if (value > max) max = value;
      if (isWhole && !Number.isInteger(value)) isWhole = false;
    }
    this.count += count;
    this.sum += sum;
    this.min = min;
    this.max = max;
    this.isWhole = isWhole;
  }
}
