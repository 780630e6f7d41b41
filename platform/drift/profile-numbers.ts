import { NumberSummary } from "../base/number-summary";
import { sortNumbers } from "../kernels/number-kernels";
import { identifier, type SqlEngine } from "../sql/engine";
import { BinCounter } from "./bins";
import type { NumberProfile } from "./profile";
import { isSampledRow, roomForSample } from "./sampled-rows";

/** Columns per scan: enough to scan a usual table once, few enough that their samples fit memory. */
const columnsPerScan = 50;

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
  private sampled: Float64Array;
  private size = 0;

  /** Of so many rows. */
  constructor(
    private readonly name: string,
    private readonly rows: number,
  ) {
    this.sampled = new Float64Array(roomForSample(rows));
  }

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

  describe(): DescribedColumn {
    const { count, sum, min, max, isWhole } = this.summary;
    const mean = sum / count;
    const column: NumberColumn = {
      name: this.name,
      type: "number",
      count,
      missing: this.rows - count,
      ...(Number.isFinite(mean) && { mean }),
      ...(Number.isFinite(min) && { min }),
      ...(Number.isFinite(max) && { max }),
      ...(count > 0 && isWhole && { whole: true as const }),
      edges: [],
    };
    const sample = this.sampled.subarray(0, this.size);
    sortNumbers(sample);
    return { column, sample };
  }
}

/** What is found of blocks of rows while they are read for something else, too. */
export interface RowConsumer {
  /** What follows FROM for the rows. */
  readonly from: string;
  /** As SQL names them. */
  readonly columns: readonly string[];
  /** Whether rows were taken already. */
  readonly isBegun: boolean;
  /** Takes the next rows: of each column its values, which are not changed. */
  add(block: readonly Float64Array[]): void;
}

/** First scan: count, mean, least and greatest value of number columns, whether all are whole, and a sample of them. */
export class NumberDescriptions implements RowConsumer {
  readonly columns: readonly string[];
  private readonly descriptions: readonly Description[];
  private before = 0;

  /** `rows` is how many there are. */
  constructor(
    readonly from: string,
    readonly names: readonly string[],
    private readonly rows: number,
  ) {
    this.columns = names.map(identifier);
    this.descriptions = names.map((name) => new Description(name, rows));
  }

  get isBegun(): boolean {
    return this.before > 0;
  }

  /** Whether all rows were taken. */
  get isWhole(): boolean {
    return this.before === this.rows;
  }

  add(block: readonly Float64Array[]): void {
    const length = block[0]?.length ?? 0;
    const sampled: number[] = [];
    for (let row = 0; row < length; row++) if (isSampledRow(this.before + row, this.rows)) sampled.push(row);
    this.descriptions.forEach((description, index) => {
      description.add(block[index] ?? new Float64Array(), sampled);
    });
    this.before += length;
  }

  described(): DescribedColumn[] {
    return this.descriptions.map((description) => description.describe());
  }
}

/** Whether columns are few enough to be described in one scan. */
export function areFew(names: readonly string[]): boolean {
  return names.length <= columnsPerScan;
}

/** Describes number columns of rows that are read for that. */
export async function describeNumbers(
  engine: SqlEngine,
  from: string,
  { names, rows }: { readonly names: readonly string[]; readonly rows: number },
): Promise<DescribedColumn[]> {
  const described: DescribedColumn[] = [];
  for (let start = 0; start < names.length; start += columnsPerScan) {
    const some = new NumberDescriptions(from, names.slice(start, start + columnsPerScan), rows);
    for await (const block of engine.blocks(some.columns, from)) some.add(block);
    described.push(...some.described());
  }
  return described;
}

/** Second scan: values per bin, and the squares around the mean, which one pass cannot sum without cancellation. */
export class NumberBins {
  private readonly counted: readonly {
    readonly column: NumberColumn;
    readonly bins: BinCounter;
    squares: number;
  }[];

  constructor(readonly columns: readonly NumberColumn[]) {
    this.counted = columns.map((column) => ({
      column,
      bins: new BinCounter(column.edges, column.within),
      squares: 0,
    }));
  }

  /** Counts the next rows; NaN is left out. */
  add(block: readonly Float64Array[]): void {
    this.counted.forEach((one, index) => {
      one.squares += one.bins.add(block[index] ?? new Float64Array(), one.column.mean ?? 0);
    });
  }

  profiles(): [string, NumberProfile][] {
    return this.counted.map(({ column, bins, squares }) => {
      const { name, within, ...rest } = column;
      const standardDeviation = Math.sqrt(squares / column.count);
      const deviation = column.mean !== undefined &&
        Number.isFinite(standardDeviation) && { standardDeviation };
      const outside = within && { outside: bins.outside };
      return [name, { ...rest, ...deviation, ...outside, counts: Array.from(bins.counts) }];
    });
  }
}

/** Counts columns of rows that are read for that. */
export async function countBins(
  engine: SqlEngine,
  from: string,
  columns: readonly NumberColumn[],
): Promise<[string, NumberProfile][]> {
  const profiles: [string, NumberProfile][] = [];
  for (let start = 0; start < columns.length; start += columnsPerScan) {
    const some = new NumberBins(columns.slice(start, start + columnsPerScan));
    const names = some.columns.map(({ name }) => identifier(name));
    for await (const block of engine.blocks(names, from)) some.add(block);
    profiles.push(...some.profiles());
  }
  return profiles;
}
