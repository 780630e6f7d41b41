import { sumOf, sumWithout } from "../../platform/base/sums";
import type { RowConsumer } from "../../platform/drift/profile-numbers";
import { sumColumns } from "../../platform/kernels/number-kernels";
import type { SqlEngine } from "../../platform/sql/engine";
import { squaresAround, summarise } from "../../platform/kernels/kernels";
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
  /** Rows in which it is missing. */
  readonly missing: number;
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
  private missing = 0;

  constructor(readonly imputation = NaN) {}

  /** `sum`: of the values, where these are not weighted. */
  add(values: Float64Array, weights: Float64Array | undefined, sum: number): void {
    const { imputation } = this;
    const total = weights ? sumOf(weights) : values.length;
    // Without an imputation what is missing leaves no sum.
    if (imputation === imputation || sum !== sum) this.missing += values.length - summarise(values).count;
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
    const { total, mean, squares, missing } = this;
    return { mean: total === 0 ? NaN : mean, variance: squares / total, missing };
  }
}

/** Moments of expressions over rows. What was asked for once is known from then on: rows are read once where all is asked for at first. */
export class KnownMoments {
  private rows = 0;
  private total = 0;
  private readonly found = new Map<string, Moments>();

  constructor(
    private readonly engine: SqlEngine,
    private readonly of: TrainingRows,
    /** Takes the rows, too, when they are first read, if it is for them. */
    private readonly beside?: RowConsumer | undefined,
  ) {}

  /** Whether they are of these rows, with these weights. */
  areOf({ from, weight }: TrainingRows): boolean {
    return from === this.of.from && weight === this.of.weight;
  }

  private takeBeside(): RowConsumer | undefined {
    const { beside } = this;
    return beside?.from === this.of.from && !beside.isBegun ? beside : undefined;
  }

  async read(columns: readonly Measured[]): Promise<RowMoments> {
    const keyOf = ({ sql, imputation }: Measured): string => `${imputation ?? ""} ${sql}`;
    const unknown = columns.filter((column) => !this.found.has(keyOf(column)));
    if (unknown.length > 0) {
      const { rows, total, moments } = await readMoments(this.engine, this.of, unknown, this.takeBeside());
      [this.rows, this.total] = [rows, total];
      for (const [index, column] of unknown.entries()) {
        const one = moments[index];
        if (one) this.found.set(keyOf(column), one);
      }
    }
    const { rows, total } = this;
    return { rows, total, moments: columns.flatMap((column) => this.found.get(keyOf(column)) ?? []) };
  }
}

/** Moments of expressions over rows, which are read once. `beside` takes the rows, too. */
export async function readMoments(
  engine: SqlEngine,
  { from, weight }: TrainingRows,
  measured: readonly Measured[],
  beside?: RowConsumer,
): Promise<RowMoments> {
  const running = measured.map(({ imputation }) => new RunningMoments(imputation));
  const instead = running.map(({ imputation }) => imputation);
  const own = [...measured.map(({ sql }) => sql), ...(weight === undefined ? [] : [weight])];
  const asked = [...new Set([...own, ...(beside?.columns ?? [])])];
  const among = (block: readonly Float64Array[], names: readonly string[]): Float64Array[] =>
    names.map((name) => block[asked.indexOf(name)] ?? new Float64Array());
  let rows = 0;
  let total = 0;
  for await (const all of engine.blocks(asked, from, { again: true })) {
    const block = among(all, own);
    beside?.add(among(all, beside.columns));
    const count = block[0]?.length ?? 0;
    const weights = weight === undefined ? undefined : block[measured.length];
    const columns = block.slice(0, running.length);
    const sums = weights
      ? columns.map((values, index) => sumWithout({ instead: instead[index] ?? NaN }, values, weights))
      : sumColumns(columns, instead);
    running.forEach((one, index) => {
      one.add(columns[index] ?? new Float64Array(), weights, sums[index] ?? NaN);
    });
    rows += count;
    total += weights ? sumOf(weights) : count;
  }
  return { rows, total, moments: running.map((one) => one.moments()) };
}
