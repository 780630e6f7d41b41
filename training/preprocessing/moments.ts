import { sumOf, sumWithout } from "../../platform/base/sums";
import type { SqlEngine } from "../../platform/sql/engine";
import { squaresAround } from "../../platform/kernels/kernels";
import type { TrainingRows } from "./training-rows";

/** An expression over rows, with what counts where it is missing. */
interface Measured {
  readonly sql: string;
  readonly imputation?: number | undefined;
}

/** Weighted mean and variance of the population. */
interface Moments {
  readonly mean: number;
  readonly variance: number;
}

interface RowMoments {
  readonly rows: number;
  /** Of the weights. */
  readonly total: number;
  /** In the order of the expressions. */
  readonly moments: readonly Moments[];
}

/** Moments that come block by block, merged as by Chan, Golub and LeVeque: neither a large mean nor many rows cost digits. */
class RunningMoments {
  private total = 0;
  private mean = 0;
  private squares = 0;

  constructor(private readonly imputation = NaN) {}

  add(values: Float64Array, weights: Float64Array | undefined): void {
    const { imputation } = this;
    const total = weights ? sumOf(weights) : values.length;
    const sum = sumWithout({ instead: imputation }, values, weights);
    if (total === 0) return;
    const mean = sum / total;
    const squares = squaresAround(values, { weights, centre: mean, instead: imputation });
    const before = this.total;
    this.total += total;
    const shift = mean - this.mean;
    this.mean += shift * (total / this.total);
    this.squares += squares + shift * shift * total * (before / this.total);
  }

  moments(): Moments {
    // Without weight there is no mean.
    const { total, mean, squares } = this;
    return { mean: total === 0 ? NaN : mean, variance: squares / total };
  }
}

/** Moments of expressions over rows, which are read once. */
export async function readMoments(
  engine: SqlEngine,
  { from, weight }: TrainingRows,
  columns: readonly Measured[],
): Promise<RowMoments> {
  const running = columns.map(({ imputation }) => new RunningMoments(imputation));
  const asked = [...columns.map(({ sql }) => sql), ...(weight === undefined ? [] : [weight])];
  let rows = 0;
  let total = 0;
  for await (const block of engine.blocks(asked, from, { again: true })) {
    const count = block[0]?.length ?? 0;
    const weights = weight === undefined ? undefined : block[columns.length];
    running.forEach((one, index) => {
      one.add(block[index] ?? new Float64Array(), weights);
    });
    rows += count;
    total += weights ? sumOf(weights) : count;
  }
  return { rows, total, moments: running.map((one) => one.moments()) };
}
