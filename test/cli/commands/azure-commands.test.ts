import {
  deployToAzure,
  promoteInAzure,
  releaseOfImage,
  showAzure,
} from "../../../cli/commands/azure-commands";
import type { CanaryRule } from "../../../platform/definition/definition";
import type { Release } from "../../../platform/release/deployment";
import { digestOf } from "../../../platform/base/files";
import { TestEnvironment } from "../../deploy/laptop/environment-fixture";

const image = (version: number): string => `registry.example/scoring@sha256:${digestOf(`image ${version}`)}`;
const rule: CanaryRule = {
  weights: [10],
  shadowPercent: 0,
  minRequests: 20,
  mayFailMoreBy: 0.01,
  mayBeSlowerBy: 1.5,
  latencyToleranceMs: 50,
  mayShiftBy: 0.5,
};

let environment: TestEnvironment;

beforeEach(async () => {
  environment = await TestEnvironment.create();
});

afterEach(() => environment.remove());

const pushed = (version: number): Release => ({ ...environment.release(version), image: image(version) });

describe("the verbs of Azure's environments, by a deployer that does the same here", () => {
  test("production gets the image that QA serves, and nothing else", async () => {
    const deployer = environment.deployer();
    const toProduction = { environment: "prod", weight: 10 };
    await expect(deployToAzure(deployer, environment.release(1), toProduction)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringMatching(/cost:1 is not what QA serves \(nothing\).*--image/s),
    });
    const qa = await deployToAzure(deployer, pushed(1), { environment: "qa", weight: 0 });
    expect(qa).toMatchObject({ stable: { model: "cost:1", image: image(1) } });
    const prod = await deployToAzure(deployer, environment.release(1), toProduction);
    expect(prod).toMatchObject({ canary: { model: "cost:1", image: image(1), weight: 10 } });
    const again = await deployToAzure(deployer, environment.release(1), { ...toProduction, weight: 40 });
    expect(again.history.at(-1)).toMatchObject({ action: "weight", detail: "weight 40 %" });
    await expect(deployToAzure(deployer, environment.release(2), toProduction)).rejects.toThrow(
      /cost:2 is not what QA serves \(cost:1\)/,
    );
    expect(await showAzure(deployer, "cost")).toMatchObject([
      { deployments: [{ environment: "qa" }, { environment: "prod" }] },
      expect.stringMatching(/qa .+ cost:1 [\s\S]*prod .+ cost:1 \(40 %\)/),
    ]);
  });

  test("a canary is promoted when what was seen of it allows that, or without a look when told so", async () => {
    const deployer = environment.deployer();
    await deployer.deploy("prod", pushed(1), { weight: 100, shadow: 0 });
    // There is nothing to compare the first version with.
    expect(await promoteInAzure(deployer, "cost", { rule, force: false })).toMatchObject({
      stable: { model: "cost:1" },
    });
    await deployer.deploy("prod", pushed(2), { weight: 50, shadow: 0 });
    await expect(promoteInAzure(deployer, "cost", { version: "cost:3", rule, force: true })).rejects.toThrow(
      /cost:3 is not production's canary, which is cost:2\./,
    );
    await expect(
      promoteInAzure(deployer, "cost", { version: "cost:2", rule, force: false }),
    ).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringMatching(
        /^cost:2 is not promoted: 0 requests on the canary.*Wait for more.*--yes/,
      ),
    });
    expect(await promoteInAzure(deployer, "cost", { rule, force: true })).toMatchObject({
      stable: { model: "cost:2" },
      previous: { model: "cost:1" },
    });
  });
});

test("an image is given by its digest", () => {
  expect(releaseOfImage("cost:1", image(1))).toMatchObject({ model: "cost:1", digest: digestOf("image 1") });
  expect(() => releaseOfImage("cost:1", "registry.example/scoring:latest")).toThrow(/by its digest/);
});
