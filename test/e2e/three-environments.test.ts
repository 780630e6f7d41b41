import { writeFileSync } from "node:fs";
import path from "node:path";
import type { RunRecord } from "../../cli/runs/runs";
import type { DeploymentStatus } from "../../platform/release/deployment";
import { Workplace } from "./mlops";

const place = new Workplace();
afterAll(() => place.remove());
const file = path.join(place.home, "environments.yml");
const env = { MLOPS_ENVIRONMENTS: file };

test("npm start goes through every environment that the list has, and production comes last", async () => {
  writeFileSync(file, "variables:\n  testEnvironments: dev,test\n  productionEnvironment: live\n");
  const run = await place.json<RunRecord>(["lifecycle", "--yes"], 0, env);
  expect(run.outcome).toBe("released");
  expect(run.steps.map(({ name }) => name).slice(5, 14)).toEqual([
    ...["package", "dev", "smoke", "load", "test", "test smoke", "test load"],
    ...["approve", "release"],
  ]);
  expect(Object.keys(run.tests ?? {})).toEqual(["dev", "test"]);
  const { deployments } = await place.json<{ deployments: DeploymentStatus[] }>(["status"], 0, env);
  expect(deployments.map(({ environment, stable }) => `${environment} ${stable?.model}`)).toEqual([
    "dev diabetes:1",
    "test diabetes:1",
    "live diabetes:1",
  ]);
});
