import { evenlySpaced } from "../../../platform/metrics/evenly-spaced";

test.each<[number, number, number[]]>([
  [0, 3, []],
  [1, 3, [0]],
  [3, 3, [0, 1, 2]],
  [5, 3, [0, 2, 4]],
  [1000, 2, [0, 999]],
  [10, 4, [0, 3, 6, 9]],
])("of %p items at most %p", (count, limit, positions) => {
  expect(evenlySpaced(count, limit)).toEqual(positions);
});
