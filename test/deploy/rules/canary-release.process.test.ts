import { readFile } from "node:fs/promises";
import path from "node:path";
import {
  analyseCanary,
  decideAtLast,
  releaseThroughCanary,
  takeCanaryAway,
  type CanaryRelease,
} from "../../../deploy/rules/canary-release";
import type { LaptopDeployer } from "../../../deploy/laptop/laptop-deployer";
import { runLoad } from "../../../deploy/tests/load";
import type { CanaryStage } from "../../../deploy/rules/canary-stage";
import type { CanaryRule } from "../../../platform/definition/definition";
import type { Deployment, TrackSample } from "../../../platform/release/deployment";
import { costOf, row } from "../../scoring/model-fixture";
import {
  faultyScoring,
  score,
  startLoad,
  TestEnvironment,
  type Answered,
} from "../laptop/environment-fixture";

/** Rows whose predictions vary, so that a shift of them has a scale. */
const rows = Array.from({ length: 60 }, (_, index) => ({
  ...row,
  age: 20 + index,
  smoker: index % 2 === 0,
}));
const bodies = rows.map((one) => JSON.stringify({ data: [one] }));

/** Latency is judged where a test is about it only: the machine may be busy. */
const rule: CanaryRule = {
  weights: [50],
  minRequests: 15,
  mayFailMoreBy: 0.01,
  mayBeSlowerBy: 1.5,
  latencyToleranceMs: 10_000,
  mayShiftBy: 0.5,
  mayVaryBy: 2,
  mayDifferBy: 0.2,
  mayDisagreeBy: 0.5,
  shadowPercent: 0,
};

/** What tests would have seen of version 1. */
function testSample(): TrackSample {
  const costs = rows.map((one) => costOf(one, 1));
  const mean = costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
  const squares = costs.reduce((sum, cost) => sum + (cost - mean) ** 2, 0);
  const standardDeviation = Math.sqrt(squares / costs.length);
  return { requests: 500, failures: 0, predictions: { count: 500, mean, standardDeviation } };
}

async function sendTraffic(url: string, requests: number): Promise<void> {
  await runLoad({ url, bodies, connections: 8, requests: Math.ceil(requests / 2) });
}

let environment: TestEnvironment;
let deployer: LaptopDeployer;

beforeAll(async () => {
  environment = await TestEnvironment.create();
  deployer = environment.deployer({ scoringEntry: faultyScoring });
});

afterAll(() => environment.remove());

interface Released {
  readonly released: boolean;
  readonly stages: readonly CanaryStage[];
}

async function release(version: number, changes: Partial<CanaryRelease> = {}): Promise<Released> {
  const stages: CanaryStage[] = [];
  const released = await releaseThroughCanary({
    deployer,
    environment: "prod",
    release: environment.release(version),
    rule,
    testSample: testSample(),
    testEnvironment: "qa",
    testCanary: () => Promise.resolve(),
    sendTraffic,
    onStage: (stage) => {
      stages.push(stage);
      return Promise.resolve();
    },
    signal: new AbortController().signal,
    ...changes,
  });
  return { released, stages };
}

/** The same while clients send requests of their own; fails when one of those does. */
async function releaseUnderLoad(
  version: number,
  changes?: Partial<CanaryRelease>,
): Promise<Released & { readonly answers: readonly Answered[] }> {
  const { url = "" } = await deployer.status("prod", "cost");
  const load = startLoad(url);
  try {
    const result = await release(version, changes);
    const answers = await load.stop();
    expect(answers.length).toBeGreaterThan(20);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    return { ...result, answers };
  } finally {
    await load.stop();
  }
}

async function recorded(): Promise<Deployment> {
  return JSON.parse(
    await readFile(path.join(environment.folder("prod"), "deployment.json"), "utf8"),
  ) as Deployment;
}

