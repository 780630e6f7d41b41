import { binEdges, binLabels, binOf, decilePositions, seemDiscrete } from "../../../platform/drift/bins";

const below = (value: number): number => value - value * Number.EPSILON;

describe("binEdges", () => {
  test("of few distinct values has a bin for each", () => {
    expect(binEdges(1, [2, 2, 2, 2, 2, 2, 2, 2, 3], [1, 2, 3])).toEqual([
      below(1),
      1,
      below(2),
      2,
      below(3),
      3,
    ]);
    const eleven = Array.from({ length: 11 }, (_, value) => value);
    expect(binEdges(0, [2, 4, 6], eleven)).toEqual([2, 4, 6]);
  });

  test.each([
    ["nine different deciles", 0, [1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ["deciles that repeat", 0, [1, 1, 1, 2, 2, 2, 3, 3, 3], [below(1), 1, below(2), 2, below(3), 3]],
    ["a value that is nearly all of them", 0, [1, 1, 1, 1, 1, 1, 1, 1, 1], [below(1), 1]],
    ["a mass among other values", 0, [1, 2, 3, 5, 5, 5, 6, 7, 8], [1, 2, 3, below(5), 5, 6, 7, 8]],
    ["a least value that is a tenth or more", 1, [1, 1, 2], [below(1), 1, 2]],
    ["zeros", 0, [0, 0], [-Number.MIN_VALUE, 0]],
  ])("of %s rise", (_, min, deciles, edges) => {
    expect(binEdges(min, deciles)).toEqual(edges);
  });
});

test.each([
  [100, [10, 20, 30, 40, 50, 60, 70, 80, 90]],
  [1, [1, 1, 1, 1, 1, 1, 1, 1, 1]],
  [11, [2, 3, 4, 5, 6, 7, 8, 9, 10]],
])("the deciles of %d sorted values are at fixed places", (count, positions) => {
  expect(decilePositions(count)).toEqual(positions);
});

test.each([
  [-5, 0],
  [1, 0],
  [1.5, 1],
  [2, 1],
  [2.1, 2],
  [Infinity, 2],
])("%p is in bin %p of the edges 1 and 2", (value, bin) => {
  expect(binOf([1, 2], value)).toBe(bin);
});

describe("binLabels", () => {
  test.each([
    ["no edges", [], ["all"]],
    ["one edge", [3], ["<= 3", "> 3"]],
    ["edges", [1, 2.55555], ["<= 1", "1 to 2.556", "> 2.556"]],
    ["values with bins of their own", [below(1), 1, below(2), 2], ["< 1", "1", "1 to 2", "2", "> 2"]],
    ["a mass among other values", [1, below(5), 5, 6], ["<= 1", "1 to 5", "5", "5 to 6", "> 6"]],
    ["an edge just below the next", [-Number.MIN_VALUE, 0, 1], ["< 0", "0", "0 to 1", "> 1"]],
    [
      "edges that four digits do not tell apart",
      [1013.21, 1013.24],
      ["<= 1013.21", "1013.21 to 1013.24", "> 1013.24"],
    ],
  ])("of %s", (_, edges, labels) => {
    expect(binLabels(edges)).toEqual(labels);
  });
});

test.each([
  [[1, 1, 1, 2, 2, 2, 3, 3, 3], true],
  [[1, 2, 3, 4, 5, 5, 5, 5, 5], true],
  [[1, 2, 3, 4, 5, 6, 6, 6, 6], false],
])("deciles %p seem to be of few distinct values: %p", (deciles, discrete) => {
  expect(seemDiscrete(deciles)).toBe(discrete);
});
