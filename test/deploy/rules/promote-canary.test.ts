import { promoteCanary, requireCanary } from "../../../deploy/rules/promote-canary";
import { digestOf } from "../../../platform/base/files";
import type { Deployer, DeploymentStatus, Release } from "../../../platform/release/deployment";
import { nothing, rule, sample } from "./canary-fixture";

const releaseOf = (version: number): Release => ({
  model: `cost:${version}`,
  package: "/nowhere",
  digest: digestOf(String(version)),
});
const canary = { ...releaseOf(2), weight: 10, shadow: 0 };
const refusing = sample(200, { refusals: 200, refusedAlone: 200 });

/** Production with a canary, and what became of it. */
function production(status: Partial<DeploymentStatus>) {
  const done: string[] = [];
  const promoted = { stable: releaseOf(2) };
  const deployer = {
    status: () => Promise.resolve({ environment: "prod", canary, samples: {}, ...status }),
    promote: () => Promise.resolve(void done.push("promoted")).then(() => promoted),
  } as unknown as Deployer;
  const promote = (change: { force?: boolean; acceptsRefusals?: boolean; version?: number } = {}) => {
    const { force = false, acceptsRefusals = false, version = 2 } = change;
    const testSample = sample(2000);
    return promoteCanary(deployer, "prod", {
      ...{ release: releaseOf(version), rule, testSample, testEnvironment: "qa", acceptsRefusals, force },
    });
  };
  return { promote, done };
}

const stable = releaseOf(1);

test("a canary is promoted when what was seen of it allows that", async () => {
  const { promote, done } = production({ stable, samples: { stable: sample(900), canary: sample(2000) } });
  expect(await promote()).toMatchObject({ stable: { model: "cost:2" } });
  expect(done).toEqual(["promoted"]);
});

test("one that refuses stable's clients is not, unless that was accepted when it was registered", async () => {
  const samples = { stable: sample(900), canary: refusing };
  const unaccepted = production({ stable, samples });
  await expect(unaccepted.promote()).rejects.toMatchObject({
    code: "CONFLICT",
    message: expect.stringMatching(
      /^cost:2 is not promoted: 200 of 200 canary requests were refused that stable answers.* Run `mlops rollback`; --yes/,
    ),
  });
  expect(unaccepted.done).toEqual([]);
  // Its own rows it answers as it did in tests; stable refuses those, which is not held against it either.
  const mixed = { stable: sample(900, { refusals: 90 }), canary: { ...sample(3000), refusals: 1000 } };
  const accepted = production({ stable, samples: mixed });
  await accepted.promote({ acceptsRefusals: true });
  expect(accepted.done).toEqual(["promoted"]);
});

test("one of which too little was seen waits, or is promoted without a look", async () => {
  const { promote, done } = production({ stable, samples: { stable: nothing, canary: nothing } });
  await expect(promote()).rejects.toMatchObject({
    code: "CONFLICT",
    message: expect.stringMatching(/^cost:2 is not promoted: 0 requests on the canary.*Wait for more.*--yes/),
  });
  expect(done).toEqual([]);
  await promote({ force: true });
  expect(done).toEqual(["promoted"]);
});

test("a first version is compared with what tests showed of it", async () => {
  await expect(production({}).promote()).rejects.toThrow(/0 requests on the canary and 2000 on qa/);
  const { promote, done } = production({ samples: { canary: sample(2000) } });
  await promote();
  expect(done).toEqual(["promoted"]);
});

test("what is no canary is refused with what there is instead, and how it becomes one", async () => {
  await expect(production({ stable }).promote({ force: true, version: 3 })).rejects.toThrow(
    /cost:3 is not the canary of prod, which is cost:2\./,
  );
  expect(requireCanary({ environment: "prod", canary }, releaseOf(2))).toEqual(canary);
  expect(() => requireCanary({ environment: "prod" }, releaseOf(1))).toThrow(
    /cost:1 is not the canary of prod, which is none\. .*mlops deploy cost:1 --environment prod --weight/,
  );
});
