import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import {
  decideRetraining,
  type RetrainingDecision,
  type WatchFindings,
} from "../../../platform/gate/retraining-policy";

const now = new Date("2026-11-27T12:00:00Z");
const hoursAgo = (hours: number): Date => new Date(now.getTime() - hours * 3_600_000);
const limits = { coolDownHours: 24, maxPerWeek: 2 };
const healthy: WatchFindings = { judged: true, drifted: [], hasNewRows: true };
const fell = { judged: true, fell: true, holds: false };
const holds = { judged: true, fell: false, holds: true };
const unsure = { judged: true, fell: false, holds: false };
const unknown = { judged: false, fell: false, holds: false };

const decide = (findings: Partial<WatchFindings>, retrainings: readonly Date[] = []): RetrainingDecision =>
  decideRetraining({ ...healthy, ...findings }, { limits, now, retrainings });

test.each<
  [
    string,
    Partial<WatchFindings>,
    readonly Date[],
    RetrainingDecision["action"],
    RetrainingDecision["reason"],
  ]
>([
  ["no drift", {}, [], "nothing", "healthy"],
  ["no drift, and performance that holds", { performance: holds }, [], "nothing", "healthy"],
  ["too few rows of any kind", { judged: false, performance: unknown }, [], "nothing", "too-little"],
  [
    "too few rows for drift, and performance that holds",
    { judged: false, performance: holds },
    [],
    "nothing",
    "healthy",
  ],
  ["drift, and no truth", { drifted: ["age"] }, [], "retrain", "drifted"],
  ["drift, and too little truth", { drifted: ["age"], performance: unknown }, [], "retrain", "drifted"],
  [
    "drift, and truth that leaves open whether it does harm",
    { drifted: ["age"], performance: unsure },
    [],
    "retrain",
    "drifted",
  ],
  ["no drift, and performance that may have fallen", { performance: unsure }, [], "nothing", "healthy"],
  ["drift that does no harm", { drifted: ["age"], performance: holds }, [], "alert", "drift-without-harm"],
  ["fallen performance", { performance: fell }, [], "retrain", "performance-fell"],
  [
    "fallen performance and drift",
    { drifted: ["age"], performance: fell },
    [],
    "retrain",
    "performance-fell",
  ],
  [
    "fallen performance with too few rows for drift",
    { judged: false, performance: fell },
    [],
    "retrain",
    "performance-fell",
  ],
  ["nothing new to learn from", { performance: fell, hasNewRows: false }, [], "alert", "no-new-rows"],
  ["a retraining just now", { performance: fell }, [now], "alert", "cooling-down"],
  ["one within the cool-down", { performance: fell }, [hoursAgo(23.9)], "alert", "cooling-down"],
  ["one at its end", { performance: fell }, [hoursAgo(24)], "retrain", "performance-fell"],
  ["two this week", { performance: fell }, [hoursAgo(100), hoursAgo(30)], "alert", "cap-reached"],
  [
    "one this week and one before",
    { performance: fell },
    [hoursAgo(168), hoursAgo(30)],
    "retrain",
    "performance-fell",
  ],
])("%s", (_, findings, retrainings, action, reason) => {
  expect(decide(findings, retrainings)).toMatchObject({ action, reason });
});

test("says why, with columns, hours and counts", () => {
  expect(decide({ drifted: ["age", "bmi"], performance: fell }).explanation).toBe(
    'Performance has fallen, with drift in "age", "bmi": the model is retrained.',
  );
  expect(decide({ drifted: ["age"] }, [hoursAgo(5.5)]).explanation).toBe(
    'There is drift in "age", and no truth was given (`monitor --labels`) to say whether it does harm. The last retraining was 5 hours ago; there is none within 24 hours.',
  );
  expect(decide({ drifted: ["age"], performance: unknown }).explanation).toMatch(
    /^There is drift in "age", and too little of the truth is known to say whether it does harm: /,
  );
  expect(decide({ performance: fell }, [hoursAgo(30), hoursAgo(60)]).explanation).toContain(
    "There were 2 retrainings in seven days; at most 2 may be.",
  );
});

test("with no retraining allowed, what would start one alerts, and what would not stays as it is", () => {
  const none = { limits: { coolDownHours: 24, maxPerWeek: 0 }, now, retrainings: [] };
  expect(decideRetraining({ ...healthy, performance: fell, hasNewRows: false }, none)).toEqual({
    action: "alert",
    reason: "alerts-only",
    explanation:
      "Performance has fallen. Nothing is retrained, as at most 0 retrainings in seven days are allowed.",
  });
  expect(decideRetraining(healthy, none).reason).toBe("healthy");
  expect(decideRetraining({ ...healthy, drifted: ["age"], performance: holds }, none).reason).toBe(
    "drift-without-harm",
  );
});

test("in 26 weeks of false alarms at any hour there are never more retrainings than the cap in any seven days", () => {
  const random = xoroshiro128plus(11);
  const start = Date.parse("2026-01-01T00:00:00Z");
  const retrainings: Date[] = [];
  for (let hour = 0; hour < 26 * 7 * 24; hour++) {
    if (uniformFloat64(random) < 0.3) continue;
    const time = new Date(start + hour * 3_600_000);
    const findings = { ...healthy, performance: fell };
    const { action } = decideRetraining(findings, { limits, now: time, retrainings });
    if (action === "retrain") retrainings.push(time);
  }
  const inWeekFrom = retrainings.map(
    (first) =>
      retrainings.filter((time) => time >= first && time.getTime() - first.getTime() < 7 * 86_400_000).length,
  );
  expect(Math.max(...inWeekFrom)).toBe(2);
  expect(retrainings.length).toBeGreaterThan(50);
});
