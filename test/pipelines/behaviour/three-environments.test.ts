import { writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import type { RunRecord } from "../../../cli/runs/runs";
import type { DeploymentStatus } from "../../../platform/release/deployment";
import { described, PipelinePlace } from "../pipeline-fixture";

// Steps are real processes, one after the other: each test builds on what the one before has left.
const home = new PipelinePlace();
afterAll(() => home.remove());

const file = path.join(home.home, "environments.yml");
const env = { MLOPS_ENVIRONMENTS: file };
beforeAll(() => {
  writeFileSync(file, "variables:\n  testEnvironments: dev,test\n  productionEnvironment: live\n");
});

const runs = (name: string, parameters = {}) =>
  home.runs(name, { parameters, env, instead: { "environments.yml": file } });

async function served(): Promise<string[]> {
  const { deployments } = await home.json<{ deployments: DeploymentStatus[] }>(["status"], 0, env);
  return deployments.map(({ environment, stable }) => `${environment} ${stable?.model ?? "nothing"}`);
}

// A release through three environments is three times as many processes as one test has time for by default.
jest.setTimeout(180_000);

describe("a project with dev, test and live", () => {
  test("trains in dev, and releases through dev and test to live, each needing the one before", async () => {
    const built = await runs("build");
    expect([built.result, built.asked]).toEqual(["succeeded", ["mlops-dev"]]);
    expect(await served()).toEqual(["dev nothing", "test nothing", "live nothing"]);
    // Another one, of wrong data, while nothing is in production that it could be compared with.
    const models = await home.changedModels("shifted", (row) => [
      ...row.slice(0, -1),
      String(Number(row.at(-1)) / 2 + 300),
    ]);
    const off = { ...env, MLOPS_MODELS: models };
    expect((await home.json<RunRecord>(["retrain"], 0, off)).version).toBe("diabetes:2");
    const released = await runs("release", { modelVersion: "diabetes:1" });
    expect(described(released)).toEqual([
      "Package.Package succeeded",
      "Test_dev.Test.deploy succeeded",
      "Test_test.Test.deploy succeeded",
      "Production.Canary.deploy succeeded",
    ]);
    expect(released.asked).toEqual(["mlops-dev", "mlops-test", "mlops-live"]);
    expect(await served()).toEqual(["dev diabetes:1", "test diabetes:1", "live diabetes:1"]);
    // The last environment before production is what its first canary is compared with.
    const lines = released.jobs.flatMap(({ steps }) => steps.map(({ output }) => output)).join("");
    expect(lines.match(/canary \d+ % against \S+/g)).toEqual([
      "canary 10 % against test:",
      "canary 50 % against test:",
    ]);
  });

  test("tells the approvers after the last test, not before", async () => {
    const { jobs } = await runs("release", { modelVersion: "diabetes:1" });
    const said = jobs.map(({ steps }) => steps.map(({ output }) => output).join(""));
    expect(said[1]).toContain(
      "diabetes:1 still has to be tested in test. The approvers are not notified yet.",
    );
    expect(said[2]).toContain("diabetes:1 waits for approval");
  });

  test("rolls back in live by the pipeline, and in test by the verb", async () => {
    const bad = await runs("release", { modelVersion: "diabetes:2" });
    expect(bad.stages).toMatchObject({ Test_dev: "succeeded", Test_test: "succeeded", Production: "failed" });
    expect(await served()).toEqual(["dev diabetes:2", "test diabetes:2", "live diabetes:1"]);
    expect((await home.run(["rollback", "--environment", "test"], env)).code).toBe(0);
    expect(await served()).toEqual(["dev diabetes:2", "test diabetes:1", "live diabetes:1"]);
  });

  test("lets nothing skip a test, and knows no other environment", async () => {
    // A machine that knows of no run, and so of no test.
    await rm(home.path("runs"), { recursive: true, force: true });
    expect(
      (await home.run(["package", "diabetes:2", "--output", path.join(home.home, "release.json")], env)).code,
    ).toBe(0);
    for (const environment of ["test", "live"]) {
      const args = [
        "deploy",
        "--environment",
        environment,
        "--release",
        path.join(home.home, "release.json"),
      ];
      const { code, stderr } = await home.run(args, env);
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining("has not passed its tests in dev. Run `mlops deploy`"),
      ]);
    }
    const unknown = await home.run(["deploy", "--environment", "prod"], env);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("dev, test, live")]);
  });
});
