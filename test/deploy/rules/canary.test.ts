import { decideCanary } from "../../../deploy/rules/canary";
import { chiSquareUpperTail } from "../../../platform/drift/chi-square";
import type { CanaryRule } from "../../../platform/definition/definition";
import { latencyShares, type TrackSample } from "../../../platform/release/deployment";

const rule: CanaryRule = {
  weights: [10, 50],
  minRequests: 50,
  mayFailMoreBy: 0.01,
  mayBeSlowerBy: 2,
  latencyToleranceMs: 25,
  mayShiftBy: 0.5,
  mayVaryBy: 2,
  mayDifferBy: 0.2,
  mayDisagreeBy: 0.5,
  shadowPercent: 0,
};

const latency = (p95: number): NonNullable<TrackSample["latencyMs"]> => ({
  p50: p95 / 2,
  p95,
  p99: p95 * 1.5,
});

/** A sample's latency, all shares of it in proportion to the 95th percentile. */
const answeredIn = (p95: number): Pick<TrackSample, "latencyMs" | "latencyQuantiles"> => ({
  latencyMs: latency(p95),
  latencyQuantiles: latencyShares.map((share) => ({
    share,
    ms: p95 * (share <= 0.95 ? 0.5 + (0.5 * share) / 0.95 : 1 + 10 * (share - 0.95)),
  })),
});
const predictions = (
  count: number,
  mean = 150,
  standardDeviation = 60,
): NonNullable<TrackSample["predictions"]> => ({
  count,
  mean,
  standardDeviation,
});

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

const signs = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => (index < count / 2 ? -1 : 1));

function sample(requests: number, change: Partial<TrackSample> = {}): TrackSample {
  return { requests, failures: 0, ...answeredIn(20), predictions: predictions(requests), ...change };
}

const nothing: TrackSample = { requests: 0, failures: 0 };
const failed = (requests: number): TrackSample => ({ requests, failures: requests });

