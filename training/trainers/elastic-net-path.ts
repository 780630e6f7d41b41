import { Matrix } from "ml-matrix";
import { findCholeskySolution } from "./linear-algebra";
import type { LinearSystem } from "./fold-sums";

/** Sweeps over all columns at one penalty, at most. */
const maxSweeps = 500;

/** Sweeps over the columns with a coefficient before a jump, which takes as long as a third of their number of sweeps. */
const sweepsBeforeJump = (columns: number): number => 10 + columns / 3;

/** What is added to the variances in a jump, as a share of the greatest: dependent columns could be moved along without end. */
const jumpDamping = 1e-12;

/** A sweep that moves no prediction by more than this share of the target's spread is the last. */
const tolerance = 1e-7;

/**
 * By this share of the greatest product a column has to say more than the penalty: less is rounding, and would give coefficients to both
 * of two columns that say the same.
 */
const rounding = 1e-12;

/** What is added for coefficients: `absolute` × Σ|b| + `squared` × Σb²/2, per unit of weight. */
interface Penalty {
  readonly absolute: number;
  readonly squared: number;
}

/** Coefficients on the scale of the penalty. */
export interface NetSolution {
  readonly alpha: number;
  readonly coefficients: Float64Array;
  /** Whether they are as near to the least as rounding lets them be. */
  readonly isConverged: boolean;
}

/** `alpha` shared between both kinds of penalty, as scikit-learn's ElasticNet does. */
function penaltyOf(alpha: number, l1Ratio: number): Penalty {
  return { absolute: alpha * l1Ratio, squared: alpha * (1 - l1Ratio) };
}

/** The least alpha from which on all coefficients are 0; 0 where no column says anything of the target. */
export function greatestAlpha({ right, total }: LinearSystem, l1Ratio: number): number {
  return right.reduce((greatest, product) => Math.max(greatest, Math.abs(product)), 0) / total / l1Ratio;
}

/** `count` alphas from one down to another, each smaller than the one before by the same factor. */
export function alphasBetween(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from * (to / from) ** (index / (count - 1)));
}

/**
 * The coefficients of each alpha, greatest first, that make Σ w (y − b0 − x·b)² / (2 Σ w) + alpha (l1Ratio Σ|b| + (1 − l1Ratio) Σb² / 2) least.
 * By coordinate descent on the products of columns, each alpha from where the one before has ended. Where columns are nearly dependent,
 * which would take very many sweeps, all coefficients jump together from time to time; neither ever makes it greater.
 */
export class NetPath {
  private readonly gram: readonly Float64Array[];
  private readonly right: Float64Array;
  /** The greatest of these, without its sign. */
  private readonly greatest: number;
  private readonly coefficients: Float64Array;
  /** Products of the columns with what the coefficients leave of the target. */
  private readonly left: Float64Array;

  /** `spread` is the standard deviation of the target. */
  constructor(
    { gram, right, total }: LinearSystem,
    private readonly l1Ratio: number,
    private readonly spread: number,
  ) {
    this.gram = right.map((_, i) => Float64Array.from(right, (__, j) => gram.get(i, j) / total));
    this.right = Float64Array.from(right, (product) => product / total);
    this.greatest = this.right.reduce((most, product) => Math.max(most, Math.abs(product)), 0);
    this.left = this.right.slice();
    this.coefficients = new Float64Array(right.length);
  }

  /** The solution for the next alpha. */
  next(alpha: number): NetSolution {
    const isConverged = this.descend(penaltyOf(alpha, this.l1Ratio));
    return { alpha, coefficients: this.coefficients.slice(), isConverged };
  }

  /** The same to the last digits: in closed form, for the columns that have a coefficient, where that is the solution. */
  exact(alpha: number): NetSolution {
    const near = this.next(alpha);
    const found = this.closedForm(penaltyOf(alpha, this.l1Ratio));
    return found === undefined ? near : { alpha, coefficients: found, isConverged: true };
  }

  /** Whether the last sweep moved nothing. */
  private descend(penalty: Penalty): boolean {
    const bound = tolerance * this.spread;
    const all = Array.from(this.coefficients.keys());
    for (let sweep = 0; sweep < maxSweeps; sweep++) {
      if (this.sweep(all, penalty) <= bound) return true;
      if (!this.settle(penalty, bound)) this.jump(penalty);
    }
    return false;
  }

