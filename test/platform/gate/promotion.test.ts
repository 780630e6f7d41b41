import type { GateRule } from "../../../platform/definition/definition";
import { decidePromotion } from "../../../platform/gate/promotion";
import type { PromotionInput } from "../../../platform/gate/promotion-input";
import { repeated, scored } from "../metrics/scored-rows";

const rule: GateRule = { metric: "rmse", minImprovement: 0, confidence: 0.95, floors: [], slices: [] };

/** Rows with a target of 0, 1, 0, 1, ... and predictions that are off by `error` each: RMSE and MAE are `error`. */
function off(error: number, rows = 4): ReturnType<typeof scored> {
  const actual = Array.from({ length: rows }, (_, row) => row % 2);
  return scored(
    actual,
    actual.map((value) => value + error),
  );
}

function decide(input: Partial<PromotionInput>): ReturnType<typeof decidePromotion> {
  return decidePromotion({ rule, candidate: off(2), slices: [], seed: 1, evaluation: "on", ...input });
}

const champion = (rows: ReturnType<typeof scored>): NonNullable<PromotionInput["champion"]> => ({
  model: "diabetes:1",
  rows,
});
const asking = (minImprovement: number): GateRule => ({ ...rule, minImprovement });

describe("the comparison with the champion", () => {
  test.each([
    ["better, when anything is enough", 0, 2, 2.001, true, "better"],
    ["a tie, when anything is enough", 0, 2, 2, false, "not-better"],
    ["better by rounding only", 0, 2, 2 + 1e-15, false, "not-better"],
    ["worse", 0, 2, 1.9, false, "not-better"],
    ["better by exactly what is asked", 0.5, 2, 2.5, true, "better"],
    ["better by what is asked, but for rounding", 0.1, 0.8, 0.9, true, "better"],
    ["better by less than is asked", 0.5, 2, 2.499, false, "not-better"],
    ["a tie, when something is asked", 0.5, 2, 2, false, "not-better"],
    ["far worse", 0.5, 2, 0.1, false, "not-better"],
  ])("%s", (_, min, candidate, of, promote, reason) => {
    const decision = decide({ rule: asking(min), candidate: off(candidate), champion: champion(off(of)) });
    expect(decision).toMatchObject({ promote, reason, metric: "rmse", minImprovement: min, rows: 4 });
    expect(decision.improvement).toBeCloseTo(of - candidate, 12);
  });

  test("a higher AUC is better, a lower one worse", () => {
    const [good, bad] = [
      scored(repeated([0, 1, 0, 1], 10), repeated([0.1, 0.9, 0.2, 0.8], 10)),
      scored(repeated([0, 1, 0, 1], 10), repeated([0.1, 0.9, 0.7, 0.6], 10)),
    ];
    const auc = { ...rule, metric: "auc" as const };
    expect(decide({ rule: auc, candidate: good, champion: champion(bad) })).toMatchObject({
      promote: true,
      improvement: 0.25,
    });
    expect(decide({ rule: auc, candidate: bad, champion: champion(good) })).toMatchObject({
      promote: false,
      improvement: -0.25,
    });
  });

  test("is explained with numbers, units, rows and interval", () => {
    const actual = Array.from({ length: 89 }, (_, row) => row);
    const candidate = scored(
      actual,
      actual.map((value, row) => value + (row % 7) - 3),
    );
    const before = scored(
      actual,
      actual.map((value, row) => value + (row % 9) - 4),
    );
    const decision = decide({ rule: asking(0.1), unit: "points", candidate, champion: champion(before) });
    expect(decision).toMatchObject({ promote: true, interval: { level: 0.95, resamples: 1000 } });
    expect(decision.explanation).toMatch(
      /^rmse 1\.986 against 2\.562 of diabetes:1 on 89 held-out rows: better by 0\.5757 points \(95 % interval 0\.\d+ to 0\.\d+\), at least 0\.1 points is asked\.$/,
    );
    expect(decision.interval?.low).toBeLessThan(decision.improvement ?? NaN);
    expect(decision.interval?.high).toBeGreaterThan(decision.improvement ?? NaN);
  });

  test.each([
    [2, 1, "worse by 1 (95 % interval -1 to -1), any improvement is enough."],
    [2, 2, "no difference (95 % interval 0 to 0), any improvement is enough."],
  ])("an RMSE of %p against %p: %s", (candidate, of, text) => {
    expect(decide({ candidate: off(candidate), champion: champion(off(of)) }).explanation).toContain(text);
  });

  test("of one row has no interval, says so, and decides nothing", () => {
    const decision = decide({ candidate: off(1, 1), champion: champion(off(2, 1)) });
    expect(decision).toMatchObject({ promote: false, reason: "uncertain", rows: 1 });
    expect(decision).not.toHaveProperty("interval");
    expect(decision.explanation).toContain("on 1 held-out row: better by 1 (no interval: too few rows)");
  });

  test("of other rows is refused", () => {
    expect(() => decide({ candidate: off(1, 4), champion: champion(off(1, 5)) })).toThrow(
      "not scored on the same rows",
    );
    expect(() =>
      decide({ candidate: scored([1, 2], [1, 2]), champion: champion(scored([2, 1], [1, 2])) }),
    ).toThrow("not scored on the same rows");
  });
});

