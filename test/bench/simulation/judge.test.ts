import {
  describeJudged,
  isMissed,
  judgeReleases,
  judgeRetrainings,
  judgeWeeks,
} from "../../../bench/simulation/judge";
import { places, versionThat, type NamedScenario } from "../../../bench/simulation/release-scenarios";
import type { ReleaseCounts } from "../../../bench/simulation/simulated-releases";

const version = versionThat();
const scenario = (isHealthy: boolean, more: Partial<NamedScenario> = {}): NamedScenario => ({
  name: "it",
  isHealthy,
  stable: version,
  canary: version,
  clients: places.laptop,
  ...more,
});
const counts = (more: Partial<ReleaseCounts>): ReleaseCounts => ({
  rolledBack: 0,
  undecided: 0,
  released: 0,
  rounds: 1,
  reasons: {},
  ...more,
});
const rare = { stable: versionThat({ failing: 0.1 }), clients: places["20 a minute"] };

test.each([
  [scenario(true), { rolledBack: 10, undecided: 20 }, "met"],
  [scenario(true), { rolledBack: 30, undecided: 20 }, "missed, met"],
  [scenario(true), { rolledBack: 10, undecided: 50 }, "met, missed"],
  [scenario(true), { rolledBack: 12, undecided: 20 }, "within chance, met"],
  [scenario(false), { rolledBack: 950 }, "met"],
  [scenario(false), { rolledBack: 900, undecided: 100 }, "missed"],
  // Too few requests excuse that a decision is not made, and no good candidate that is taken back.
  [scenario(true, rare), { rolledBack: 30, undecided: 90 }, "missed, out of reach"],
  [scenario(false, rare), { rolledBack: 800 }, "out of reach"],
])("releases: %#", (of, found, verdicts) => {
  expect(describeJudged(judgeReleases(of, counts(found), 1000))[1]).toBe(verdicts);
});

test.each([
  [false, 0.05, "met"],
  [false, 0.08, "missed"],
  [true, 0.3, ""],
])("retrainings that are better: %s, promoted: %d", (isBetter, promoted, verdict) => {
  const retraining = { name: "it", metric: "rmse" as const, championUses: 5, replaces: false, isBetter };
  const judged = judgeRetrainings(retraining, { anyBetter: 0.5, promoted }, 1000);
  expect(describeJudged(judged)).toEqual([isBetter ? "" : "at most 5 % promoted", verdict]);
});

test.each([
  [2, [], "met"],
  [3, [], "missed"],
  [2, [1, 2, 7], "met"],
  [2, [1, 8, 8, 8], "met, missed"],
  [2, [Infinity, Infinity, Infinity], "met, missed"],
])("%d retrainings in seven days, found after %j: %s", (mostInAWeek, foundAfter, verdicts) => {
  const judged = judgeWeeks({ looks: 7, drifted: 0, fell: 0, retrainings: 0, mostInAWeek, foundAfter });
  expect(describeJudged(judged)[1]).toBe(verdicts);
  expect(judged.some(isMissed)).toBe(verdicts.includes("missed"));
});
