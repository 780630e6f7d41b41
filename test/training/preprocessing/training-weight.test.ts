import { classFactors } from "../../../training/preprocessing/training-weight";

test.each<[string, Parameters<typeof classFactors>[0], readonly number[], readonly number[]]>([
  ["balanced: each class weighs as much as the mean of all", "balanced", [90, 10], [50 / 90, 5]],
  ["balanced: rows of one weight", "balanced", [20, 20], [1, 1]],
  ["balanced: classes without rows do not count", "balanced", [30, NaN, 10, 0], [20 / 30, 1, 2, 1]],
  ["by name: what is not named counts once", { yes: 5 }, [90, 10], [1, 5]],
  ["by name: every class", { no: 0.5, yes: 2 }, [90, 10], [0.5, 2]],
])("%s", (_, classWeight, totals, expected) => {
  const classes = ["no", "yes", "maybe", "never"].slice(0, totals.length);
  const factors = classFactors(classWeight, { classes, totals });
  factors.forEach((factor, index) => expect(factor).toBeCloseTo(expected[index] ?? NaN, 15));
  expect(factors).toHaveLength(expected.length);
});