describe("a candidate that cannot be measured is not promoted", () => {
  const nan = scored([1, 2, 3], [1, NaN, 3]);
  test.each([
    [
      "no rows",
      scored([], []),
      rule,
      "rmse cannot be computed for the candidate: there are no held-out rows.",
    ],
    ["a prediction that is NaN", nan, rule, "prediction 2 of 3 is NaN"],
    ["an infinite prediction", scored([1, 2], [Infinity, 2]), rule, "prediction 1 of 2 is Infinity"],
    [
      "one class",
      scored([1, 1], [0.2, 0.7]),
      { ...rule, metric: "auc" as const },
      "the target is 1 in all 2 held-out rows",
    ],
    ["R² of one row", scored([5], [5]), { ...rule, metric: "r2" as const }, "one held-out row is not enough"],
    [
      "a floor's metric that is missing",
      scored([5, 5], [5, 4]),
      { ...rule, floors: [{ metric: "r2" as const, min: 0 }] },
      "r2 cannot be computed for the candidate",
    ],
    ["an error that overflows", scored([1, 2], [1e200, 2]), rule, "it is not defined for these predictions"],
  ])("%s", (_, candidate, gate, text) => {
    for (const model of [undefined, { model: "diabetes:1", rows: candidate }]) {
      const decision = decide({ rule: gate, candidate, ...(model && { champion: model }) });
      expect(decision).toMatchObject({ promote: false, reason: "metric-missing" });
      expect(decision.explanation).toContain(text);
    }
  });

  test("its value is absent, and the floor does not hold", () => {
    const decision = decide({ rule: { ...rule, floors: [{ metric: "mae", max: 3 }] }, candidate: nan });
    expect(decision).not.toHaveProperty("candidate");
    expect(decision.floors).toEqual([{ metric: "mae", bound: 3, holds: false }]);
  });
});

describe("floors", () => {
  const r2 = (min: number): GateRule => ({ ...rule, floors: [{ metric: "r2", min }] });
  // Off by 0.1 around targets of 0 and 1: R² is 1 - 0.01 / 0.25 = 0.96.
  test.each([
    ["reached", off(0.1), r2(0.9), true, "no-champion"],
    ["missed", off(0.1), r2(0.97), false, "below-floor"],
    ["equal", off(2), { ...rule, floors: [{ metric: "mae", max: 2 }] }, true, "no-champion"],
    ["exceeded", off(2), { ...rule, floors: [{ metric: "mae", max: 1.9 }] }, false, "below-floor"],
  ] as const)("%s, without a champion", (_, candidate, gate, promote, reason) => {
    expect(decide({ rule: gate as GateRule, candidate })).toMatchObject({ promote, reason });
  });

  test("come before the champion, however bad that is", () => {
    const decision = decide({ rule: r2(0.97), candidate: off(0.1), champion: champion(off(50)) });
    expect(decision).toMatchObject({
      promote: false,
      reason: "below-floor",
      improvement: expect.closeTo(49.9, 9),
    });
    expect(decision.floors).toEqual([
      { metric: "r2", bound: 0.97, value: expect.closeTo(0.96, 12), holds: false },
    ]);
    expect(decision.explanation).toBe(
      "r2 0.96 misses its floor, at least 0.97 (rmse 0.1 on 4 held-out rows).",
    );
  });
});

