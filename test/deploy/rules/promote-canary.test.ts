import type { CanaryRule } from "../../../platform/definition/definition";
import { promoteCanary, requireCanary } from "../../../deploy/rules/promote-canary";
import { TestEnvironment } from "../laptop/environment-fixture";

const rule: CanaryRule = {
  weights: [10],
  shadowPercent: 0,
  minRequests: 20,
  mayFailMoreBy: 0.01,
  mayBeSlowerBy: 1.5,
  latencyToleranceMs: 50,
  mayShiftBy: 0.5,
  mayVaryBy: 2,
  mayDifferBy: 0.2,
  mayDisagreeBy: 0.5,
};

let environment: TestEnvironment;
beforeEach(async () => {
  environment = await TestEnvironment.create();
});
afterEach(() => environment.remove());

test("a canary is promoted when what was seen of it allows that, or without a look when told so", async () => {
  const deployer = environment.deployer();
  const promote = (version: number, force: boolean) =>
    promoteCanary(deployer, "prod", { release: environment.release(version), rule, force });
  await deployer.deploy("prod", environment.release(1), { weight: 100, shadow: 0 });
  // There is nothing to compare the first version with.
  expect(await promote(1, false)).toMatchObject({ stable: { model: "cost:1" } });
  await deployer.deploy("prod", environment.release(2), { weight: 50, shadow: 0 });
  await expect(promote(3, true)).rejects.toThrow(/cost:3 is not the canary of prod, which is cost:2\./);
  await expect(promote(2, false)).rejects.toMatchObject({
    code: "CONFLICT",
    message: expect.stringMatching(/^cost:2 is not promoted: 0 requests on the canary.*Wait for more.*--yes/),
  });
  expect(await promote(2, true)).toMatchObject({
    stable: { model: "cost:2" },
    previous: { model: "cost:1" },
  });
});

test("what is no canary is refused with what there is instead, and how it becomes one", () => {
  const release = environment.release(1);
  const canary = { ...release, weight: 10, shadow: 0 };
  expect(requireCanary({ environment: "prod", canary }, release)).toEqual(canary);
  expect(() => requireCanary({ environment: "prod" }, release)).toThrow(
    /cost:1 is not the canary of prod, which is none\. .*mlops deploy cost:1 --environment prod --weight/,
  );
});
