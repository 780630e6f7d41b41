import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { calibrated, fitPlatt } from "../../../training/evaluation/fit-platt";
import { scored } from "../../platform/metrics/scored-rows";

const random = xoroshiro128plus(11);
const logOdds = Array.from({ length: 2000 }, () => 8 * uniformFloat64(random) - 4);
const chance = (value: number): number => 1 / (1 + Math.exp(-value));
const sure = logOdds.map((value) => chance(3 * value + 2));

test("probabilities that are too sure and too great become those that the rows have", () => {
  const rows = scored(
    logOdds.map((value) => (uniformFloat64(random) < chance(value) ? 1 : 0)),
    sure,
  );
  const found = fitPlatt(rows);
  expect(found.slope).toBeCloseTo(1 / 3, 1);
  expect(found.intercept).toBeCloseTo(-2 / 3, 1);
  const { predicted, actual } = calibrated(rows, found);
  const sum = (values: Float64Array): number => values.reduce((all, value) => all + value, 0);
  // The intercept makes the sums equal, but for Platt's targets.
  expect(sum(predicted) / sum(actual)).toBeCloseTo(1, 2);
});

test("a row of weight 2 is two rows", () => {
  const [actual, predicted] = [
    [0, 1, 0, 1, 1],
    [0.2, 0.4, 0.6, 0.7, 0.9],
  ];
  const weighted = fitPlatt(scored(actual, predicted, [1, 2, 1, 1, 3]));
  const repeated = fitPlatt(scored([0, 1, 1, 0, 1, 1, 1, 1], [0.2, 0.4, 0.4, 0.6, 0.7, 0.9, 0.9, 0.9]));
  expect(weighted.slope).toBeCloseTo(repeated.slope, 12);
  expect(weighted.intercept).toBeCloseTo(repeated.intercept, 12);
});

test("classes that are told apart without error, and probabilities of 0 and 1, have finite ones", () => {
  const found = fitPlatt(scored([0, 0, 1, 1], [0, 1e-20, 1, 0.999]));
  expect(found.slope).toBeGreaterThan(0);
  expect([found.slope, found.intercept].every(Number.isFinite)).toBe(true);
  const { predicted } = calibrated(scored([0, 1], [0, 1]), found);
  // Platt's targets for two rows of a class are 1/4 and 3/4.
  expect(predicted[0]).toBeGreaterThan(0.15);
  expect(predicted[1]).toBeLessThan(0.85);
});

test.each([
  ["fall with the share of positive rows", [1, 1, 0, 0], [0.1, 0.2, 0.8, 0.9]],
  ["say nothing", [1, 0, 1, 0], [0.5, 0.5, 0.5, 0.5]],
])("probabilities that %s are refused", (_, actual, predicted) => {
  expect(() => fitPlatt(scored(actual, predicted))).toThrow(
    /^The probabilities cannot be calibrated: .* \(slope -?[\d.e-]+\)\. Give the model features/,
  );
});