test.each<[string, TrackSample, TrackSample, string, string]>([
  ["healthy", sample(450), sample(50), "advance", "healthy"],
  ["no requests at all", nothing, nothing, "wait", "too-few-requests"],
  ["no requests on the canary", sample(450), nothing, "wait", "too-few-requests"],
  ["one request too few on the canary", sample(450), sample(49), "wait", "too-few-requests"],
  ["one request too few on stable", sample(49), sample(450), "wait", "too-few-requests"],
  ["one failure of 50", sample(450), sample(50, { failures: 1 }), "wait", "unsure"],
  ["two failures of 50", sample(450), sample(50, { failures: 2 }), "wait", "unsure"],
  ["three failures of 50", sample(450), sample(50, { failures: 3 }), "wait", "unsure"],
  ["six failures of 130", sample(450), sample(130, { failures: 6 }), "wait", "unsure"],
  ["eleven failures of 130", sample(450), sample(130, { failures: 11 }), "roll-back", "failures"],
  ["10 % of 50 failed", sample(450), sample(50, { failures: 5 }), "roll-back", "failures"],
  ["1.5 % of 1,000 failed", sample(1000), sample(1000, { failures: 15 }), "wait", "unsure"],
  ["1.5 % of 5,000 failed", sample(5000), sample(5000, { failures: 75 }), "roll-back", "failures"],
  [
    "exactly 1 % more failed",
    sample(1000, { failures: 10 }),
    sample(1000, { failures: 20 }),
    "advance",
    "healthy",
  ],
  ["stable fails as much", sample(450, { failures: 45 }), sample(50, { failures: 5 }), "advance", "healthy"],
  ["stable fails more", sample(450, { failures: 45 }), sample(50), "advance", "healthy"],
  ["all failed", sample(450), failed(50), "roll-back", "failures"],
  ["all failed, on stable too", failed(450), failed(50), "roll-back", "failures"],
  ["the first three requests failed", sample(450), failed(3), "roll-back", "failures"],
  ["the first request failed", sample(450), failed(1), "wait", "too-few-requests"],
  ["slow by ratio and by milliseconds", sample(450), sample(200, answeredIn(60)), "roll-back", "latency"],
  [
    "slow in so few requests that the first ones make the figure",
    sample(450),
    sample(199, answeredIn(60)),
    "wait",
    "unsure",
  ],
  ["slow by ratio only", sample(450, answeredIn(2)), sample(50, answeredIn(26)), "advance", "healthy"],
  [
    "slow by milliseconds only",
    sample(450, answeredIn(100)),
    sample(50, answeredIn(190)),
    "advance",
    "healthy",
  ],
  ["as slow as is allowed", sample(450, answeredIn(100)), sample(50, answeredIn(200)), "advance", "healthy"],
  ["a latency that is no number", sample(450), sample(200, answeredIn(NaN)), "roll-back", "latency"],
  [
    "much slower at the 95th percentile of few, which heavy tails make",
    sample(1170, {
      latencyMs: latency(20),
      latencyQuantiles: [
        { share: 0.95, ms: 20 },
        { share: 1, ms: 400 },
      ],
    }),
    sample(250, answeredIn(100)),
    "wait",
    "unsure",
  ],
  ["every client refused", sample(450), sample(50, { refusals: 50 }), "roll-back", "refusals"],
  ["a tenth of the clients refused", sample(450), sample(130, { refusals: 15 }), "roll-back", "refusals"],
  ["one client refused", sample(450), sample(50, { refusals: 1 }), "wait", "unsure"],
  [
    "stable refuses as many",
    sample(450, { refusals: 45 }),
    sample(50, { refusals: 5 }),
    "advance",
    "healthy",
  ],
  [
    "predictions that are always the same",
    sample(450),
    sample(130, { predictions: predictions(130, 150, 0) }),
    "roll-back",
    "predictions",
  ],
  [
    "five times the spread, which heavy tails make in so few",
    sample(450),
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
    sample(450),
    sample(50, { predictions: predictions(50, 150, 150) }),
    "wait",
    "unsure",
  ],
  [
    "as much spread as is allowed",
    sample(450),
    sample(50, { predictions: predictions(50, 150, 120) }),
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
    sample(450, { predictions: { ...predictions(450, 0, 1), kept: normalScores(450) } }),
    sample(130, {
      predictions: { ...predictions(130, 0, 1), kept: normalScores(130) },
      pairs: { count: 130, meanAbsoluteDifference: 1.128, standardDeviation: 0.853 },
    }),
    "roll-back",
    "pairs",
  ],
  [
    "copies answered nearly alike",
    sample(450, { predictions: { ...predictions(450, 0, 1), kept: normalScores(450) } }),
    sample(130, {
      predictions: { ...predictions(130, 0, 1), kept: normalScores(130) },
      pairs: { count: 130, meanAbsoluteDifference: 0.2, standardDeviation: 0.2 },
    }),
    "advance",
    "healthy",
  ],
  [
    "predictions off by one standard deviation",
    sample(450),
    sample(50, { predictions: predictions(50, 210) }),
    "roll-back",
    "predictions",
  ],
  [
    "predictions off downwards",
    sample(450),
    sample(50, { predictions: predictions(50, 90) }),
    "roll-back",
    "predictions",
  ],
  [
    "predictions off by no more than allowed",
    sample(450),
    sample(50, { predictions: predictions(50, 180) }),
    "advance",
    "healthy",
  ],
  [
    "predictions off by a little more, which may be chance",
    sample(450),
    sample(50, { predictions: predictions(50, 185) }),
    "wait",
    "unsure",
  ],
  [
    "the same, in many requests",
    sample(5000),
    sample(5000, { predictions: predictions(5000, 185) }),
    "roll-back",
    "predictions",
  ],
  [
    "predictions that are no numbers",
    sample(450),
    sample(50, { predictions: predictions(50, NaN) }),
    "roll-back",
    "predictions",
  ],
])("a canary: %s", (_, reference, canary, verdict, reason) => {
  expect(decideCanary({ reference, canary, rule })).toMatchObject({ verdict, reason });
});

const without = (requests: number): TrackSample => ({ requests, failures: 0, ...answeredIn(20) });

test.each<[string, TrackSample, TrackSample, string]>([
  ["none on the canary", sample(450), without(50), "wait"],
  ["none on stable", without(450), sample(50), "wait"],
  [
    "all the same, on both",
    sample(450, { predictions: predictions(450, 5, 0) }),
    sample(50, { predictions: predictions(50, 5, 0) }),
    "advance",
  ],
  [
    "a constant for another",
    sample(450, { predictions: predictions(450, 5, 0) }),
    sample(50, { predictions: predictions(50, 6, 0) }),
    "advance",
  ],
  [
    "near what stable always says",
    sample(450, { predictions: predictions(450, 150, 0) }),
    sample(50, { predictions: predictions(50, 155, 60) }),
    "advance",
  ],
  [
    "far from what stable always says",
    sample(450, { predictions: predictions(450, 150, 0) }),
    sample(50, { predictions: predictions(50, 300, 60) }),
    "roll-back",
  ],
  ["always the same, and off", sample(450), sample(50, { predictions: predictions(50, 0, 0) }), "roll-back"],
])("predictions of a canary: %s", (_, reference, canary, verdict) => {
  expect(decideCanary({ reference, canary, rule }).verdict).toBe(verdict);
});

