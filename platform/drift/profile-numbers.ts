import { NumberSummary } from "../base/number-summary";
import { identifier, type SqlEngine } from "../sql/engine";
import { BinCounter } from "./bins";
import type { NumberProfile } from "./profile";

/** Columns per scan: enough to scan a usual table once, few enough that their samples fit memory. */
const columnsPerScan = 50;
/** Values by which the bins of a column are found: of more, a sample of this many. */
const maxSampled = 100_000;

export type NumberColumn = Omit<NumberProfile, "counts" | "standardDeviation" | "outside"> & {
  readonly name: string;
  /** The reference's least and greatest value, where the column is counted against one. */
  readonly within?: readonly [min: number, max: number];
};

/** A column without its bins, and values that tell where they are. */
export interface DescribedColumn {
  readonly column: NumberColumn;
  /** Sorted. All of the column's values, or some, the same of the same rows. */
  readonly sample: Float64Array;
}

/** What is summed up of a column in the first scan. */
class Description {
  private readonly summary = new NumberSummary();
  /** Room for those that are sampled, of which the first `size` are there. */
  private sampled = new Float64Array(1024);
  private size = 0;

  constructor(private readonly name: string) {}

  add(values: Float64Array, sampledRows: readonly number[]): void {
    this.summary.add(values);
    if (this.size + sampledRows.length > this.sampled.length) {
      const larger = new Float64Array(2 * (this.size + sampledRows.length));
      larger.set(this.sampled);
      this.sampled = larger;
    }
    const { sampled } = this;
    let { size } = this;
    for (let index = 0; index < sampledRows.length; index++) {
      const value = values[sampledRows[index] ?? NaN] ?? NaN;
      if (value === value) sampled[size++] = value;
    }
    this.size = size;
  }

  describe(rows: number): DescribedColumn {
    const { count, sum, min, max, isWhole } = this.summary;
    const mean = sum / count;
    const column: NumberColumn = {
      name: this.name,
      type: "number",
      count,
      missing: rows - count,
      ...(Number.isFinite(mean) && { mean }),
      ...(Number.isFinite(min) && { min }),
      ...(Number.isFinite(max) && { max }),
      ...(count > 0 && isWhole && { whole: true as const }),
      edges: [],
    };
    return { column, sample: this.sampled.slice(0, this.size).sort() };
  }
}

/** Whether a row (from 0) of so many is among those sampled: by a hash of its number, as rows may come in a pattern. */
function isSampledRow(row: number, rows: number): boolean {
  if (rows <= maxSampled) return true;
  const hash = Math.imul(row ^ (row >>> 15), 0x2c1b3c6d);
  return (Math.imul(hash ^ (hash >>> 12), 0x297a2d39) >>> 0) / 2 ** 32 < maxSampled / rows;
}

/** First scan: count, mean, least and greatest value of number columns, whether all are whole, and a sample of them. */
export async function describeNumbers(
  engine: SqlEngine,
  from: string,
  { names, rows }: { readonly names: readonly string[]; readonly rows: number },
): Promise<DescribedColumn[]> {
  const described: DescribedColumn[] = [];
  for (let start = 0; start < names.length; start += columnsPerScan) {
    const some = names.slice(start, start + columnsPerScan);
    const descriptions = some.map((name) => new Description(name));
    let before = 0;
    for await (const block of engine.blocks(some.map(identifier), from)) {
      const length = block[0]?.length ?? 0;
      const sampled: number[] = [];
      for (let row = 0; row < length; row++) if (isSampledRow(before + row, rows)) sampled.push(row);
      descriptions.forEach((description, index) => {
        description.add(block[index] ?? new Float64Array(), sampled);
      });
      before += length;
    }
    described.push(...descriptions.map((description) => description.describe(rows)));
  }
  return described;
}

/** Second scan: values per bin, and the squares around the mean, which one pass cannot sum without cancellation. */
export async function countBins(
  engine: SqlEngine,
  from: string,
  columns: readonly NumberColumn[],
): Promise<[string, NumberProfile][]> {
  const profiles: [string, NumberProfile][] = [];
  for (let start = 0; start < columns.length; start += columnsPerScan) {
    const some = columns.slice(start, start + columnsPerScan).map((column) => ({
      column,
      bins: new BinCounter(column.edges, column.within),
      squares: 0,
    }));
    for await (const block of engine.blocks(
      some.map(({ column }) => identifier(column.name)),
      from,
    )) {
      some.forEach((counted, index) => {
        counted.squares += counted.bins.add(block[index] ?? new Float64Array(), counted.column.mean ?? 0);
      });
    }
    for (const { column, bins, squares } of some) {
      const { name, within, ...rest } = column;
      const standardDeviation = Math.sqrt(squares / column.count);
      const deviation = column.mean !== undefined &&
        Number.isFinite(standardDeviation) && { standardDeviation };
      const outside = within && { outside: bins.outside };
      profiles.push([name, { ...rest, ...deviation, ...outside, counts: Array.from(bins.counts) }]);
    }
  }
  return profiles;
}