  /** Sweeps over the columns with a coefficient; whether they come to rest soon. */
  private settle(penalty: Penalty, bound: number): boolean {
    const used = this.used();
    for (let sweep = 0; sweep < sweepsBeforeJump(used.length); sweep++) {
      if (this.sweep(used, penalty) <= bound) return true;
    }
    return false;
  }

  /** Moves the coefficients together to the least for their signs, or to where the first of them becomes 0. */
  private jump({ absolute, squared }: Penalty): void {
    const { coefficients, gram, left } = this;
    const used = this.used();
    const at = (place: number): number => coefficients[place] ?? NaN;
    const damping = jumpDamping * used.reduce((most, place) => Math.max(most, gram[place]?.[place] ?? 0), 0);
    const steps = findCholeskySolution(
      this.matrixOf(used, squared + damping),
      used.map((place) => (left[place] ?? NaN) - absolute * Math.sign(at(place)) - squared * at(place)),
    );
    if (steps === undefined) return;
    let [share, last] = [1, -1];
    for (const [index, place] of used.entries()) {
      const toZero = -at(place) / (steps[index] ?? NaN);
      if (toZero > 0 && toZero < share) [share, last] = [toZero, place];
    }
    for (const [index, place] of used.entries()) {
      const old = at(place);
      const moved = place === last ? 0 : old + share * (steps[index] ?? NaN);
      this.move(place, moved);
    }
  }

  /** Gives a column another coefficient; gives the step. */
  private move(place: number, to: number): number {
    const { coefficients, gram, left } = this;
    const step = to - (coefficients[place] ?? NaN);
    coefficients[place] = to;
    const products = gram[place] ?? left;
    for (let other = 0; other < left.length; other++) {
      left[other] = (left[other] ?? NaN) - step * (products[other] ?? NaN);
    }
    return step;
  }

  /** Products of some columns with each other, with something on their diagonal. */
  private matrixOf(places: readonly number[], diagonal: number): Matrix {
    const { gram } = this;
    return new Matrix(
      places.map((one) =>
        places.map((other) => (gram[one]?.[other] ?? NaN) + (one === other ? diagonal : 0)),
      ),
    );
  }

  private used(): number[] {
    return Array.from(this.coefficients.keys()).filter((place) => this.coefficients[place] !== 0);
  }

  /** Makes each coefficient the best for the others; gives by how much that moved predictions at most, as a standard deviation. */
  private sweep(places: readonly number[], { absolute, squared }: Penalty): number {
    const { coefficients, gram, left } = this;
    const entry = absolute + rounding * this.greatest;
    let longest = 0;
    for (const place of places) {
      const variance = gram[place]?.[place] ?? NaN;
      // A column that never changes says nothing.
      if (!(variance > 0)) continue;
      const old = coefficients[place] ?? NaN;
      const product = (left[place] ?? NaN) + variance * old;
      if (old === 0 && Math.abs(product) <= entry) continue;
      const size = Math.max(0, Math.abs(product) - absolute) / (variance + squared);
      const found = size === 0 ? 0 : Math.sign(product) * size;
      if (found !== old) longest = Math.max(longest, Math.abs(this.move(place, found)) * Math.sqrt(variance));
    }
    return longest;
  }

  /** With the signs of the coefficients as they are; undefined where that is not the least. */
  private closedForm({ absolute, squared }: Penalty): Float64Array | undefined {
    const { coefficients, gram, right } = this;
    const used = this.used();
    const signs = used.map((place) => Math.sign(coefficients[place] ?? NaN));
    const found = findCholeskySolution(
      this.matrixOf(used, squared),
      used.map((place, index) => (right[place] ?? NaN) - absolute * (signs[index] ?? NaN)),
    );
    if (!found?.every((value, index) => Math.sign(value) === signs[index])) return undefined;
    const solution = new Float64Array(coefficients.length);
    used.forEach((place, index) => (solution[place] = found[index] ?? NaN));
    // Products of nearly dependent columns have lost digits, so a column without a coefficient may seem to say a little more.
    const bound = absolute + 1e-9 * this.greatest;
    const isLeast = gram.every((products, place) => {
      if (solution[place] !== 0) return true;
      const left = used.reduce(
        (sum, other) => sum - (products[other] ?? NaN) * (solution[other] ?? NaN),
        right[place] ?? NaN,
      );
      return Math.abs(left) <= bound;
    });
    return isLeast ? solution : undefined;
  }
}
