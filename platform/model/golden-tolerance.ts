/** Two ways to the same double-precision number differ by rounding alone. */
export const exactTolerance = 1e-9;
/** A program's own graph may compute in single precision, which differs between processors. */
export const foreignTolerance = 1e-5;

/**
 * Whether a prediction is the one expected: a class in words is equal, a number differs by no more than `tolerance`,
 * relative to the greater of 1 and the number expected; of a list, each of its numbers.
 */
export function isSamePrediction(
  actual: unknown,
  expected: number | string | readonly number[],
  tolerance: number,
): boolean {
  if (typeof expected === "object") {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((value, index) => isSamePrediction(actual[index], value, tolerance))
    );
  }
  if (typeof actual !== "number" || typeof expected !== "number") return actual === expected;
  return Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));
}
