import { releaseThroughCanary } from "../../deploy/rules/canary-release";
import type { CanaryStage } from "../../deploy/rules/canary-stage";
import { digestOf } from "../../platform/base/files";
import { canarySchema } from "../../platform/definition/canary-schema";
import { emptySample, type Release } from "../../platform/release/deployment";
import { chanceOf, type Chance } from "./chance";
import { SimulatedProduction, type Clients, type Version } from "./simulated-production";

/** Longest wait at a stage before the last, in minutes, as the pipelines have it (`canary advance --minutes 60`). */
export const stageMinutes = 60;

export interface ReleaseScenario {
  readonly stable: Version;
  readonly canary: Version;
  readonly clients: Clients;
  /** Percent of the requests that are copied to the canary first. */
  readonly shadowPercent?: number;
}

/** What became of simulated releases. */
export interface ReleaseCounts {
  readonly rolledBack: number;
  /** Neither shown to be as good as stable nor to be worse: it went on all the same, or there was too little to judge it by. */
  readonly undecided: number;
  readonly released: number;
  /** Rounds of the longest stage, on average: minutes, where clients ask. */
  readonly rounds: number;
  /** Of those rolled back, how many for which reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** Reasons that say that there was too little to judge a canary by. */
const lacking = ["too-few-requests", "nothing-to-judge"];

const releaseOf = (version: number): Release => ({
  model: `simulated:${version}`,
  package: "/nowhere",
  digest: digestOf(String(version)),
});

async function play(
  { stable, canary, clients, shadowPercent = 0 }: ReleaseScenario,
  draw: Chance,
): Promise<{ readonly stages: readonly CanaryStage[]; readonly released: boolean; readonly rounds: number }> {
  const production = new SimulatedProduction({ stable, canary }, clients, draw);
  await production.deploy("simulated", releaseOf(1), { weight: 100, shadow: 0 });
  await production.promote();
  const stages: CanaryStage[] = [];
  let [round, rounds] = [0, 0];
  const released = await releaseThroughCanary({
    deployer: production,
    environment: "simulated",
    release: releaseOf(2),
    rule: canarySchema.parse({ shadowPercent }),
    testSample: emptySample,
    testEnvironment: "none",
    testCanary: () => Promise.resolve(),
    sendTraffic: (_, requests) => {
      round += 1;
      rounds = Math.max(rounds, round);
      return production.serve(requests);
    },
    ...(clients.perMinute !== undefined && { maxRounds: stageMinutes }),
    signal: new AbortController().signal,
    onStage: (stage) => {
      stages.push(stage);
      round = 0;
      return Promise.resolve();
    },
  });
  return { stages, released, rounds };
}

/** Takes as many candidates through the canary, by the very rules that a release goes by. */
export async function simulateReleases(
  scenario: ReleaseScenario,
  releases: number,
  seed: number,
): Promise<ReleaseCounts> {
  const draw = chanceOf(seed);
  const reasons: Record<string, number> = {};
  let [rolledBack, undecided, allRounds] = [0, 0, 0];
  for (let release = 0; release < releases; release += 1) {
    const { stages, released, rounds } = await play(scenario, draw);
    const reason = stages.at(-1)?.reason ?? "none";
    allRounds += rounds;
    if (released && reason === "healthy") continue;
    if (released || lacking.includes(reason)) undecided += 1;
    else {
      rolledBack += 1;
      reasons[reason] = (reasons[reason] ?? 0) + 1;
    }
  }
  const released = releases - rolledBack - undecided;
  return { rolledBack, undecided, released, rounds: allRounds / releases, reasons };
}
