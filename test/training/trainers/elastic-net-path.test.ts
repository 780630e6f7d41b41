import { Matrix } from "ml-matrix";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { alphasBetween, greatestAlpha, NetPath } from "../../../training/trainers/elastic-net-path";
import type { LinearSystem } from "../../../training/trainers/fold-sums";

/** `count` rows of numbers that share a part, and a target made of every third of them with noise. */
function systemOf({ count, columns, shared }: Readonly<Record<"count" | "columns" | "shared", number>>) {
  const random = xoroshiro128plus(7);
  const noise = (): number => uniformFloat64(random) - 0.5;
  const rows = Array.from({ length: count }, () => {
    const common = shared * noise();
    return Array.from({ length: columns }, () => common + (1 - shared) * noise());
  });
  const x = new Matrix(rows).center("column");
  const y = Matrix.columnVector(
    rows.map((row) => row.reduce((sum, value, place) => sum + (place % 3 === 0 ? value : 0), noise())),
  ).center("column");
  const system: LinearSystem = {
    total: count,
    gram: x.transpose().mmul(x),
    right: x.transpose().mmul(y).to1DArray(),
    unscaled: (found) => Float64Array.from(found),
  };
  return { system, spread: y.norm() / Math.sqrt(count) };
}

/** By how much the conditions of the least are missed, as a share of the greatest product; 0 where it is the least. */
function missedBy(
  { gram, right, total }: LinearSystem,
  found: Float64Array,
  { alpha, l1Ratio }: { readonly alpha: number; readonly l1Ratio: number },
): number {
  const left = right.map(
    (product, i) => (product - found.reduce((sum, value, j) => sum + value * gram.get(i, j), 0)) / total,
  );
  const misses = left.map((product, i) => {
    const value = found[i] ?? NaN;
    const wanted = alpha * (l1Ratio * Math.sign(value) + (1 - l1Ratio) * value);
    return value === 0 ? Math.max(0, Math.abs(product) - alpha * l1Ratio) : Math.abs(product - wanted);
  });
  return (Math.max(...misses) * total) / Math.max(...right.map(Math.abs));
}

test("from the greatest alpha on nothing has a coefficient, and just below it one column has", () => {
  const { system, spread } = systemOf({ count: 200, columns: 12, shared: 0 });
  const greatest = greatestAlpha(system, 0.7);
  const kept = (alpha: number): number =>
    new NetPath(system, 0.7, spread).next(alpha).coefficients.filter((value) => value !== 0).length;
  expect([kept(2 * greatest), kept(greatest), kept(0.999 * greatest)]).toEqual([0, 0, 1]);
});

// By sweeps alone the columns that share nearly all would not have come to rest after hundreds of them.
test.each([
  { count: 200, columns: 12, shared: 0, l1Ratio: 0.5 },
  { count: 200, columns: 12, shared: 0, l1Ratio: 1 },
  { count: 300, columns: 60, shared: 0.99, l1Ratio: 1 },
  { count: 300, columns: 60, shared: 0.9999, l1Ratio: 0.9 },
  { count: 20, columns: 60, shared: 0.5, l1Ratio: 1 },
])(
  "each solution of a path is the least: $columns columns of $count rows, $shared shared, l1Ratio $l1Ratio",
  ({ l1Ratio, ...shape }) => {
    const { system, spread } = systemOf(shape);
    const greatest = greatestAlpha(system, l1Ratio);
    const path = new NetPath(system, l1Ratio, spread);
    for (const alpha of alphasBetween(greatest, 1e-4 * greatest, 40)) {
      const { coefficients, isConverged } = path.next(alpha);
      expect(isConverged).toBe(true);
      expect(missedBy(system, coefficients, { alpha, l1Ratio })).toBeLessThan(1e-5);
    }
    const alpha = 1e-3 * greatest;
    const another = new NetPath(system, l1Ratio, spread);
    alphasBetween(greatest, alpha, 40).forEach((one) => another.next(one));
    const exact = another.exact(alpha);
    expect(exact.isConverged).toBe(true);
    expect(missedBy(system, exact.coefficients, { alpha, l1Ratio })).toBeLessThan(1e-11);
  },
);
