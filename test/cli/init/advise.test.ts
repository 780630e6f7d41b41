import { advise, adviceLines, findRareClass } from "../../../cli/init/advise";
import type { AmountFacts, ClassFacts } from "../../../cli/init/target-facts";

const classes = (...rows: readonly number[]): ClassFacts => ({
  task: "classification",
  rows: rows.reduce((sum, each) => sum + each, 0),
  classes: rows.map((each, index) => ({ name: "abcdefghij".charAt(index), rows: each })),
});

const amounts = (skewness: AmountFacts["skewness"], min = 1): AmountFacts => ({
  ...{ task: "regression", rows: 1000, min, mean: 165, median: 100, deviation: 216 },
  ...{ distance: { mean: 110, deviation: 190 }, skewness },
});

const free = { isSplitGiven: false } as const;

test.each<[string, ClassFacts, number | undefined]>([
  ["one in 200", classes(199, 1), 1],
  ["the negative one", classes(1, 199), 0],
  ["just below a tenth of two", classes(901, 99), 1],
  ["a tenth of two", classes(900, 100), undefined],
  ["ten even classes", classes(10, 9, 10, 10, 10, 10, 10, 11, 10, 10), undefined],
  ["one of ten at a tenth of the others", classes(10, 1, 10, 10, 10, 10, 10, 10, 10, 10), 1],
  ["a class without rows", classes(50, 50, 0), 2],
])("%s: which class is rare", (_, facts, expected) => {
  expect(findRareClass(facts)).toBe(expected);
});

test.each([
  ["logistic", 980, 20, "f1"],
  ["boosted-trees", 980, 20, "f1"],
  ["logistic", 981, 19, undefined],
  ["logistic", 900, 100, undefined],
  // To call everybody positive has the greatest F1 then.
  ["logistic", 20, 980, { falsePositive: 49, falseNegative: 1 }],
  ["logistic", 19, 980, undefined],
  ["python", 980, 20, undefined],
] as const)("%s with %d and %d rows: the threshold is by %j", (trainer, negative, positive, rule) => {
  expect(advise(classes(negative, positive), { trainer, ...free }).threshold?.rule).toEqual(rule);
});

test("who writes a program is told to weigh a rare class", () => {
  const { trainer } = advise(classes(980, 20), { trainer: "python", ...free });
  expect(trainer).toEqual({
    why: expect.stringMatching(
      /^"b" is 2 % .*let the program give them more weight, or take logistic or boosted-trees/,
    ) as string,
  });
});

test("a rare class is held out by its share, unless the user has said by what", () => {
  const facts = classes(19_894, 106);
  expect(advise(facts, { trainer: "logistic", ...free }).split).toEqual({
    settings: { stratify: true },
    why: '"b" is 0.5 % of the rows (106 of 20,000), so the same share of each class is held out.',
  });
  expect(advise(facts, { trainer: "logistic", isSplitGiven: true }).split).toBeUndefined();
  expect(adviceLines(advise(facts, { trainer: "logistic", ...free })).at(1)).toBe(
    '"b" is 0.5 % of the rows (106 of 20,000), and hardly any row gets a probability above 0.5 of being one. "f1" chooses another threshold on the training rows; where you know what mistakes cost, say that: { falsePositive: 1, falseNegative: 20 }.',
  );
  expect(adviceLines(advise(classes(60, 40), { trainer: "logistic", ...free }))).toEqual([]);
});

test.each<[string, AmountFacts, "ridge" | "boosted-trees" | "python", object | undefined, "mean" | "median"]>(
  [
    ["alike to both sides", amounts({ amounts: 0.1, logarithms: -1 }), "ridge", undefined, "mean"],
    [
      "a tail, and logarithms without",
      amounts({ amounts: 2, logarithms: 1 }),
      "ridge",
      { targetTransform: "log" },
      "median",
    ],
    [
      "the same for trees",
      amounts({ amounts: 6, logarithms: 0 }),
      "boosted-trees",
      { loss: "absolute" },
      "median",
    ],
    ["the same for a program", amounts({ amounts: 6, logarithms: 0 }), "python", undefined, "mean"],
    ["a tail that is just too short", amounts({ amounts: 1.99, logarithms: 0 }), "ridge", undefined, "mean"],
    // As one fault of many times the others leaves it.
    ["logarithms as skewed", amounts({ amounts: 20, logarithms: 19 }), "ridge", undefined, "mean"],
    ["logarithms with a tail below", amounts({ amounts: 3, logarithms: -1.6 }), "ridge", undefined, "mean"],
    ["targets of 0", amounts({ amounts: 6 }, 0), "ridge", undefined, "mean"],
    [
      "a target that never changes much",
      amounts({ amounts: NaN, logarithms: NaN }),
      "ridge",
      undefined,
      "mean",
    ],
  ],
)("%s: what is fitted", (_, facts, trainer, settings, predicted) => {
  const advice = advise(facts, { trainer, ...free });
  expect(advice.trainer?.settings).toEqual(settings);
  expect(advice.predicted).toBe(predicted);
});

test("a long tail is stated with its figures, and what to compare with", () => {
  const said = (facts: AmountFacts, trainer: "ridge" | "boosted-trees"): string | undefined =>
    advise(facts, { trainer, ...free }).trainer?.why;
  expect(said(amounts({ amounts: 6.18, logarithms: 0.02 }), "ridge")).toMatch(
    /^The target has a long tail: its mean is 165, its median 100, its skewness 6\.2, that of its logarithm 0\.02\. So the logarithm/,
  );
  expect(said(amounts({ amounts: 6.18 }, 0), "ridge")).toMatch(/the least is 0; compare with .*"poisson"\.$/);
  expect(said(amounts({ amounts: 6.18 }, -3), "ridge")).toMatch(/the least is -3; compare with .*"absolute"/);
});
