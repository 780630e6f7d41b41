import type { SqlEngine } from "../../platform/sql/engine";
import { KnownMoments } from "../preprocessing/moments";
import { encodedBlocks, type EncodedBlock } from "../preprocessing/encoded-blocks";
import { sizeOf, type Preprocessing } from "../preprocessing/preprocessing";
import type { TrainingRows } from "../preprocessing/training-rows";

/** Intercept and coefficients of the encoded columns, in their order. */
export interface Coefficients {
  readonly intercept: number;
  readonly coefficients: readonly number[];
  /** Settings that were chosen by themselves, by name. */
  readonly chosen?: Readonly<Record<string, number>>;
  /** What a person should know of how they were found: whole sentences. */
  readonly warnings?: readonly string[];
}

/** The training rows as encoded columns, with the target as an SQL expression. */
export interface Design {
  readonly engine: SqlEngine;
  readonly rows: TrainingRows;
  readonly preprocessing: Preprocessing;
  readonly target: string;
  /** Moments of the rows, where some are known. */
  readonly known?: KnownMoments;
  /** What is taken from the target, which is not 0. */
  readonly centre?: number;
}

export interface DesignBlock extends EncodedBlock {
  readonly targets: Float64Array;
  readonly weights: Float64Array;
}

/** Number of encoded columns. */
export function widthOf({ preprocessing }: Pick<Design, "preprocessing">): number {
  return preprocessing.reduce((sum, part) => sum + sizeOf(part), 0);
}

export async function* designBlocks({
  engine,
  rows: { from, weight },
  preprocessing,
  target,
  centre = 0,
}: Design): AsyncGenerator<DesignBlock> {
  const further = [target, ...(weight === undefined ? [] : [weight])];
  // What is trained on is read again: in the next iteration, and to be scored and described.
  const wanted = { from, parts: preprocessing, further, again: true };
  for await (const block of encodedBlocks(engine, wanted)) {
    const [targets = new Float64Array(), weights = onesOf(block.rows)] = block.further;
    if (centre !== 0)
      for (let row = 0; row < block.rows; row++) targets[row] = (targets[row] ?? NaN) - centre;
    yield { ...block, targets, weights };
  }
}

/** The sum of the weights, and the weighted mean of the target. */
export async function targetMoments({
  engine,
  rows,
  target,
  known,
}: Pick<Design, "engine" | "rows" | "target" | "known">): Promise<{
  readonly total: number;
  readonly mean: number;
}> {
  const all = known?.areOf(rows) ? known : new KnownMoments(engine, rows);
  const { total, moments } = await all.read([{ sql: target }]);
  return { total, mean: moments[0]?.mean ?? NaN };
}

const ones = new Float64Array(4096).fill(1);

/** A column of ones, which nobody may change: a new one for each block would have to be cleared and collected. */
export function onesOf(rows: number): Float64Array {
  return rows <= ones.length ? ones.subarray(0, rows) : new Float64Array(rows).fill(1);
}

/** A block with one more column of numbers, behind the others. */
export function withColumn(block: DesignBlock, at: number, values: Float64Array): DesignBlock {
  return { ...block, dense: [...block.dense, { at, values }] };
}