describe("a champion that cannot be compared with", () => {
  test("none: promoted, with the reason", () => {
    const decision = decide({ rule: { ...rule, floors: [{ metric: "mae", max: 3 }] } });
    expect(decision).toMatchObject({ promote: true, reason: "no-champion", candidate: 2 });
    expect(decision.explanation).toBe(
      "There is no champion: rmse 2 on 4 held-out rows, and its floor holds (mae 2).",
    );
  });

  test("other columns: kept, and the columns and the remedy are named", () => {
    const decision = decide({
      champion: { model: "diabetes:1", incompatible: 'it needs column "s7", which the data has not.' },
    });
    expect(decision).toMatchObject({
      promote: false,
      reason: "champion-incompatible",
      champion: { model: "diabetes:1" },
    });
    expect(decision.explanation).toBe(
      'diabetes:1 cannot score these rows, so nothing shows that the candidate is better: it needs column "s7", which the data ' +
        "has not. To replace it all the same, turn evaluation off for this run (MLOPS_EVALUATION=off).",
    );
  });

  test.each([
    ["its predictions are NaN", scored([0, 1, 0, 1], [NaN, 1, 0, 1])],
    ["it was not scored", undefined],
  ])("not measurable, because %s: promoted", (_, rows) => {
    const decision = decide({ champion: { model: "diabetes:1", rows } });
    expect(decision).toMatchObject({ promote: true, reason: "champion-unmeasured", candidate: 2 });
    expect(decision).not.toHaveProperty("improvement");
    expect(decision.explanation).toContain("rmse cannot be computed for diabetes:1");
  });
});

describe("evaluation turned off", () => {
  test.each([
    ["a worse candidate", { candidate: off(5), champion: champion(off(1)) }],
    ["one below its floor", { rule: { ...rule, floors: [{ metric: "mae" as const, max: 1 }] } }],
    ["one that cannot be measured", { candidate: scored([], []) }],
    [
      "one with an incompatible champion",
      { champion: { model: "diabetes:1", incompatible: "other columns" } },
    ],
  ])("promotes %s, and says so", (_, input) => {
    const decision = decide({ ...input, evaluation: "off" });
    expect(decision).toMatchObject({ promote: true, reason: "evaluation-off" });
    expect(decision).not.toHaveProperty("interval");
    expect(decision.explanation).toMatch(/^Evaluation is turned off, so nothing was compared: rmse/);
  });
});

