import type { Deployer } from "../../../platform/release/deployment";
import { PlatformError } from "../../../platform/base/errors";
import { emptyDeployment } from "../../../deploy/rules/transitions";
import { statusOfAll } from "../../../deploy/rules/status-of-all";

/** A deployer whose environments are those that exist. */
function deployerOf(existing: readonly string[], code: "NOT_FOUND" | "BUSY" = "NOT_FOUND"): Deployer {
  const status = (environment: string, model: string) =>
    existing.includes(environment)
      ? Promise.resolve({ ...emptyDeployment(environment, model), samples: {} })
      : Promise.reject(new PlatformError(code, `There is no stack ${environment}.`));
  return { status } as Deployer;
}

test("each environment says what it serves, and those that do not exist why they cannot", async () => {
  const both = await statusOfAll(deployerOf(["qa", "prod"]), "cost", ["qa", "prod"]);
  expect([both.deployments.map(({ environment }) => environment), both.missing]).toEqual([
    ["qa", "prod"],
    [],
  ]);
  const one = await statusOfAll(deployerOf(["qa"]), "cost", ["qa", "prod"]);
  expect(one).toMatchObject({
    deployments: [{ environment: "qa" }],
    missing: [{ message: "There is no stack prod." }],
  });
});

test("no environment at all, and any other failure, is an error", async () => {
  await expect(statusOfAll(deployerOf([]), "cost", ["qa", "prod"])).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  await expect(statusOfAll(deployerOf(["qa"], "BUSY"), "cost", ["qa", "prod"])).rejects.toMatchObject({
    code: "BUSY",
  });
});
