import { binEdges, binLabels, binOf, decilePositions } from "../../../platform/drift/bins";

describe("binEdges", () => {
  test.each([
    ["nine different deciles", 0, [1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ["deciles that repeat", 0, [1, 1, 1, 2, 2, 2, 3, 3, 3], [1, 2, 3]],
    ["a least value that is a tenth or more", 1, [1, 1, 2], [1 - Number.EPSILON, 1, 2]],
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