/** Asserts that nothing but stable is recorded, and that the canary's removal is the last event. */
async function expectRolledBack(version: number): Promise<void> {
  const { stable, canary, history } = await recorded();
  expect([stable?.model, canary]).toEqual(["cost:1", undefined]);
  expect(history.at(-1)).toMatchObject({ action: "rollback", model: `cost:${version}` });
}

describe("a stage that is undecided when its time is over", () => {
  const undecided = (reason: CanaryStage["reason"], requests: number, leansToHarm = false): CanaryStage => ({
    weight: 10,
    comparedWith: { kind: "stable", model: "cost:1" },
    verdict: "wait",
    reason,
    explanation: "As seen.",
    leansToHarm,
    reference: { requests: 100, failures: 0 },
    canary: { requests, failures: 0 },
  });

  test.each<[string, CanaryStage, boolean, CanaryStage["verdict"], string]>([
    ["unsure, with more to come", undecided("unsure", 50, true), false, "advance", "Not shown to be worse"],
    ["unsure at last", undecided("unsure", 50), true, "advance", "Not shown to be worse"],
    [
      "unsure at last, and too likely worse",
      undecided("unsure", 50, true),
      true,
      "roll-back",
      "Too likely worse",
    ],
    [
      "few requests, with more to come",
      undecided("too-few-requests", 3),
      false,
      "advance",
      "Undecided after",
    ],
    ["hardly any requests", undecided("too-few-requests", 2), false, "roll-back", "Still undecided"],
    ["few requests at last", undecided("too-few-requests", 14), true, "roll-back", "Still undecided"],
    ["no predictions", undecided("nothing-to-judge", 50), true, "roll-back", "Still undecided"],
  ])("%s", (_, stage, last, verdict, why) => {
    const decided = decideAtLast(stage, { rule, rounds: 3, last });
    expect(decided.verdict).toBe(verdict);
    expect(decided.explanation).toMatch(new RegExp(`^${why}.* 3 rounds of traffic.*As seen\\.$`));
  });
});

describe("a canary that waits for its clients' requests", () => {
  test("is to be rolled back when they have not decided it after so many rounds, and is judged no longer", async () => {
    const waiting = environment.release(1);
    await deployer.deploy("prod", waiting, { weight: 100, shadow: 0 });
    let rounds = 0;
    const analysis = {
      deployer,
      environment: "prod",
      release: waiting,
      rule,
      testSample: testSample(),
      testEnvironment: "qa",
      maxRounds: 3,
      // Nobody asks.
      sendTraffic: () => Promise.resolve(void (rounds += 1)),
      signal: new AbortController().signal,
    };
    const stage = await analyseCanary(analysis, { weight: 100, shadow: 0 });
    expect(stage).toMatchObject({ verdict: "roll-back", reason: "too-few-requests" });
    expect(stage.explanation).toMatch(
      /^Still undecided after 12 rounds of traffic\. 0 requests on the canary/,
    );
    // Four times as many in the last stage.
    expect(rounds).toBe(12);
  });

  test("is taken away once, and doing it again takes away nothing, nor another release's canary", async () => {
    const plan = { deployer, environment: "prod", release: environment.release(1) };
    expect(await takeCanaryAway({ ...plan, release: environment.release(2) })).toBe(false);
    expect(await takeCanaryAway(plan)).toBe(true);
    expect(await takeCanaryAway(plan)).toBe(false);
    const { stable, canary } = await recorded();
    expect([stable, canary]).toEqual([undefined, undefined]);
  });
});

