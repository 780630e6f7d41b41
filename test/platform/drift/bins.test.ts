import {
  binEdges,
  binLabels,
  BinCounter,
  binOf,
  decilePositions,
  seemDiscrete,
  type ValueCount,
} from "../../../platform/drift/bins";

const below = (value: number): number => value - value * Number.EPSILON;

describe("binEdges", () => {
  test("of few distinct values has a bin for each", () => {
    const three = [1, 2, 3].map((value): ValueCount => [value, 2]);
    expect(binEdges(1, [2, 2, 2, 2, 2, 2, 2, 2, 3], three)).toEqual([below(1), 1, below(2), 2, below(3), 3]);
    const eleven = Array.from({ length: 11 }, (_, value): ValueCount => [value, 2]);
    expect(binEdges(0, [2, 4, 6], eleven)).toEqual([2, 4, 6]);
  });

  test("has none for a value that occurs once, which may be one of many", () => {
    const zerosAndAmounts: ValueCount[] = [
      [0, 54],
      [0.3, 1],
      [1.7, 1],
    ];
    expect(binEdges(0, [0, 0, 0, 0, 0, 0, 0, 0, 0.3], zerosAndAmounts)).toEqual([-Number.MIN_VALUE, 0, 0.3]);
    const once: ValueCount[] = [1, 2, 3].map((value) => [value, 1]);
    expect(binEdges(1, [1, 2, 3], once)).toEqual([below(1), 1, 2, 3]);
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

describe("BinCounter", () => {
  test.each<[string, number[]]>([
    ["no edges", []],
    ["one edge", [3]],
    ["even edges", [-1, 0, 1, 2]],
    ["values with bins of their own", [below(1), 1, below(2), 2]],
    ["edges far apart", [-1e300, 1e-9, 2e-9, 3, 1e300]],
    ["edges whose distance is no number", [-1.7e308, 0, 1.7e308]],
    ["the nearest edges that there are", [0, Number.MIN_VALUE]],
  ])("puts each value where it is by itself: %s", (_, edges) => {
    const around = edges.flatMap((edge) => [
      edge,
      below(edge),
      edge + Math.abs(edge) * 2.3e-16,
      edge / 3,
      edge * 1.1,
    ]);
    const even = Array.from({ length: 5000 }, (_, index) => index / 1000 - 2);
    const values = [...around, ...even, 0, -0, Infinity, -Infinity, NaN, 1.5e-9, Number.MIN_VALUE];
    const counter = new BinCounter(edges);
    counter.add(Float64Array.from(values), 0);
    const expected = new Array<number>(edges.length + 1).fill(0);
    for (const value of values.filter((one) => !Number.isNaN(one))) {
      const bin = binOf(edges, value);
      expected[bin] = (expected[bin] ?? 0) + 1;
    }
    expect([...counter.counts]).toEqual(expected);
  });

  test("adds up the squares around a mean", () => {
    expect(new BinCounter([1]).add(Float64Array.of(1, NaN, 4), 2)).toBe(5);
  });
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
  ["consecutive values", [below(1), 1, below(2), 2], ["< 1", "1", "between 1 and 2", "2", "> 2"]],
  ["values with others between", [below(1), 1, below(5), 5, 8], ["< 1", "1", "2 to 4", "5", "6 to 8", "> 8"]],
  ["ranges", [2, 3, 9], ["<= 2", "3", "4 to 9", "> 9"]],
  ["large values", [2019, 2020, 2022], ["<= 2019", "2020", "2021 to 2022", "> 2022"]],
])("bins of whole numbers are called by those in them: %s", (_, edges, labels) => {
  expect(binLabels(edges, { whole: true })).toEqual(labels);
});

test.each([
  [[1, 1, 1, 2, 2, 2, 3, 3, 3], true],
  [[1, 2, 3, 4, 5, 5, 5, 5, 5], true],
  [[1, 2, 3, 4, 5, 6, 6, 6, 6], false],
])("deciles %p seem to be of few distinct values: %p", (deciles, discrete) => {
  expect(seemDiscrete(deciles)).toBe(discrete);
});
