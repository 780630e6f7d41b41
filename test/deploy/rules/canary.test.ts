import { decideCanary } from "../../../deploy/rules/canary";
import { chiSquareUpperTail } from "../../../platform/drift/chi-square";
import { answeredIn, nothing, predictions, rule, sample } from "./canary-fixture";
import type { TrackSample } from "../../../platform/release/deployment";

/** Values at the even ranks of a normal distribution, by halving its series' sums. */
function normalScores(count: number): number[] {
  const tail = (x: number): number => chiSquareUpperTail(x * x, 1) / 2;
  return Array.from({ length: count }, (_, index) => {
    const share = (index + 0.5) / count;
    let [low, high] = [0, 10];
    for (let step = 0; step < 50; step++) {
      const middle = (low + high) / 2;
      if (tail(middle) > Math.min(share, 1 - share)) low = middle;
      else high = middle;
    }
    return share < 0.5 ? -low : low;
  });
}

const fromTests = { kind: "tests", environment: "test" } as const;

const signs = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => (index < count / 2 ? -1 : 1));

test.each<[string, TrackSample, TrackSample, string, string]>([
  ["healthy", sample(1170), sample(130), "advance", "healthy"],
  ["no requests at all", nothing, nothing, "wait", "too-few-requests"],
  ["no requests on the canary", sample(450), nothing, "wait", "too-few-requests"],
  ["one request too few on the canary", sample(450), sample(49), "wait", "too-few-requests"],
  ["one request too few on stable", sample(49), sample(450), "wait", "too-few-requests"],
  ["healthy in too few requests to show it", sample(450), sample(50), "wait", "unsure"],
  [
    "predictions that are always the same",
    sample(1170),
    sample(130, { predictions: predictions(130, 150, 0) }),
    "roll-back",
    "predictions",
  ],
  [
    "five times the spread, which heavy tails make in so few",
    sample(1170),
    sample(130, { predictions: predictions(130, 150, 300) }),
    "wait",
    "unsure",
  ],
  [
    "five times the spread in many",
    sample(4500),
    sample(1000, { predictions: predictions(1000, 150, 300) }),
    "roll-back",
    "predictions",
  ],
  [
    "five times the spread, where predictions are kept",
    sample(1170, { predictions: { ...predictions(1170, 0, 1), kept: normalScores(500) } }),
    sample(260, {
      predictions: { ...predictions(260, 0, 5), kept: normalScores(260).map((value) => 5 * value) },
    }),
    "roll-back",
    "predictions",
  ],
  [
    "three times the spread, which heavy tails make in so few",
    sample(1170),
    sample(130, { predictions: predictions(130, 150, 150) }),
    "wait",
    "unsure",
  ],
  [
    "as much spread as is allowed",
    sample(1170),
    sample(130, { predictions: predictions(130, 150, 120) }),
    "advance",
    "healthy",
  ],
  [
    "two groups in place of one, with the same mean and spread",
    sample(2000, { predictions: { ...predictions(2000, 0, 1), kept: normalScores(4000) } }),
    sample(1000, { predictions: { ...predictions(1000, 0, 1), kept: signs(4000) } }),
    "roll-back",
    "predictions",
  ],
  [
    "the same distribution",
    sample(2000, { predictions: { ...predictions(2000, 0, 1), kept: normalScores(500) } }),
    sample(1000, { predictions: { ...predictions(1000, 0, 1), kept: normalScores(200) } }),
    "advance",
    "healthy",
  ],
  [
    "copies answered as other rows would be",
    sample(1170, { predictions: { ...predictions(1170, 0, 1), kept: normalScores(450) } }),
    sample(130, {
      predictions: { ...predictions(130, 0, 1), kept: normalScores(130) },
      pairs: { count: 130, meanAbsoluteDifference: 1.128, standardDeviation: 0.853 },
    }),
    "roll-back",
    "pairs",
  ],
  [
    "copies answered nearly alike",
    sample(1170, { predictions: { ...predictions(1170, 0, 1), kept: normalScores(450) } }),
    sample(130, {
      predictions: { ...predictions(130, 0, 1), kept: normalScores(130) },
      pairs: { count: 130, meanAbsoluteDifference: 0.2, standardDeviation: 0.2 },
    }),
    "advance",
    "healthy",
  ],
  [
    "predictions off by one standard deviation",
    sample(1170),
    sample(130, { predictions: predictions(130, 210) }),
    "roll-back",
    "predictions",
  ],
  [
    "predictions off downwards",
    sample(1170),
    sample(130, { predictions: predictions(130, 90) }),
    "roll-back",
    "predictions",
  ],
  [
    "predictions off by a little, in many requests",
    sample(11_700),
    sample(1300, { predictions: predictions(1300, 162) }),
    "advance",
    "healthy",
  ],
  [
    "predictions off by a little more, which may be chance",
    sample(1170),
    sample(130, { predictions: predictions(130, 172) }),
    "wait",
    "unsure",
  ],
  [
    "the same, in many requests",
    sample(5000),
    sample(5000, { predictions: predictions(5000, 180) }),
    "roll-back",
    "predictions",
  ],
  [
    "predictions that are no numbers",
    sample(1170),
    sample(130, { predictions: predictions(130, NaN) }),
    "roll-back",
    "predictions",
  ],
])("a canary: %s", (_, reference, canary, verdict, reason) => {
  expect(decideCanary({ reference, canary, rule })).toMatchObject({ verdict, reason });
});

