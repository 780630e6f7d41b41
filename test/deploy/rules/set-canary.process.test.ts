import { serveAtOnce, setCanary } from "../../../deploy/rules/set-canary";
import { TestEnvironment } from "../laptop/environment-fixture";

let environment: TestEnvironment;
beforeEach(async () => {
  environment = await TestEnvironment.create();
});
afterEach(() => environment.remove());

test("a release is deployed once as the canary, and then has its weight changed", async () => {
  const deployer = environment.deployer();
  const served = await serveAtOnce(deployer, "prod", environment.release(1));
  expect(served).toMatchObject({ stable: { model: "cost:1" } });
  const set = (version: number, weight: number) =>
    setCanary(deployer, "prod", { release: environment.release(version), traffic: { weight, shadow: 0 } });
  expect(await set(2, 10)).toMatchObject({ canary: { model: "cost:2", weight: 10 } });
  expect((await set(2, 40)).history.at(-1)).toMatchObject({ action: "weight", detail: "weight 40 %" });
  expect((await set(3, 5)).history.at(-1)).toMatchObject({ action: "deploy", model: "cost:3" });
});
