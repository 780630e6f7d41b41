import { DistinctBound } from "../../../platform/sql/distinct-bound";

const hashOf = (value: number): number => {
  const mixed = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
};

test.each<[string, number, number]>([
  ["all differ", 100_000, 100_000],
  ["half repeat", 100_000, 50_000],
  ["all are one", 100_000, 1],
  ["there is one", 1, 1],
])("where %s, the count is no more than there are, and at most 4 in 100 fewer", (_, rows, distinct) => {
  const bound = new DistinctBound(rows);
  for (let row = 0; row < rows; row++) bound.add(hashOf(row % distinct));
  expect(bound.distinct).toBeLessThanOrEqual(distinct);
  expect(bound.distinct).toBeGreaterThanOrEqual(0.96 * distinct);
});
