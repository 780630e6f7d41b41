import { candidatesOf, parseTried, usualSearch, type Tried } from "../../../training/tuning/search-space";

test.each<[string, Tried]>([
  ["alpha=1", { setting: "alpha", values: [1] }],
  ["alpha=0.1, 1,1e3", { setting: "alpha", values: [0.1, 1, 1000] }],
  ["standardize=true,false", { setting: "standardize", values: [true, false] }],
  ["loss=squared,absolute", { setting: "loss", values: ["squared", "absolute"] }],
  ["alpha=0.01..100", { setting: "alpha", from: 0.01, to: 100, isWhole: false }],
  ["parameters.min-rows=3,6", { setting: "parameters.min-rows", values: [3, 6] }],
  ["parameters.rate=0.1..1", { setting: "parameters.rate", from: 0.1, to: 1, isWhole: false }],
  ["maxLeaves=7..63", { setting: "maxLeaves", from: 7, to: 63, isWhole: true }],
])("%s is understood", (text, tried) => {
  expect(parseTried(text)).toEqual(tried);
});

test.each([
  ["alpha", "it names no setting"],
  ["=1,2", "it names no setting"],
  ["parameters.=1,2", "it names no setting"],
  ["alpha=", "a value is missing"],
  ["alpha=1,,2", "a value is missing"],
  ["alpha=1,2,1", "a value is there twice"],
  ["alpha=5..1", "its range has no numbers in it"],
  ["alpha=low..high", "its range has no numbers in it"],
])("%s is refused", (text, fault) => {
  expect(() => parseTried(text)).toThrow(`--try ${text}: ${fault}. Expected values, as in`);
});

const grid = { random: undefined, seed: 1 };

test("a grid has every combination once, in the order given", () => {
  const tried = [parseTried("a=1,2"), parseTried("b=true,false"), parseTried("c=x")];
  expect(candidatesOf(tried, grid)).toEqual([
    { a: 1, b: true, c: "x" },
    { a: 1, b: false, c: "x" },
    { a: 2, b: true, c: "x" },
    { a: 2, b: false, c: "x" },
  ]);
});

test("draws are the same for the same seed, within their ranges, and none is there twice", () => {
  const tried = [parseTried("alpha=0.001..1000"), parseTried("leaves=2..5"), parseTried("kind=x,y")];
  const drawn = candidatesOf(tried, { random: 300, seed: 7 });
  expect(drawn).toEqual(candidatesOf(tried, { random: 300, seed: 7 }));
  expect(drawn).not.toEqual(candidatesOf(tried, { random: 300, seed: 8 }));
  expect(new Set(drawn.map((one) => JSON.stringify(one))).size).toBe(drawn.length);
  for (const { alpha, leaves, kind } of drawn) {
    expect(Number(alpha)).toBeGreaterThanOrEqual(0.001);
    expect(Number(alpha)).toBeLessThanOrEqual(1000);
    expect([2, 3, 4, 5]).toContain(leaves);
    expect(["x", "y"]).toContain(kind);
  }
  // Evenly by the logarithm: half below the middle of the powers of ten, to four standard deviations.
  const below = drawn.filter(({ alpha }) => Number(alpha) < 1).length / drawn.length;
  expect(Math.abs(below - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / drawn.length));
  const few = candidatesOf([parseTried("leaves=2..5")], { random: 50, seed: 1 });
  expect(few).toHaveLength(4);
});

test.each<[string[], number | undefined, string]>([
  [["alpha=0.1..1"], undefined, '"alpha" has a range, which a grid cannot go through'],
  [["alpha=1", "alpha=2"], undefined, "name a setting twice"],
  [
    [
      `a=${Array.from({ length: 40 }, (_, index) => index).join(",")}`,
      `b=${Array.from({ length: 40 }, (_, index) => index).join(",")}`,
    ],
    undefined,
    "has 1600 combinations; at most 1000",
  ],
])("%j is no search", (texts, random, fault) => {
  expect(() => candidatesOf(texts.map(parseTried), { random, seed: 1 })).toThrow(fault);
});

test("what is usual is known of each trainer but of programs", () => {
  expect(usualSearch("command")).toEqual([]);
  for (const kind of ["ridge", "elastic-net", "logistic", "boosted-trees"] as const)
    expect(candidatesOf(usualSearch(kind), grid).length).toBeGreaterThan(5);
});
