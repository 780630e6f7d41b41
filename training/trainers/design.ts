import type { SqlEngine } from "../../platform/sql/engine";
import { encodedBlocks, type EncodedBlock } from "../preprocessing/encoded-blocks";
import { sizeOf, type Preprocessing, type TrainingRows } from "../preprocessing/preprocessing";

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
  rows,
  preprocessing,
  target,
}: Design): AsyncGenerator<DesignBlock> {
  // What is trained on is read again: in the next iteration, and to be scored and described.
  const wanted = { from: rows.from, parts: preprocessing, further: [target, rows.weight], again: true };
  for await (const block of encodedBlocks(engine, wanted)) {
    const [targets = new Float64Array(), weights = new Float64Array()] = block.further;
    yield { ...block, targets, weights };
  }
}

/** A block with one more column of numbers, behind the others. */
export function withColumn(block: DesignBlock, at: number, values: Float64Array): DesignBlock {
  return { ...block, dense: [...block.dense, { at, values }] };
}
