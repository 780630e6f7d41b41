import { verdictOnMemory, verdictOnTime } from "../../bench/drift-goals";

test.each([
  [10_000_000, 5, "met"],
  [10_000_000, 5.01, "MISSED"],
  [20_000_000, 10, "met"],
  [20_000_000, 10.1, "MISSED"],
  [10_000_000, NaN, "MISSED"],
  [9_000_000, 60, "not judged"],
] as const)("%d rows in %d s: %s", (rows, seconds, verdict) => {
  expect(verdictOnTime({ rows, seconds })).toBe(verdict);
});

test.each([
  [100, 125, "met"],
  [100, 126, "MISSED"],
  [100, NaN, "MISSED"],
] as const)("memory of %d for fewer rows and %d for more: %s", (few, many, verdict) => {
  expect(verdictOnMemory({ peakBytes: few }, { peakBytes: many })).toBe(verdict);
});
