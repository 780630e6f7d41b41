import type { Deployment, Release } from "../../../platform/release/deployment";
import { digestOf } from "../../../platform/base/files";
import { deployed, emptyDeployment, promoted, rolledBack, weighted } from "../../../deploy/rules/transitions";

const time = "2026-11-21T00:00:00.000Z";
const traffic = { weight: 10, shadow: 0 };

function release(version: number): Release {
  return { model: `cost:${version}`, package: `/packages/cost-${version}`, digest: digestOf(`${version}`) };
}

const nothing = emptyDeployment("prod", "cost");
const stable: Deployment = { ...nothing, stable: release(1) };
const both: Deployment = { ...stable, canary: { ...release(2), ...traffic } };
const after: Deployment = { ...nothing, stable: release(2), previous: release(1) };

/** What serves, without the history. */
function servedBy({ stable, canary, previous }: Deployment) {
  return { stable: stable?.model, canary: canary?.model, previous: previous?.model };
}

test.each<[string, Deployment, { stable?: string; canary?: string; previous?: string }]>([
  [
    "a first deployment is the canary",
    deployed(nothing, { release: release(1), traffic, time }),
    { canary: "cost:1" },
  ],
  [
    "a deployment leaves stable",
    deployed(stable, { release: release(2), traffic, time }),
    { stable: "cost:1", canary: "cost:2" },
  ],
  [
    "a deployment replaces the canary",
    deployed(both, { release: release(3), traffic, time }),
    { stable: "cost:1", canary: "cost:3" },
  ],
  ["a promotion remembers what was stable", promoted(both, time), { stable: "cost:2", previous: "cost:1" }],
  [
    "a first promotion has nothing to remember",
    promoted(deployed(nothing, { release: release(1), traffic, time }), time),
    { stable: "cost:1" },
  ],
  [
    "a rollback removes the canary first",
    rolledBack({ ...after, canary: { ...release(3), ...traffic } }, time),
    { stable: "cost:2", previous: "cost:1" },
  ],
  [
    "a rollback of the only canary leaves nothing",
    rolledBack(deployed(nothing, { release: release(1), traffic, time }), time),
    {},
  ],
  ["a rollback without a canary goes to what was before", rolledBack(after, time), { stable: "cost:1" }],
])("%s", (_, deployment, served) => {
  expect(servedBy(deployment)).toEqual({
    stable: undefined,
    canary: undefined,
    previous: undefined,
    ...served,
  });
});

test("a change of weight changes the canary's traffic only", () => {
  const changed = weighted(both, { traffic: { weight: 50, shadow: 5 }, time });
  expect(changed).toEqual({
    ...both,
    canary: { ...release(2), weight: 50, shadow: 5 },
    history: [{ time, action: "weight", model: "cost:2", detail: "weight 50 %, shadow 5 %" }],
  });
});

test.each<[string, () => Deployment, string, string]>([
  [
    "a weight without a canary",
    () => weighted(stable, { traffic, time }),
    "CONFLICT",
    "cost in prod has no canary whose traffic could change. Deploy a version first.",
  ],
  [
    "a promotion without a canary",
    () => promoted(stable, time),
    "CONFLICT",
    "cost in prod has no canary to promote. Deploy a version first.",
  ],
  [
    "a rollback with nothing before",
    () => rolledBack(stable, time),
    "CONFLICT",
    "cost in prod has nothing to roll back to: there is only cost:1, no canary and no earlier version. Deploy the version wanted.",
  ],
  [
    "a second rollback",
    () => rolledBack(rolledBack(after, time), time),
    "CONFLICT",
    "cost in prod has nothing to roll back to: there is only cost:1, no canary and no earlier version. Deploy the version wanted.",
  ],
  [
    "a rollback of nothing",
    () => rolledBack(nothing, time),
    "CONFLICT",
    "cost in prod has nothing to roll back to: there is nothing deployed, no canary and no earlier version. Deploy the version wanted.",
  ],
  [
    "another model's version",
    () => deployed(nothing, { release: { ...release(1), model: "price:1" }, traffic, time }),
    "USAGE",
    "price:1 is not a version of cost. Deploy it as what it is.",
  ],
  [
    "more than all traffic",
    () => deployed(nothing, { release: release(1), traffic: { weight: 101, shadow: -1 }, time }),
    "USAGE",
    "The canary's weight is 101 and shadow is -1. Expected percent, 0 to 100.",
  ],
  [
    "a share that is no number",
    () => weighted(both, { traffic: { weight: NaN, shadow: 0 }, time }),
    "USAGE",
    "The canary's weight is NaN. Expected percent, 0 to 100.",
  ],
])("%s is refused", (_, change, code, message) => {
  expect(change).toThrow(expect.objectContaining({ code, message }) as Error);
});

test("the last 200 events are kept", () => {
  let deployment = both;
  for (let weight = 0; weight < 250; weight += 1) {
    deployment = weighted(deployment, { traffic: { weight: weight / 10, shadow: 0 }, time });
  }
  expect(deployment.history).toHaveLength(200);
  expect(deployment.history.at(-1)?.detail).toBe("weight 24.9 %");
});
