import { valuesPerCategory } from "../../../training/preprocessing/frequent-values";

test.each<[number[], number, number | undefined]>([
  [[], 10, Infinity],
  [[3, 4], 7, Infinity],
  [[3, 4], 6, 3],
  [[2, 100, 100], 50, 24],
  [[100_000], 1500, 1500],
  [[5, 5, 5], 3, 1],
  [[5, 5, 5], 2, undefined],
  [[5], 0, undefined],
  [[5], -4, undefined],
])("categories of %p values have %p places: %p of each are kept", (sizes, room, expected) => {
  expect(valuesPerCategory(sizes, room)).toBe(expected);
});
