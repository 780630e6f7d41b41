import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { judgeWeeks } from "../../../../bench/simulation/judge";
import {
  limits as usual,
  mostInAWeek,
  simulateWeeks,
  watchedDays,
  weeksScenarios,
} from "../../../../bench/simulation/simulated-weeks";
import { decideRetraining, type WatchFindings } from "../../../../platform/gate/retraining-policy";

const hourMs = 3_600_000;
const begin = Date.UTC(2026, 0, 1);

/** Watches a version every six hours for a year of simulated time, and gives the times of retrainings. */
function yearOf(
  seed: number,
  limits: { readonly coolDownHours: number; readonly maxPerWeek: number },
  findings: (chance: () => number) => WatchFindings,
): { readonly retrainings: readonly Date[]; readonly alerts: number } {
  const random = xoroshiro128plus(seed);
  const chance = (): number => uniformFloat64(random);
  const retrainings: Date[] = [];
  let alerts = 0;
  for (let hour = 0; hour < 365 * 24; hour += 6) {
    const now = new Date(begin + hour * hourMs);
    const { action } = decideRetraining(findings(chance), { limits, now, retrainings });
    if (action === "retrain") retrainings.push(now);
    if (action === "alert") alerts += 1;
  }
  return { retrainings, alerts };
}

/** Every look is a false alarm: drift that is none, or a fall that is chance. */
const alarms = (chance: () => number): WatchFindings => ({
  judged: true,
  drifted: chance() < 0.7 ? ["size"] : [],
  performance: { judged: true, fell: chance() < 0.4, holds: false },
  hasNewRows: chance() < 0.9,
});

test.each([
  [24, 2],
  [0, 3],
  [72, 1],
  [12, 0],
])(
  "a year of false alarms retrains no more often than a cool-down of %d hours and a cap of %d allow",
  (coolDownHours, maxPerWeek) => {
    for (const seed of [1, 2, 3]) {
      const { retrainings, alerts } = yearOf(seed, { coolDownHours, maxPerWeek }, alarms);
      expect(mostInAWeek(retrainings)).toBeLessThanOrEqual(maxPerWeek);
      // It does retrain where it may.
      expect(retrainings.length).toBeGreaterThanOrEqual(maxPerWeek * 45);
      expect(alerts).toBeGreaterThan(0);
      retrainings.slice(1).forEach((time, index) => {
        const before = retrainings[index] ?? new Date(NaN);
        expect(time.getTime() - before.getTime()).toBeGreaterThanOrEqual(coolDownHours * hourMs);
      });
    }
  },
);

test("a year of drift that does no harm retrains never", () => {
  const { retrainings, alerts } = yearOf(1, { coolDownHours: 0, maxPerWeek: 100 }, (chance) => ({
    judged: true,
    drifted: chance() < 0.5 ? ["size"] : [],
    performance: { judged: true, fell: false, holds: true },
    hasNewRows: true,
  }));
  expect(retrainings).toEqual([]);
  expect(alerts).toBeGreaterThan(500);
});

/** Two versions for half a year each; `npm run simulate:decisions` watches twenty, and those of two classes, too, which takes longer. */
const versions = 2;
const regressions = weeksScenarios.filter(({ task }) => task === "regression");

test.each(regressions)("half a year of rows, measured and decided on each day: $name", async (scenario) => {
  const counts = await simulateWeeks(scenario, versions, 5);
  // No false alarm retrains more often than the cap, and a change is found within a week.
  expect(judgeWeeks(counts).map(({ verdict }) => verdict)).not.toContain("missed");
  expect(counts.mostInAWeek).toBeLessThanOrEqual(usual.maxPerWeek);
  const { change } = scenario;
  expect(counts.looks).toBe((versions * watchedDays) / (change === undefined ? 1 : 2));
  expect(counts.foundAfter).toHaveLength(change === undefined ? 0 : versions);
  for (const looks of counts.foundAfter) expect(looks).toBeLessThanOrEqual(7);
});
