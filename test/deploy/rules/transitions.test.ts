import type { Deployment, Release, Traffic } from "../../../platform/release/deployment";
import { digestOf } from "../../../platform/base/files";
import {
  emptyDeployment,
  nextDeployment,
  type ReleaseChange,
  type Routes,
} from "../../../deploy/rules/transitions";

const time = "2026-11-21T00:00:00.000Z";
const traffic = { weight: 10, shadow: 0 };

function release(version: number): Release {
  return { model: `cost:${version}`, package: `/packages/cost-${version}`, digest: digestOf(`${version}`) };
}

const gateway: Routes = { tracks: "two", copies: true, weights: "any" };
const mesh: Routes = { tracks: "two", copies: false, weights: "whole" };
const next = (deployment: Deployment, change: ReleaseChange, routes = gateway): Deployment =>
  nextDeployment(deployment, change, { routes, time });
const deployed = (deployment: Deployment, version: Release, shares: Traffic = traffic): Deployment =>
  next(deployment, { action: "deploy", release: version, traffic: shares });
const weighted = (deployment: Deployment, shares: Traffic): Deployment =>
  next(deployment, { action: "weight", traffic: shares });
const promoted = (deployment: Deployment): Deployment => next(deployment, { action: "promote" });
const rolledBack = (deployment: Deployment): Deployment => next(deployment, { action: "rollback" });

const nothing = emptyDeployment("prod", "cost");
const stable: Deployment = { ...nothing, stable: release(1) };
const both: Deployment = { ...stable, canary: { ...release(2), ...traffic } };
const after: Deployment = { ...nothing, stable: release(2), previous: release(1) };

/** What serves, without the history. */
function servedBy({ stable, canary, previous }: Deployment) {
  return { stable: stable?.model, canary: canary?.model, previous: previous?.model };
}

test.each<[string, Deployment, { stable?: string; canary?: string; previous?: string }]>([
  ["a first deployment is the canary", deployed(nothing, release(1)), { canary: "cost:1" }],
  ["a deployment leaves stable", deployed(stable, release(2)), { stable: "cost:1", canary: "cost:2" }],
  ["a deployment replaces the canary", deployed(both, release(3)), { stable: "cost:1", canary: "cost:3" }],
  ["a promotion remembers what was stable", promoted(both), { stable: "cost:2", previous: "cost:1" }],
  [
    "a first promotion has nothing to remember",
    promoted(deployed(nothing, release(1))),
    { stable: "cost:1" },
  ],
  [
    "a rollback removes the canary first",
    rolledBack({ ...after, canary: { ...release(3), ...traffic } }),
    { stable: "cost:2", previous: "cost:1" },
  ],
  ["a rollback of the only canary leaves nothing", rolledBack(deployed(nothing, release(1))), {}],
  ["a rollback without a canary goes to what was before", rolledBack(after), { stable: "cost:1" }],
])("%s", (_, deployment, served) => {
  expect(servedBy(deployment)).toEqual({
    stable: undefined,
    canary: undefined,
    previous: undefined,
    ...served,
  });
});

test("a change of weight changes the canary's traffic only", () => {
  const changed = weighted(both, { weight: 50, shadow: 5 });
  expect(changed).toEqual({
    ...both,
    canary: { ...release(2), weight: 50, shadow: 5 },
    history: [{ time, action: "weight", model: "cost:2", detail: "weight 50 %, shadow 5 %" }],
  });
});

test.each<[string, () => Deployment, string, string]>([
  [
    "a weight without a canary",
    () => weighted(stable, traffic),
    "CONFLICT",
    "cost in prod has no canary whose traffic could change. Deploy a version first.",
  ],
  [
    "a promotion without a canary",
    () => promoted(stable),
    "CONFLICT",
    "cost in prod has no canary to promote. Deploy a version first.",
  ],
  [
    "a rollback with nothing before",
    () => rolledBack(stable),
    "CONFLICT",
    "cost in prod has nothing to roll back to: there is only cost:1, no canary and no earlier version. Deploy the version wanted.",
  ],
  [
    "a second rollback",
    () => rolledBack(rolledBack(after)),
    "CONFLICT",
    "cost in prod has nothing to roll back to: there is only cost:1, no canary and no earlier version. Deploy the version wanted.",
  ],
  [
    "a rollback of nothing",
    () => rolledBack(nothing),
    "CONFLICT",
    "cost in prod has nothing to roll back to: there is nothing deployed, no canary and no earlier version. Deploy the version wanted.",
  ],
  [
    "another model's version",
    () => deployed(nothing, { ...release(1), model: "price:1" }),
    "USAGE",
    "price:1 is not a version of cost. Deploy it under its own name.",
  ],
  [
    "more than all traffic",
    () => deployed(nothing, release(1), { weight: 101, shadow: -1 }),
    "USAGE",
    "The canary's weight is 101 and shadow is -1. Expected percent, 0 to 100.",
  ],
  [
    "a share that is no number",
    () => weighted(both, { weight: NaN, shadow: 0 }),
    "USAGE",
    "The canary's weight is NaN. Expected percent, 0 to 100.",
  ],
])("%s is refused", (_, change, code, message) => {
  expect(change).toThrow(expect.objectContaining({ code, message }) as Error);
});

test("the first version answers everything, whatever its weight, and there is nothing to copy", () => {
  const first = deployed(nothing, release(1), { weight: 10, shadow: 50 });
  expect(first.canary).toMatchObject({ weight: 100, shadow: 0 });
  expect(weighted(first, { weight: 50, shadow: 0 }).canary).toMatchObject({ weight: 100 });
});

test.each<[string, Routes, Traffic, string]>([
  [
    "a shadow where requests cannot be copied",
    mesh,
    { weight: 0, shadow: 10 },
    "not copied. Set the shadow to 0",
  ],
  [
    "a part of a percent",
    mesh,
    { weight: 2.5, shadow: 0 },
    "weight is 2.5. Expected a whole number of percent",
  ],
  ["a share of the one track", { ...mesh, tracks: "one" }, traffic, "which has one track"],
])("%s is refused where routes cannot have it, and taken where they can", (_, routes, shares, message) => {
  const change: ReleaseChange = { action: "deploy", release: release(2), traffic: shares };
  expect(() => next(stable, change, routes)).toThrow(
    expect.objectContaining({ code: "USAGE", message: expect.stringContaining(message) as string }) as Error,
  );
  expect(next(stable, change).canary).toMatchObject(shares);
});

test("the last 200 events are kept", () => {
  let deployment = both;
  for (let weight = 0; weight < 250; weight += 1) {
    deployment = weighted(deployment, { weight: weight / 10, shadow: 0 });
  }
  expect(deployment.history).toHaveLength(200);
  expect(deployment.history.at(-1)?.detail).toBe("weight 24.9 %");
});
