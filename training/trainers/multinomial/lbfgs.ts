/** A function at a point, with its gradient. */
export interface Evaluated {
  readonly at: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

export interface Minimization {
  readonly evaluate: (at: Float64Array) => Promise<Evaluated>;
  /** Multiplies with a matrix that is no greater than the inverse of the second derivatives anywhere. */
  readonly precondition: (vector: Float64Array) => Float64Array;
  /** The end: no entry of the gradient is larger. */
  readonly tolerance: number;
}

export interface Minimum extends Evaluated {
  /** Length of the last step, as its largest entry. */
  readonly lastStep: number;
}

/** Pairs of steps and changes of the gradient that are remembered. */
const memory = 20;
const maxIterations = 2000;
const maxHalvings = 30;
/** Share of the fall that the gradient promises which a step has to bring. */
const sufficient = 1e-4;

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly product: number;
}

export const largest = (values: Float64Array): number =>
  values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += (one[index] ?? NaN) * (other[index] ?? NaN);
  return sum;
}

function addTimes(to: Float64Array, factor: number, values: Float64Array): void {
  for (let index = 0; index < to.length; index++)
    to[index] = (to[index] ?? NaN) + factor * (values[index] ?? NaN);
}

/** The quasi-Newton step from the pairs (Nocedal and Wright 2006, algorithm 7.4), the preconditioner scaled by the last of them. */
function stepFrom(
  gradient: Float64Array,
  pairs: readonly Pair[],
  precondition: Minimization["precondition"],
) {
  const rest = gradient.slice();
  const shares = pairs.toReversed().map(({ step, change, product }) => {
    const share = dot(step, rest) / product;
    addTimes(rest, -share, change);
    return share;
  });
  let direction = precondition(rest);
  const last = pairs.at(-1);
  if (last) {
    const scale = last.product / dot(last.change, precondition(last.change));
    direction = direction.map((value) => scale * value);
  }
  pairs.forEach(({ step, change, product }, index) => {
    addTimes(direction, (shares[pairs.length - 1 - index] ?? NaN) - dot(change, direction) / product, step);
  });
  return direction.map((value) => -value);
}

/**
 * The minimum of a convex function by L-BFGS (Liu and Nocedal 1989) with step halving, started by a preconditioner; undefined where
 * it is not found. Equal functions give equal steps.
 */
export async function minimize(
  { evaluate, precondition, tolerance }: Minimization,
  start: Float64Array,
): Promise<Minimum | undefined> {
  let current = await evaluate(start);
  let lastStep = 0;
  let pairs: Pair[] = [];
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    if (largest(current.gradient) <= tolerance) return { ...current, lastStep };
    const direction = stepFrom(current.gradient, pairs, precondition);
    const slope = dot(direction, current.gradient);
    if (!(slope < 0)) {
      // What is remembered has lost its digits; the preconditioner alone leads down.
      if (pairs.length === 0) return undefined;
      pairs = [];
      continue;
    }
    const next = await descend(evaluate, current, direction, slope);
    if (!next) {
      if (pairs.length === 0) return undefined;
      pairs = [];
      continue;
    }
    const step = next.at.map((value, index) => value - (current.at[index] ?? NaN));
    const change = next.gradient.map((value, index) => value - (current.gradient[index] ?? NaN));
    const product = dot(step, change);
    if (product > 0) pairs = [...pairs, { step, change, product }].slice(-memory);
    lastStep = largest(step);
    current = next;
  }
  return undefined;
}

async function descend(
  evaluate: Minimization["evaluate"],
  { at, value }: Evaluated,
  direction: Float64Array,
  slope: number,
): Promise<Evaluated | undefined> {
  const rounding = 1e-12 * (1 + Math.abs(value));
  for (let halving = 0, share = 1; halving < maxHalvings; halving++, share /= 2) {
    const next = await evaluate(
      at.map((coordinate, index) => coordinate + share * (direction[index] ?? NaN)),
    );
    if (next.value <= value + sufficient * share * slope + rounding) return next;
  }
  return undefined;
}
