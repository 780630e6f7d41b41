import {
  evidenceOfDistances,
  evidenceOfEstimate,
  evidenceOfShare,
  evidenceOfShares,
  harmAbove,
  healthBelow,
  standardErrorsApart,
  type Counted,
} from "../../../deploy/rules/evidence";

const effects = { allowed: 0.01, harmful: 0.03 };
const of = (hits: number, count: number): Counted => ({ hits, count });

/** The greatest log-likelihood of two shares whose difference is within bounds, by trying a fine grid of both. */
function byGrid(ours: Counted, theirs: Counted, within: (difference: number) => boolean): number {
  const steps = 1000;
  const times = (count: number, share: number): number => (count === 0 ? 0 : count * Math.log(share));
  const likelihoods = ({ hits, count }: Counted): number[] =>
    Array.from(
      { length: steps + 1 },
      (_, step) => times(hits, step / steps) + times(count - hits, 1 - step / steps),
    );
  const [mine, others] = [likelihoods(ours), likelihoods(theirs)];
  let most = -Infinity;
  for (const [step, our] of mine.entries()) {
    for (const [other, their] of others.entries()) {
      if (our + their > most && within((step - other) / steps)) most = our + their;
    }
  }
  return most;
}

test.each([
  [of(0, 130), of(0, 1170)],
  [of(4, 130), of(0, 1170)],
  [of(9, 130), of(30, 1170)],
  [of(40, 500), of(250, 4500)],
  [of(3, 3), of(0, 27)],
  [of(30, 60), of(4, 540)],
  [of(2, 60), of(100, 540)],
])("evidence of %j against %j is that of the likeliest shares on a grid", (ours, theirs) => {
  const rounding = 1e-9;
  const grid =
    byGrid(ours, theirs, (difference) => difference >= effects.harmful - rounding) -
    byGrid(ours, theirs, (difference) => difference <= effects.allowed + rounding);
  // The grid's maximum is a little lower than the true one.
  expect(evidenceOfShares(ours, theirs, effects)).toBeCloseTo(grid, 1);
});

test.each([
  // Without a failure on either side the likeliest harmful shares are 0 and 3 %.
  ["no failure of 130", evidenceOfShares(of(0, 130), of(0, 1170), effects), 130 * Math.log(0.97)],
  ["nothing of ours", evidenceOfShares(of(0, 0), of(5, 100), effects), 0],
  ["nothing of theirs, and failures", evidenceOfShares(of(9, 10), of(0, 0), effects), 0],
  ["one share: none of 100", evidenceOfShare(of(0, 100), effects), 100 * Math.log(0.97)],
  ["one share: all of 2", evidenceOfShare(of(2, 2), effects), -2 * Math.log(0.01)],
  [
    "one share: as much as is allowed",
    evidenceOfShare(of(1, 100), effects),
    Math.log(3) + 99 * Math.log(0.97 / 0.99),
  ],
  ["nothing allowed, and one seen", evidenceOfShare(of(1, 100), { allowed: 0, harmful: 0.02 }), Infinity],
  ["an estimate of nothing", evidenceOfEstimate(0, 0.1, { allowed: 0.25, harmful: 0.5 }), -(5 ** 2) / 2],
  [
    "an estimate that is harmful",
    evidenceOfEstimate(0.5, 0.1, { allowed: 0.25, harmful: 0.5 }),
    2.5 ** 2 / 2,
  ],
  ["half way", evidenceOfEstimate(0.375, 0.1, { allowed: 0.25, harmful: 0.5 }), 0],
  ["sure of nothing", evidenceOfEstimate(0, 0, { allowed: 0.25, harmful: 0.5 }), -Infinity],
  ["sure of harm", evidenceOfEstimate(1, 0, { allowed: 0.25, harmful: 0.5 }), Infinity],
])("evidence of %s", (_, evidence, expected) => {
  expect(evidence).toBeCloseTo(expected, 9);
});

test.each([
  [
    "half as many again, of many",
    of(1500, 10_000),
    of(1000, 10_000),
    500 / Math.sqrt(10_000 * 2 * 0.125 * 0.875),
  ],
  ["fewer than theirs", of(3, 100), of(5, 100), 0],
  ["as many", of(5, 100), of(50, 1000), 0],
  ["none on either side", of(0, 100), of(0, 100), 0],
  ["nothing of theirs", of(9, 10), of(0, 0), 0],
])("standard errors apart: %s", (_, ours, theirs, expected) => {
  // The likelihood's root and the pooled difference are the same for large samples.
  expect(standardErrorsApart(ours, theirs)).toBeCloseTo(expected, 0);
});

test("what is no number is no evidence of anything", () => {
  expect(evidenceOfDistances(NaN, 1)).toBeNaN();
});

test("harm needs more evidence than health, as every look may err about it", () => {
  expect(harmAbove).toBeGreaterThan(-healthBelow);
});
