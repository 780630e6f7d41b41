import { chiSquareUpperTail } from "../../../platform/drift/chi-square";
import reference from "../reference/chi-square.json";

const relativeError = (value: number, expected: number): number => Math.abs(value / expected - 1);

describe("chiSquareUpperTail", () => {
  test.each(reference.tails)(
    "of $statistic with $degreesOfFreedom degrees is right to 1e-12, in the far tail too",
    ({ statistic, degreesOfFreedom, exact, scipy }) => {
      const value = chiSquareUpperTail(statistic, degreesOfFreedom);
      expect(relativeError(value, exact)).toBeLessThan(1e-12);
      // scipy itself is off by up to 4e-12 from the 50-digit value, at 9,999 degrees.
      expect(relativeError(value, scipy)).toBeLessThan(1e-11);
    },
  );

  test.each([
    ["nothing is 1", 0, 3, 1],
    ["a negative statistic is 1", -1, 3, 1],
    ["infinity is 0", Infinity, 3, 0],
    ["what is too small for a double is 0", 1e6, 3, 0],
    ["one degree at 3.841458820694124 is 5 %, as in every table", 3.841458820694124, 1, 0.05],
    ["two degrees is exp(-x / 2)", 7, 2, Math.exp(-3.5)],
  ])("of %s", (_, statistic, degrees, expected) => {
    expect(chiSquareUpperTail(statistic, degrees)).toBeCloseTo(expected, 14);
  });

  test("of not a number is not a number", () => {
    expect(chiSquareUpperTail(NaN, 2)).toBeNaN();
  });

  test.each([0, -1, 1.5, NaN])("refuses %p degrees of freedom", (degrees) => {
    expect(() => chiSquareUpperTail(1, degrees)).toThrow("expected a whole number, at least 1");
  });
});
