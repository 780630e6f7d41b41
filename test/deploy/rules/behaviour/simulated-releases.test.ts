import { places, scenariosAt, versionThat } from "../../../../bench/simulation/release-scenarios";
import type { Clients, Version } from "../../../../bench/simulation/simulated-production";
import { simulateReleases } from "../../../../bench/simulation/simulated-releases";

/** `npm run simulate:decisions` plays many times as many, and at more places. */
const releases = 40;
const seed = 7;

// A share of failures that is large takes long to compare.
const onLaptop = scenariosAt("laptop").filter(({ name }) => !/5 %|10 %|segment/.test(name));

const rare = versionThat({ predict: (row) => (row > 1.6 ? 0.9 : 0.1) });
const bySegments: Clients = { ...places.laptop, segments: 0.1 };
const inAzure = places["200 a minute"];

const same = (name: string, version: Version, rest: object = {}) => ({
  name,
  stable: version,
  canary: version,
  clients: places.laptop,
  ...rest,
});

test.each([
  ...onLaptop.filter(({ isHealthy }) => isHealthy),
  same("two kinds of predictions", rare),
  same("copies before", versionThat(), { shadowPercent: 50 }),
  same("two hundred requests a minute", versionThat(), { clients: inAzure }),
])("of candidates that are as good as stable at most 1 in 40 is not promoted: $name", async (scenario) => {
  const { rolledBack, undecided } = await simulateReleases(scenario, releases, seed);
  expect(rolledBack + undecided).toBeLessThanOrEqual(1);
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

test.each([
  ...onLaptop.filter(({ isHealthy }) => !isHealthy).map((scenario) => ({ ...scenario, reason: undefined })),
  ...broken.map(([name, is, reason, rest = {}]) => ({
    ...same(name, versionThat(), rest),
    canary: versionThat(is),
    reason,
  })),
])("of harmful candidates at least 19 in 20 are rolled back: $name", async ({ reason, ...scenario }) => {
  const { rolledBack, reasons } = await simulateReleases(scenario, releases, seed);
  expect(reason === undefined ? rolledBack : reasons[reason]).toBeGreaterThanOrEqual(0.95 * releases);
});
