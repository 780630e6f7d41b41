import { doubleBytes, growTo, instantiate, type Memory } from "./workplace";

/** What assembly/resample.ts exports; places are bytes from the start of the memory. */
interface ResampleKernels {
  drawUnits(state: number, units: number, counts: number): void;
  sumDrawn(counts: number, units: number, values: number, width: number, sums: number): void;
}

/** Where the counts begin: behind both words of the generator's state. */
const countsAt = 16;

/**
 * Resamples of so many units, 1 to 2^26: as many are drawn with replacement. `state` is that of pure-rand's xoroshiro128plus (its
 * `getState`), which would give the same numbers; a number n of 32 bits draws unit ⌊n × units / 2^32⌋.
 */
export class Resampler {
  private readonly memory: Memory;
  private readonly run: ResampleKernels;
  private end: number;

  constructor(
    private readonly units: number,
    [firstHigh = 0, firstLow = 0, secondHigh = 0, secondLow = 0]: readonly number[],
  ) {
    const { memory, exports } = instantiate<ResampleKernels>();
    this.memory = memory;
    this.run = exports;
    this.end = countsAt;
    this.take(units);
    new Int32Array(memory.buffer).set([firstLow, firstHigh, secondLow, secondHigh]);
  }

  /** Draws again. Gives how often each unit was drawn; it is there until the next draw. */
  draw(): Float64Array {
    this.run.drawUnits(0, this.units, countsAt);
    return new Float64Array(this.memory.buffer, countsAt, this.units);
  }

  /** A function that tells what the drawn units come to; the numbers of a unit, as many as of each, lie side by side in `values`. */
  sumsOf(values: Float64Array): () => Float64Array {
    const width = values.length / this.units;
    const padded = width + (width % 2);
    const [valuesAt, sumsAt] = [this.take(padded * this.units), this.take(padded)];
    const place = new Float64Array(this.memory.buffer, valuesAt);
    for (let unit = 0; unit < this.units; unit++)
      place.set(values.subarray(unit * width, (unit + 1) * width), unit * padded);
    return () => {
      this.run.sumDrawn(countsAt, this.units, valuesAt, padded, sumsAt);
      return new Float64Array(this.memory.buffer, sumsAt, width);
    };
  }

  /** Room for so many doubles: where it begins. */
  private take(doubles: number): number {
    const start = this.end;
    this.end += doubles * doubleBytes;
    growTo(this.memory, this.end);
    return start;
  }
}
