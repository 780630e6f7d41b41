import { softmaxRows } from "../../../../platform/base/softmax";
import { toResiduals } from "../../../../training/trainers/multinomial/residuals";

const rows = [
  { sums: [1, 2, 0.5], is: 1, weight: 2 },
  { sums: [-3, 0, 4], is: 0, weight: 1 },
  // Whose exponentials no number holds.
  { sums: [1000, 998, -1000], is: 2, weight: 0.5 },
];
const predictors = (): Float64Array[] =>
  [0, 1, 2].map((name) => Float64Array.from(rows, ({ sums }) => sums[name] ?? NaN));
const seen = { is: rows.map(({ is }) => is), weights: Float64Array.from(rows, ({ weight }) => weight) };

test("residuals are weight times probability, less 1 of the own class, and the value is the sum of −log p", () => {
  const residuals = predictors();
  const value = toResiduals(residuals, seen);
  let expected = 0;
  rows.forEach(({ sums, is, weight }, row) => {
    const probabilities = Float64Array.from(sums);
    softmaxRows(probabilities, 3);
    probabilities.forEach((probability, name) => {
      expect(residuals[name]?.[row]).toBe(weight * (probability - (name === is ? 1 : 0)));
    });
    // 1000 − (−1000) − ln(1 + e⁻²) is what is left of a probability that no number holds.
    const own = probabilities[is] ?? NaN;
    expected -= weight * (own > 0 ? Math.log(own) : -2000 - Math.log(1 + Math.exp(-2)));
  });
  expect(value).toBeCloseTo(expected, 9);
});

test("a row of a class that is not among those predicted has no likelihood", () => {
  expect(toResiduals(predictors(), { ...seen, is: [-1, 0, 1] })).toBeNaN();
});
