import type { BinCounts } from "../../../platform/drift/compare-counts";
import {
  jensenShannonDistance,
  kolmogorovSmirnov,
  kolmogorovUpperTail,
} from "../../../platform/drift/distances";

const bins = (reference: readonly number[], current: readonly number[]): BinCounts[] =>
  reference.map((count, index) => ({ reference: count, current: current[index] ?? 0 }));

// scipy 1.17.1: spatial.distance.jensenshannon(r, c, base=2); stats.ks_2samp of the bins' numbers; stats.kstwobign.sf(d sqrt(nm / (n + m))).
test.each([
  ["a shift", [50, 30, 20], [2, 3, 5], 0.3095409536771482, 0.3, 0.38650095844539367],
  [
    "empty bins",
    new Array<number>(10).fill(10),
    [0, 0, 0, 0, 10, 10, 10, 10, 10, 10],
    0.4862641233527598,
    0.4,
    1.2288424706656394e-5,
  ],
  ["little in common", [5, 0, 7], [0, 9, 1], 0.8915111160648314, 0.48333333333333334, 0.1563253301167797],
  [
    "next to nothing",
    [1000, 2000, 1500, 500],
    [990, 2050, 1480, 480],
    0.009342431315142305,
    0.008,
    0.9971923267772983,
  ],
])("%s: the distances are scipy's", (_, reference, current, distance, statistic, pValue) => {
  const both = bins(reference, current);
  expect(jensenShannonDistance(both)).toBeCloseTo(distance, 14);
  const test = kolmogorovSmirnov(both);
  expect(test.statistic).toBeCloseTo(statistic, 14);
  expect(test.pValue / pValue).toBeCloseTo(1, 11);
});

test.each([
  ["the same shares", [1, 3], [2, 6], 0],
  ["nothing in common", [1, 0], [0, 1], 1],
  ["an empty sample", [1, 3], [0, 0], 0],
  ["no bins", [], [], 0],
])("the distance of %s", (_, reference, current, distance) => {
  expect(jensenShannonDistance(bins(reference, current))).toBe(distance);
});

test("an empty sample tells nothing", () => {
  expect(kolmogorovSmirnov(bins([1, 2], [0, 0]))).toEqual({ statistic: 0, pValue: 1 });
});

// scipy.stats.kstwobign.sf, which is 2.6e-11 off at 5; there 2 exp(-50), beside which the other terms are nothing.
test.each([
  [-1, 1],
  [0, 1],
  [0.1, 1],
  [0.3, 0.9999906941986655],
  [0.5, 0.9639452436648751],
  [0.8, 0.5441424115741981],
  [0.99, 0.2808738392255489],
  [1, 0.26999967167735456],
  [1.01, 0.25943416909359746],
  [1.5, 0.022217962616525127],
  [3, 3.045995948942526e-8],
  [5, 3.857499695927836e-22],
  [10, 2.767793053473475e-87],
])("the tail of Kolmogorov's distribution above %d", (x, expected) => {
  expect(kolmogorovUpperTail(x) / expected).toBeCloseTo(1, 12);
});

test("of no number is none", () => {
  expect(kolmogorovUpperTail(NaN)).toBeNaN();
});
