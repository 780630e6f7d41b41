import { PlatformError } from "../../platform/base/errors";
import { double } from "../preprocessing/sql";
import { widthOf } from "./design";
import type { LinearProblem } from "./linear";

/** Every so many rows are a sample, the coarsest first. */
const sampleSteps = [64, 8] as const;

/** How many rows a sample must have to be worth it: at least `rows`, and `rowsPerColumn` for each encoded column. */
interface SampleSize {
  readonly rows: number;
  readonly rowsPerColumn: number;
}

/**
 * Where to start from: `start`, improved by `solve` on samples of the rows, a larger one after a smaller. They save most of the
 * steps over all rows, and have no say in where these end. Without a penalty a sample may have no finite coefficients, so there
 * is none; one that cannot be solved is passed over.
 */
export async function startFromSamples<P extends LinearProblem & { readonly l2: number }, T>(
  problem: P,
  { start, min }: { readonly start: T; readonly min: SampleSize },
  solve: (sample: P, current: T) => Promise<T>,
): Promise<T> {
  const { design, l2 } = problem;
  if (l2 === 0) return start;
  const rows = await design.engine.count(design.rows.from);
  let current = start;
  for (const step of sampleSteps) {
    if (rows / step < Math.max(min.rows, min.rowsPerColumn * widthOf(design))) continue;
    const sampled = {
      from: `(SELECT * FROM ${design.rows.from} WHERE _row % ${step} = 0) AS sampled`,
      weight: `${double(step)} * ${design.rows.weight ?? double(1)}`,
    };
    try {
      current = await solve({ ...problem, design: { ...design, rows: sampled } }, current);
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
    }
  }
  return current;
}