test("a shift without a scale is not measurable, and said to be", () => {
  const decision = decideCanary({
    reference: sample(450, { predictions: predictions(450, 5, 0) }),
    canary: sample(50, { predictions: predictions(50, 6, 0) }),
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
  [sample(450), sample(20), "20 requests on the canary and 450 on stable, at least 50 each are needed."],
  [
    sample(450),
    sample(50, { failures: 5 }),
    "5 of 50 canary requests failed, 0 of 450 on stable; at most 1 % more is allowed.",
  ],
  [
    sample(450),
    sample(50, { failures: 1 }),
    "1 of 50 canary requests failed, 0 of 450 on stable; at most 1 % more is allowed, but so few may be chance.",
  ],
  [
    sample(450),
    sample(50, answeredIn(60)),
    "95 % of the canary's answers took at most 60 ms, of stable's 20 ms; 45 ms is allowed, but so few may be chance, or the slow first ones.",
  ],
  [
    sample(450),
    sample(200, answeredIn(60)),
    "95 % of the canary's answers took at most 60 ms, of stable's 20 ms; 45 ms is allowed.",
  ],
  [
    sample(450),
    sample(50, { predictions: predictions(50, 210) }),
    "Mean prediction 210 on the canary, 150 on stable: 1 standard deviations apart, 0.5 are allowed.",
  ],
  [sample(450), without(50), "There is no prediction on the canary yet."],
])("is explained with numbers", (reference, canary, explanation) => {
  expect(decideCanary({ reference, canary, rule }).explanation).toBe(explanation);
});

test("refusals are not compared with QA, which has no clients, unless all are refused", () => {
  const refused = (refusals: number) =>
    decideCanary({ reference: sample(450), canary: sample(130, { refusals }), rule, comparedWith: "QA" });
  expect(refused(30)).toMatchObject({ verdict: "advance" });
  expect(refused(130)).toMatchObject({ verdict: "roll-back", reason: "refusals" });
});

test("the latency that QA had at another time is not compared", () => {
  const input = {
    reference: sample(450, answeredIn(1)),
    canary: sample(200, answeredIn(500)),
    rule,
  };
  expect(decideCanary({ ...input, comparedWith: "QA" })).toMatchObject({ verdict: "advance" });
  expect(decideCanary({ ...input, comparedWith: "stable" })).toMatchObject({
    verdict: "roll-back",
    reason: "latency",
  });
});

test("an advance lists every check, with what was measured and what is allowed", () => {
  const { checks, explanation } = decideCanary({
    reference: sample(450),
    canary: sample(50),
    rule,
  });
  expect(checks.map(({ name, state, value, limit }) => [name, state, value, limit])).toEqual([
    ["requests", "holds", 50, 50],
    ["failures", "holds", 0, 0.01],
    ["refusals", "holds", 0, 0.01],
    ["latency", "holds", 20, 45],
    ["predictions", "holds", 0, 0.5],
  ]);
  expect(explanation).toContain(
    "50 requests on the canary and 450 on stable. 0 of 50 canary requests failed, 0 of 450 on stable;",
  );
});

test("what is wrong first is the reason, and the rest is still shown", () => {
  const canary = sample(200, { failures: 40, ...answeredIn(500), predictions: predictions(50, 400) });
  const decision = decideCanary({ reference: sample(450), canary, rule });
  expect(decision.reason).toBe("failures");
  expect(decision.checks.filter(({ state }) => state === "fails")).toHaveLength(3);
});

test("a sample that is not a number gives checks that JSON can hold", () => {
  const canary = sample(50, { ...answeredIn(NaN), predictions: predictions(50, NaN) });
  const { checks } = decideCanary({ reference: sample(450), canary, rule });
  expect(JSON.stringify(checks)).not.toContain("null");
});
