import type { Deployment, Release, Traffic } from "../../../platform/release/deployment";
import { digestOf } from "../../../platform/base/files";
import { releaseStateSchema, type ReleaseState } from "../../../platform/release/release-state";
import { deploymentOf, releaseStateOf } from "../../../deploy/azure/stack-release";
import { nextDeployment, type ReleaseChange, type Routes } from "../../../deploy/rules/transitions";

const image = (version: number): string => `registry.example/scoring@sha256:${digestOf(`image ${version}`)}`;
const release = (version: number): Release => ({
  model: `cost:${version}`,
  package: `/packages/cost-${version}`,
  digest: digestOf(`package ${version}`),
  image: image(version),
});
const track = (version: number) => ({
  model: `cost:${version}`,
  image: image(version),
  digest: digestOf(`package ${version}`),
});
const [one, two, three] = [track(1), track(2), track(3)];
const nothing: ReleaseState = { canaryPercent: 0 };
const traffic = (weight: number, shadow = 0): Traffic => ({ weight, shadow });
const deploy = (version: number, weight: number): ReleaseChange => ({
  action: "deploy",
  release: release(version),
  traffic: traffic(weight),
});
const promote: ReleaseChange = { action: "promote" };
const rollback: ReleaseChange = { action: "rollback" };
const time = "2026-11-01T00:00:00.000Z";

function after(state: ReleaseState, change: ReleaseChange, tracks: Routes["tracks"] = "two"): Deployment {
  const before = deploymentOf({ environment: "prod", model: "cost" }, state, []);
  return nextDeployment(before, change, { routes: { tracks, copies: false, weights: "whole" }, time });
}

describe("a stack with two tracks", () => {
  test.each<[string, ReleaseState, ReleaseChange, ReleaseState]>([
    [
      "the first version answers everything, whatever its weight",
      nothing,
      deploy(1, 10),
      { canary: one, canaryPercent: 100 },
    ],
    [
      "a second one gets its share",
      { stable: one, canaryPercent: 0 },
      deploy(2, 10),
      { stable: one, canary: two, canaryPercent: 10 },
    ],
    [
      "another canary takes the place of the one there is",
      { stable: one, canary: two, canaryPercent: 10 },
      deploy(3, 20),
      { stable: one, canary: three, canaryPercent: 20 },
    ],
    [
      "the same again changes nothing",
      { stable: one, canary: two, canaryPercent: 10 },
      deploy(2, 10),
      { stable: one, canary: two, canaryPercent: 10 },
    ],
    [
      "a weight changes the share alone",
      { stable: one, canary: two, canaryPercent: 10, previous: three },
      { action: "weight", traffic: traffic(50) },
      { stable: one, canary: two, canaryPercent: 50, previous: three },
    ],
    [
      "promoted, the canary is stable and stable is previous",
      { stable: one, canary: two, canaryPercent: 50 },
      promote,
      { stable: two, canaryPercent: 0, previous: one },
    ],
    [
      "the first version promoted has no previous",
      { canary: one, canaryPercent: 100 },
      promote,
      { stable: one, canaryPercent: 0 },
    ],
    [
      "a rollback takes the canary away",
      { stable: two, canary: three, canaryPercent: 10, previous: one },
      rollback,
      { stable: two, canaryPercent: 0, previous: one },
    ],
    [
      "a rollback without canary goes back",
      { stable: two, canaryPercent: 0, previous: one },
      rollback,
      { stable: one, canaryPercent: 0 },
    ],
    [
      "a rollback of the first version leaves nothing",
      { canary: one, canaryPercent: 100 },
      rollback,
      nothing,
    ],
  ])("%s", (_name, before, change, expected) => {
    const state = releaseStateOf(after(before, change));
    expect(state).toEqual(expected);
    expect(releaseStateSchema.parse(state)).toEqual(state);
  });

  test.each<[ReleaseState, ReleaseChange, RegExp]>([
    [nothing, promote, /no canary to promote/],
    [nothing, { action: "weight", traffic: traffic(10) }, /no canary whose traffic/],
    [nothing, rollback, /nothing to roll back to: there is nothing deployed/],
    [{ stable: one, canaryPercent: 0 }, rollback, /there is only cost:1/],
    [{ stable: one, canaryPercent: 0 }, deploy(2, 101), /weight is 101\. Expected a whole number/],
    [{ stable: one, canaryPercent: 0 }, deploy(2, 2.5), /weight is 2.5\. Expected a whole number/],
    [{ stable: one, canaryPercent: 0 }, deploy(2, NaN), /weight is NaN/],
    [
      { stable: one, canary: two, canaryPercent: 5 },
      { action: "weight", traffic: traffic(5, 10) },
      /shadow of 10 %/,
    ],
  ])("refuses what cannot be: %j %j", (state, change, message) => {
    expect(() => after(state, change)).toThrow(message);
  });
});

describe("a stack with one track", () => {
  test.each<[string, ReleaseState, ReleaseChange, ReleaseState]>([
    [
      "a version replaces what serves",
      { stable: one, canaryPercent: 0 },
      deploy(2, 100),
      { canary: two, canaryPercent: 100, previous: one },
    ],
    [
      "promoted, it stays",
      { canary: two, canaryPercent: 100, previous: one },
      promote,
      { stable: two, canaryPercent: 0, previous: one },
    ],
    [
      "a rollback brings back what served",
      { canary: two, canaryPercent: 100, previous: one },
      rollback,
      { stable: one, canaryPercent: 0 },
    ],
    [
      "a version after another that was never promoted",
      { canary: two, canaryPercent: 100, previous: one },
      deploy(3, 100),
      { canary: three, canaryPercent: 100, previous: one },
    ],
  ])("%s", (_name, before, change, expected) => {
    expect(releaseStateOf(after(before, change, "one"))).toEqual(expected);
  });

  test("knows no share", () => {
    expect(() => after({ stable: one, canaryPercent: 0 }, deploy(2, 10), "one")).toThrow(/has one track/);
  });
});

test("a release is known by its image, and by the digest of its package unless it was written by hand", () => {
  const { stable, previous } = deploymentOf(
    { environment: "prod", model: "cost" },
    { stable: one, canaryPercent: 0, previous: { model: "cost:1", image: image(1) } },
    [],
  );
  expect(stable).toEqual<Release>({ model: "cost:1", digest: digestOf("package 1"), image: image(1) });
  expect(previous?.digest).toBe(digestOf("image 1"));
});

test("each change is an event of the history", () => {
  expect(after({ stable: one, canary: two, canaryPercent: 10 }, promote).history).toEqual([
    { time, action: "promote", model: "cost:2", detail: "was cost:1" },
  ]);
});