describe("the first release, which has no stable version to be compared with", () => {
  test("is rolled back when its predictions are not those that tests saw, and nothing is deployed", async () => {
    const { released, stages } = await release(4);
    expect(released).toBe(false);
    expect(stages).toMatchObject([
      { comparedWith: { kind: "tests", environment: "qa" }, verdict: "roll-back", reason: "predictions" },
    ]);
    const { stable, canary } = await recorded();
    expect([stable, canary]).toEqual([undefined, undefined]);
  });

  test("becomes stable when they are; a shadow stage is left out, as there is nothing to copy", async () => {
    const { released, stages } = await release(1, {
      rule: { ...rule, weights: [10, 50], shadowPercent: 50 },
    });
    expect(released).toBe(true);
    expect(stages.map(({ weight, comparedWith, verdict }) => [weight, comparedWith, verdict])).toEqual([
      [10, { kind: "tests", environment: "qa" }, "advance"],
      [50, { kind: "tests", environment: "qa" }, "advance"],
    ]);
    expect(stages[0]?.reference).toEqual(testSample());
    expect((await recorded()).stable?.model).toBe("cost:1");
  });
});

describe("a candidate is rolled back by itself, and no client sees a failure, when", () => {
  test.each<[string, number, CanaryStage["reason"], Partial<CanaryRule>]>([
    ["it fails some requests", 2, "failures", {}],
    ["it is slow", 3, "latency", { latencyToleranceMs: 10 }],
    ["its predictions are off", 4, "predictions", {}],
    ["it dies", 5, "failures", {}],
  ])("%s", async (_, version, reason, changes) => {
    const { released, stages } = await releaseUnderLoad(version, { rule: { ...rule, ...changes } });
    expect(released).toBe(false);
    expect(stages).toMatchObject([
      { weight: 50, comparedWith: { kind: "stable", model: "cost:1" }, verdict: "roll-back", reason },
    ]);
    await expectRolledBack(version);
  });

  test("its predictions are off in copies of requests, before it has answered anybody", async () => {
    const { released, stages, answers } = await releaseUnderLoad(4, {
      rule: { ...rule, shadowPercent: 100 },
    });
    expect(released).toBe(false);
    expect(stages).toMatchObject([{ weight: 0, verdict: "roll-back", reason: "predictions" }]);
    expect(stages[0]?.canary.shadowed).toBe(stages[0]?.canary.requests);
    expect(new Set(answers.map(({ model }) => model))).toEqual(new Set(["cost:1"]));
    await expectRolledBack(4);
  });

  test("too few requests come to judge it, after a bounded number of rounds", async () => {
    let rounds = 0;
    const { released, stages } = await release(7, {
      maxRounds: 2,
      sendTraffic: () => {
        rounds += 1;
        return Promise.resolve();
      },
    });
    expect([released, rounds]).toEqual([false, 8]);
    expect(stages).toMatchObject([{ verdict: "roll-back", reason: "too-few-requests" }]);
    expect(stages[0]?.explanation).toBe(
      "Still undecided after 8 rounds of traffic. 0 requests on the canary and 0 on stable, at least 15 each are needed.",
    );
    await expectRolledBack(7);
  });
});