const without = (requests: number): TrackSample => ({ requests, failures: 0, ...answeredIn(20) });

test.each<[string, TrackSample, TrackSample, string]>([
  ["none on the canary", sample(1170), without(50), "wait"],
  ["none on stable", without(450), sample(50), "wait"],
  [
    "all the same, on both",
    sample(1170, { predictions: predictions(1170, 5, 0) }),
    sample(130, { predictions: predictions(130, 5, 0) }),
    "advance",
  ],
  [
    "a constant for another",
    sample(1170, { predictions: predictions(1170, 5, 0) }),
    sample(130, { predictions: predictions(130, 6, 0) }),
    "advance",
  ],
  [
    "near what stable always says",
    sample(1170, { predictions: predictions(1170, 150, 0) }),
    sample(130, { predictions: predictions(130, 155, 60) }),
    "advance",
  ],
  [
    "far from what stable always says",
    sample(1170, { predictions: predictions(1170, 150, 0) }),
    sample(130, { predictions: predictions(130, 300, 60) }),
    "roll-back",
  ],
  [
    "always the same, and off",
    sample(1170),
    sample(130, { predictions: predictions(130, 0, 0) }),
    "roll-back",
  ],
])("predictions of a canary: %s", (_, reference, canary, verdict) => {
  expect(decideCanary({ reference, canary, rule }).verdict).toBe(verdict);
});

test("a shift without a scale is not measurable, and said to be", () => {
  const decision = decideCanary({
    reference: sample(1170, { predictions: predictions(1170, 5, 0) }),
    canary: sample(130, { predictions: predictions(130, 6, 0) }),
    rule,
  });
  expect(decision.checks.at(-1)).toEqual({
    name: "predictions",
    state: "not-measurable",
    explanation:
      "Mean prediction 6 on the canary, 5 on stable; neither varies, so that a shift has no scale.",
  });
});