describe("an improvement that may be chance", () => {
  // Most rows are better, two of ten are worse: better on average, by less than ten rows can tell from chance.
  const actual = Array.from({ length: 10 }, () => 0);
  const of = scored(actual, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  const candidate = scored(actual, [1.5, 1.5, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4]);

  test("is not enough, and what would settle it is said", () => {
    const decision = decide({ candidate, champion: champion(of) });
    expect(decision).toMatchObject({ promote: false, reason: "uncertain" });
    expect(decision.improvement).toBeGreaterThan(0);
    expect(decision.interval?.low).toBeLessThanOrEqual(0);
    expect(decision.explanation).toMatch(
      /any improvement is enough; the interval does not lie above 0, so the difference may be chance\. More held-out rows make it narrower; gate\.confidence says/,
    );
  });

  test.each([
    ["far better on the data of its registration", 0.3, true, "champion-fell"],
    ["no better there than it is on this data", 2.5, false, "uncertain"],
    ["judged on the data of its registration", undefined, false, "uncertain"],
  ])("is enough where the champion has fallen: a champion %s", (_, registered, promote, reason) => {
    const decision = decide({ candidate, champion: { ...champion(of), registered } });
    expect(decision).toMatchObject({ promote, reason });
    expect(decision.championFall?.registered).toBe(registered);
    if (promote) {
      expect(decision.explanation).toMatch(
        /but on this data, which is new to it, diabetes:1 has fallen from the rmse of 0\.3 that it was registered with \(by 0\.7 to \d/,
      );
    }
  });

  test("a champion that has fallen does not let a worse candidate in", () => {
    const worse = decide({ candidate: of, champion: { ...champion(candidate), registered: 0.1 } });
    expect(worse).toMatchObject({ promote: false, reason: "not-better" });
  });

  test.each([
    [0.95, false],
    [0.5, true],
  ])("is judged at the confidence of the definition: %p", (confidence, promote) => {
    expect(decide({ rule: { ...rule, confidence }, candidate, champion: champion(of) }).promote).toBe(
      promote,
    );
  });

  test.each([
    [undefined, ""],
    [0, ""],
    [1, "; these held-out rows have decided once before"],
    [52, "; these held-out rows have decided 52 times before"],
  ])("says how often the rows have decided before: %p", (earlierDecisions, text) => {
    const { explanation } = decide({ candidate: off(1), champion: champion(off(2)), earlierDecisions });
    expect(explanation).toMatch(new RegExp(`any improvement is enough${text}\\.$`));
  });
});

describe("a classifier with one label for everybody", () => {
  const accuracy: GateRule = { ...rule, metric: "accuracy" };
  const actual = repeated([0, 0, 0, 1], 10);
  const classes = ["no", "yes"] as const;
  test.each<[string, number, string]>([
    [
      "flags nobody",
      0.4,
      'The candidate calls all 40 held-out rows "no", although 10 of them are "yes": it flags nobody. Let a threshold be chosen (threshold: "f1") or the rarer class count more (classWeight), which a program does by itself;',
    ],
    [
      "flags everybody",
      0.6,
      'The candidate calls all 40 held-out rows "yes", although 30 of them are "no": it flags everybody. Let a threshold be chosen (threshold: { falsePositive: 10, falseNegative: 1 }) or the rarer class count more (classWeight), which a program does by itself;',
    ],
  ])("%s and is not promoted", (_, probability, text) => {
    const candidate = scored(
      actual,
      actual.map((value) => probability + value / 100),
    );
    for (const metric of ["accuracy", "auc"] as const) {
      const decision = decide({ rule: { ...accuracy, metric }, candidate, classes });
      expect(decision).toMatchObject({ promote: false, reason: "one-label" });
      expect(decision.explanation).toContain(text);
    }
  });

  test.each<[string, readonly number[], readonly number[], GateRule, string]>([
    [
      "one flagged row is enough",
      actual,
      actual.map((_, row) => (row === 3 ? 0.6 : 0.4)),
      accuracy,
      "no-champion",
    ],
    ["rows of one class have one label", actual.map(() => 0), actual.map(() => 0.4), accuracy, "no-champion"],
    ["a regression has no labels", actual, actual.map(() => 0.4), rule, "no-champion"],
  ])("%s", (_, truth, predicted, gate, reason) => {
    expect(decide({ rule: gate, candidate: scored(truth, predicted) }).reason).toBe(reason);
  });
});

test.each<[string, PromotionInput["classes"], number, string]>([
  ["a text, in quotes", ["2", "5"], 1, 'the target is "5" in all 2 held-out rows'],
  ["the negative text", ["2", "5"], 0, 'the target is "2" in all 2 held-out rows'],
  ["a boolean's number", [0, 1], 0, "the target is 0 in all 2 held-out rows"],
])("a class is called by its own name: %s", (_, classes, value, text) => {
  const candidate = scored([value, value], [0.2, 0.7]);
  const { explanation } = decide({ rule: { ...rule, metric: "auc" }, candidate, classes });
  expect(explanation).toContain(text);
});

describe("a candidate that refuses requests that the champion answers", () => {
  const bmi = { column: "bmi", change: "it is new, and a request without it is refused (a number)" };
  const town = { column: "town", change: '"a" is not taken any more' };
  const refusing = (...breaking: NonNullable<PromotionInput["champion"]>["breaking"] & object) =>
    decide({ candidate: off(1), champion: { ...champion(off(2)), breaking } });

  test("is kept, however good it is, with what is refused and what accepts it", () => {
    const decision = refusing(bmi, town);
    expect(decision).toMatchObject({ promote: false, reason: "breaks-clients", breaking: [bmi, town] });
    expect(decision.explanation).toBe(
      'It refuses or misreads requests that diabetes:1 answers: "bmi": it is new, and a request without it is refused (a number); ' +
        `"town": "a" is not taken any more. Change the definition so that today's clients are answered; or, once they are ready ` +
        "for it, accept the change: `--accept-breaking bmi,town`, or MLOPS_ACCEPT_BREAKING. Otherwise: rmse 1 against 2 of " +
        "diabetes:1 on 4 held-out rows: better by 1 (95 % interval 1 to 1), any improvement is enough.",
    );
  });

  test("is promoted when all of it is accepted, which is said", () => {
    const decision = refusing({ ...bmi, acceptedBy: "--accept-breaking bmi" });
    expect(decision).toMatchObject({ promote: true, reason: "better" });
    expect(decision.explanation).toMatch(
      / It refuses or misreads requests that diabetes:1 answers, which is accepted by --accept-breaking bmi: "bmi": it is new/,
    );
  });

  test("is kept while only a part of it is accepted", () => {
    const decision = refusing({ ...bmi, acceptedBy: "--accept-breaking bmi" }, town);
    expect(decision).toMatchObject({ promote: false, reason: "breaks-clients" });
    expect(decision.explanation).toContain("`--accept-breaking town`");
  });

  test("is kept for a worse figure in the first place", () => {
    const input = { candidate: off(3), champion: { ...champion(off(2)), breaking: [bmi] } };
    expect(decide(input)).toMatchObject({ promote: false, reason: "not-better", breaking: [bmi] });
  });

  test("is promoted with evaluation off, which compares nothing", () => {
    const input = { champion: { ...champion(off(2)), breaking: [bmi] }, evaluation: "off" as const };
    expect(decide(input)).toMatchObject({ promote: true, reason: "evaluation-off" });
  });
});