describe("a release that is broken off leaves no canary behind", () => {
  test("when it is aborted under traffic", async () => {
    const abort = new AbortController();
    const stopped = release(7, {
      signal: abort.signal,
      sendTraffic: async (url, requests) => {
        await runLoad({ url, bodies, connections: 8, requests: Math.ceil(requests / 4) }, abort.signal);
        expect((await recorded()).canary).toMatchObject({ model: "cost:7", weight: 50 });
        abort.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({
      code: "INTERRUPTED",
      message: "The release of cost:7 was interrupted. It was taken out of prod, which stays as it was.",
    });
    await expectRolledBack(7);
  });

  test("when the canary fails the test of it alone, before anybody's requests judge it", async () => {
    let judged = 0;
    const tested: string[] = [];
    const failing = release(7, {
      testCanary: (url) => {
        tested.push(url);
        return Promise.reject(new Error("golden rows: row 1: 7 instead of 1"));
      },
      sendTraffic: () => Promise.resolve(void (judged += 1)),
    });
    await expect(failing).rejects.toThrow("golden rows: row 1: 7 instead of 1");
    expect([judged, tested]).toEqual([0, [(await deployer.status("prod", "cost")).url]]);
    await expectRolledBack(7);
  });

  test("when something else goes wrong, which is what is thrown", async () => {
    const fault = new Error("the record of the stage could not be written");
    await expect(release(7, { onStage: () => Promise.reject(fault) })).rejects.toBe(fault);
    await expectRolledBack(7);
  });

  test("when the environment stops serving", async () => {
    const stopped = release(7, { sendTraffic: () => deployer.stop("prod", "cost") });
    await expect(stopped).rejects.toThrow(/^prod stopped serving cost during the release\./);
    await expectRolledBack(7);
  });

  test("but leaves another's when its own could not start", async () => {
    await deployer.deploy("prod", environment.release(7), { weight: 5, shadow: 0 });
    await expect(release(6)).rejects.toMatchObject({ code: "DEPLOYMENT_FAILED" });
    expect((await recorded()).canary).toMatchObject({ model: "cost:7", weight: 5 });
  });
});

describe("a release that was left at a stage, as by a crash, goes on there when it is asked for again", () => {
  const rising = { ...rule, weights: [20, 40, 60] };
  const after = async (changes: readonly string[]): Promise<void> => {
    expect(
      (await recorded()).history.slice(-changes.length).map(({ action, detail }) => `${action} ${detail}`),
    ).toEqual(changes);
  };

  test("and passes only the stages that are left", async () => {
    await deployer.deploy("prod", environment.release(7), { weight: 20, shadow: 0 });
    await deployer.weight("prod", "cost", { weight: 40, shadow: 0 });
    const { released, stages } = await release(7, { rule: rising });
    expect([released, stages.map(({ weight }) => weight)]).toEqual([true, [40, 60]]);
    await after(["deploy weight 20 %", "weight weight 40 %", "weight weight 60 %", "promote was cost:1"]);
    await deployer.rollback("prod", "cost");
  });

  test("and is served again where what served it has ended, too", async () => {
    await deployer.deploy("prod", environment.release(7), { weight: 40, shadow: 0 });
    await deployer.stop("prod", "cost");
    const { released, stages } = await release(7, { rule: rising });
    expect([released, stages.map(({ weight }) => weight)]).toEqual([true, [40, 60]]);
    await after(["deploy weight 40 %", "weight weight 40 %", "weight weight 60 %", "promote was cost:1"]);
    await deployer.rollback("prod", "cost");
  });

  test("and is rolled back there when it is not healthy", async () => {
    await deployer.deploy("prod", environment.release(4), { weight: 40, shadow: 0 });
    const { released, stages } = await release(4, { rule: rising });
    expect([released, stages.map(({ weight, verdict }) => `${weight} ${verdict}`)]).toEqual([
      false,
      ["40 roll-back"],
    ]);
    await after(["deploy weight 40 %", "rollback canary removed"]);
  });
});

test("a good candidate takes over stage by stage, and no client sees a failure", async () => {
  const { released, stages, answers } = await releaseUnderLoad(7, { rule: { ...rule, weights: [30, 60] } });
  // With the explanation, which says what was wrong with a good one.
  const [first, second] = stages;
  expect(first).toMatchObject({
    weight: 30,
    comparedWith: { kind: "stable", model: "cost:1" },
    verdict: "advance",
    reason: "healthy",
  });
  expect(second).toMatchObject({
    weight: 60,
    comparedWith: { kind: "stable", model: "cost:1" },
    verdict: "advance",
    reason: "healthy",
  });
  expect({ released, stages: stages.length }).toEqual({ released: true, stages: 2 });
  for (const { reference, canary } of stages) {
    expect(Math.min(reference.requests, canary.requests)).toBeGreaterThanOrEqual(rule.minRequests);
  }
  expect(answers.at(0)?.model).toBe("cost:1");
  const { url = "" } = await deployer.status("prod", "cost");
  expect((await score(url)).model).toBe("cost:7");
  expect(await recorded()).toMatchObject({ stable: { model: "cost:7" }, previous: { model: "cost:1" } });
});
