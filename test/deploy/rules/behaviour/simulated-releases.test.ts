import { goals, verdictOf, type Goal } from "../../../../bench/simulation/goals";
import { whyOutOfReach } from "../../../../bench/simulation/reach";
import { places, scenariosAt, versionThat } from "../../../../bench/simulation/release-scenarios";
import type { Clients, Version } from "../../../../bench/simulation/simulated-production";
import { simulateReleases, type ReleaseScenario } from "../../../../bench/simulation/simulated-releases";

/** `npm run simulate:decisions` plays a thousand of each, and so does the nightly run. */
const releasesAt = { laptop: 40, "20 a minute": 30, "200 a minute": 20 } as const;
const releases = releasesAt.laptop;
const seed = 7;

const names = Object.keys(places) as (keyof typeof places)[];
// Thousands of rows take long; a few are played below.
const played = names.flatMap((place) =>
  scenariosAt(place)
    .filter(({ name }) => !name.includes("segment"))
    .map((scenario) => ({ ...scenario, place, count: releasesAt[place] })),
);

const rare = versionThat({ predict: (row) => (row > 1.6 ? 0.9 : 0.1) });
const bySegments: Clients = { ...places.laptop, segments: 0.1 };
const inAzure = places["200 a minute"];

const same = (name: string, version: Version, rest: object = {}) => ({
  name,
  place: "laptop",
  count: releases,
  isHealthy: true,
  stable: version,
  canary: version,
  clients: places.laptop,
  ...rest,
});

/** As the command does: beyond what chance explains, and the seed is the same each time. */
function expectHeld(goal: Goal, hits: number, count: number): void {
  expect({ hits, verdict: verdictOf(goal, { hits, count }) }).not.toEqual({ hits, verdict: "missed" });
}

test.each([
  ...played.filter(({ isHealthy }) => isHealthy),
  same("two kinds of predictions", rare),
  same("copies before", versionThat(), { shadowPercent: 50 }),
])(
  "of candidates as good as stable at most 1 % are rolled back and 2 % undecided: $place, $name",
  async ({ count, ...scenario }) => {
    const { rolledBack, undecided } = await simulateReleases(scenario, count, seed);
    expectHeld(goals.rolledBack, rolledBack, count);
    if (whyOutOfReach(scenario) === undefined) expectHeld(goals.undecided, undecided, count);
  },
);

test.each(played.filter((scenario) => !scenario.isHealthy && whyOutOfReach(scenario) === undefined))(
  "of harmful candidates at least 95 % are found: $place, $name",
  async ({ count, ...scenario }) => {
    const { rolledBack } = await simulateReleases(scenario, count, seed);
    expectHeld(goals.notFound, count - rolledBack, count);
  },
);

test("only 3 points more than 10 %, where 20 ask in a minute, are out of reach", () => {
  const beyond = played.filter((scenario) => whyOutOfReach(scenario) !== undefined);
  expect(beyond.map(({ place, name }) => `${place}: ${name}`)).toEqual([
    "20 a minute: both fail 10 %",
    "20 a minute: fails 3 points more than 10 %",
  ]);
});

test("requests with a thousand rows of one segment are one request each", async () => {
  const stable = versionThat();
  const equal = await simulateReleases({ stable, canary: stable, clients: bySegments }, 5, seed);
  expect(equal.released).toBe(5);
  const canary = versionThat({ predict: (row) => 180 + 60 * row });
  const shifted = await simulateReleases({ stable, canary, clients: bySegments }, 5, seed);
  expect(shifted.reasons).toEqual({ predictions: 5 });
});

const broken: readonly [string, Partial<Version>, string, object?][] = [
  ["always predicts the same", { predict: () => 150 }, "predictions"],
  ["predicts with five times the spread", { predict: (row) => 150 + 300 * row }, "predictions"],
  [
    "predicts for other rows",
    { predict: (_, draw) => 150 + 60 * draw.normal() },
    "pairs",
    { shadowPercent: 100 },
  ],
  ["refuses every client", { refusing: 1 }, "refusals"],
  ["refuses a fifth of the clients", { refusing: 0.2 }, "refusals"],
  ["fails one request in ten", { failing: 0.1 }, "failures"],
  ["takes five times as long", { latencyMs: ({ normal }) => 100 * Math.exp(normal()) }, "latency"],
  ["fails 3 points more, where 200 ask in a minute", { failing: 0.03 }, "failures", { clients: inAzure }],
];

test.each(broken)("of broken candidates at least 19 in 20 are rolled back for it: %s", async (...of) => {
  const [, is, reason, rest = {}] = of;
  const stable = versionThat();
  const scenario: ReleaseScenario = { stable, canary: versionThat(is), clients: places.laptop, ...rest };
  const { reasons } = await simulateReleases(scenario, releases, seed);
  expect(reasons[reason]).toBeGreaterThanOrEqual(0.95 * releases);
});