test.each([
  [sample(1170), sample(20), "20 requests on the canary and 1170 on stable, at least 50 each are needed."],
  [
    sample(1170),
    sample(130, { failures: 15 }),
    "15 of 130 canary requests failed, 0 of 1170 on stable; at most 1 % more is allowed.",
  ],
  [
    sample(1170),
    sample(130, { failures: 1 }),
    "1 of 130 canary requests failed, 0 of 1170 on stable; at most 1 % more is allowed, and more requests have to show whether it holds.",
  ],
  [
    sample(1170, { tests: { requests: 1000, failures: 0 } }),
    sample(130, {
      refusals: 22,
      refusedAlone: 20,
      tests: { requests: 100, failures: 0, refusals: 2, refusedAlone: 0 },
    }),
    "20 of 30 canary requests of clients were refused that stable answers; 0 of 100 canary requests of our own were refused that stable answers; at most 1 % more is allowed.",
  ],
  [
    sample(1170),
    sample(130, answeredIn(60)),
    "95 % of the canary's answers took at most 60 ms, of stable's 20 ms; 25 ms is allowed, but so few may be the slow first ones.",
  ],
  [
    sample(1170),
    sample(200, answeredIn(60)),
    "95 % of the canary's answers took at most 60 ms, of stable's 20 ms; 25 ms is allowed.",
  ],
  [
    sample(1170),
    sample(130, { predictions: predictions(130, 210) }),
    "Mean prediction 210 on the canary, 150 on stable: 1 standard deviations apart, 0.25 are allowed.",
  ],
  [sample(1170), without(50), "There is no prediction on the canary yet."],
])("is explained with numbers", (reference, canary, explanation) => {
  expect(decideCanary({ reference, canary, rule }).explanation).toBe(explanation);
});

test("refusals are not compared with tests, which have no clients, unless all are refused", () => {
  const refused = (refusals: number) =>
    decideCanary({
      reference: sample(1170),
      canary: sample(130, { refusals }),
      rule,
      comparedWith: fromTests,
    });
  expect(refused(30)).toMatchObject({ verdict: "advance" });
  expect(refused(30).explanation).toContain("Refusals are not compared: test has no clients.");
  expect(refused(30).explanation).toContain(
    "Latency is not compared: that of test was measured at another time.",
  );
  expect(refused(30).explanation).toContain("130 requests on the canary and 1170 on test.");
  expect(refused(130)).toMatchObject({ verdict: "roll-back", reason: "refusals" });
});

test("the latency that tests had at another time is not compared", () => {
  const input = {
    reference: sample(1170, answeredIn(1)),
    canary: sample(200, answeredIn(500)),
    rule,
  };
  expect(decideCanary({ ...input, comparedWith: fromTests })).toMatchObject({ verdict: "advance" });
  expect(decideCanary({ ...input, comparedWith: { kind: "stable" } })).toMatchObject({
    verdict: "roll-back",
    reason: "latency",
  });
});

test("an advance lists every check, with what was measured and what is allowed", () => {
  const { checks, explanation } = decideCanary({
    reference: sample(1170),
    canary: sample(130),
    rule,
  });
  expect(checks.map(({ name, state, value, limit }) => [name, state, value, limit])).toEqual([
    ["requests", "holds", 130, 50],
    ["failures", "holds", 0, 0.01],
    ["refusals", "holds", 0, 0.01],
    ["latency", "holds", 20, 25],
    ["predictions", "holds", 0, 0.25],
  ]);
  expect(explanation).toContain(
    "130 requests on the canary and 1170 on stable. 0 of 130 canary requests failed, 0 of 1170 on stable;",
  );
});

test("what is wrong first is the reason, and the rest is still shown", () => {
  const canary = sample(200, { failures: 40, ...answeredIn(500), predictions: predictions(130, 400) });
  const decision = decideCanary({ reference: sample(1170), canary, rule });
  expect(decision.reason).toBe("failures");
  expect(decision.checks.filter(({ state }) => state === "fails")).toHaveLength(3);
});

test("a sample that is not a number gives checks that JSON can hold", () => {
  const canary = sample(130, { ...answeredIn(NaN), predictions: predictions(130, NaN) });
  const { checks } = decideCanary({ reference: sample(1170), canary, rule });
  expect(JSON.stringify(checks)).not.toContain("null");
});
