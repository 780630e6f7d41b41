import { decideCanary } from "../../../../deploy/rules/canary";
import { judgeCanary } from "../../../../deploy/rules/judge-canary";
import { digestOf } from "../../../../platform/base/files";
import type { TrackSample } from "../../../../platform/release/deployment";
import type { PredictionShift } from "../../../../platform/metrics/prediction-shift";
import { nothing, predictions, rule, sample } from "../canary-fixture";

/** 400 predictions of a uniform distribution around a mean, as far from each other as said. */
function kept(mean: number, spread: number): NonNullable<TrackSample["predictions"]> {
  const values = Array.from({ length: 400 }, (_, index) => mean + spread * ((index + 0.5) / 400 - 0.5));
  return { ...predictions(400, mean, spread / Math.sqrt(12)), kept: values };
}

/** The gate has seen predictions a standard deviation and a half higher, of twice the spread. */
const expected: PredictionShift = { mean: 1.5, spread: 2, distance: 0.5, disagreement: 1 };
const stable = sample(400, { predictions: kept(100, 100) });
const standardDeviation = 100 / Math.sqrt(12);

test.each([
  ["as the gate has seen it", 100 + 1.5 * standardDeviation, 200, "advance"],
  ["less than the gate has seen, as of other rows", 100 + 0.7 * standardDeviation, 150, "advance"],
  ["much further than the gate has seen", 100 + 2.4 * standardDeviation, 200, "roll-back"],
  ["the other way", 100 - 0.8 * standardDeviation, 100, "roll-back"],
  ["far wider than the gate has seen", 100 + 1.5 * standardDeviation, 1200, "roll-back"],
  ["to a constant", 100 + standardDeviation, 1e-6, "roll-back"],
])("a canary whose predictions shift %s", (_, mean, spread, verdict) => {
  const canary = sample(400, { predictions: kept(mean, spread) });
  expect(decideCanary({ reference: stable, canary, rule, expected }).verdict).toBe(verdict);
});

test("a shift that no gate has found better is held against the canary, as before", () => {
  const canary = sample(400, { predictions: kept(100 + 1.5 * standardDeviation, 200) });
  expect(decideCanary({ reference: stable, canary, rule })).toMatchObject({
    verdict: "roll-back",
    reason: "predictions",
  });
});

test("says what the gate has seen", () => {
  const canary = sample(400, { predictions: kept(100 + 2.4 * standardDeviation, 200) });
  expect(decideCanary({ reference: stable, canary, rule, expected }).explanation).toBe(
    "Mean prediction 169.3 on the canary, 100 on stable: 0.9 standard deviations apart beyond the 1.5 that the gate found better, 0.25 are allowed.",
  );
});

test("copies may disagree by as much more as they did for the gate", () => {
  const canary = sample(400, {
    predictions: kept(100 + 1.5 * standardDeviation, 200),
    pairs: { count: 400, meanAbsoluteDifference: 45, standardDeviation: 10 },
  });
  const verdictOf = (disagreement: number): string =>
    decideCanary({ reference: stable, canary, rule, expected: { ...expected, disagreement } }).verdict;
  expect(verdictOf(1)).toBe("advance");
  expect(verdictOf(0.1)).toBe("roll-back");
});

test("what the gate has seen against another version than stable says nothing", () => {
  const release = { model: "cost:1", package: "/nowhere", digest: digestOf("1") };
  const canary = sample(400, { predictions: kept(100 + 1.5 * standardDeviation, 200) });
  const verdictAgainst = (champion: string): string =>
    judgeCanary(
      { stable: release, samples: { stable, canary } },
      { rule, testSample: nothing, testEnvironment: "qa", expected: { ...expected, champion } },
    ).verdict;
  expect(verdictAgainst("cost:1")).toBe("advance");
  expect(verdictAgainst("cost:0")).toBe("roll-back");
});
