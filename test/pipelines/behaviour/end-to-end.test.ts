import { existsSync, readFileSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { DeploymentStatus } from "../../../platform/release/deployment";
import type { RunRecord } from "../../../cli/runs/runs";
import type { ModelVersion } from "../../../platform/registry/registry";
import { described, outputOf, PipelinePlace } from "../pipeline-fixture";

// Steps are real processes, one after the other: each test builds on what the one before has left.
const place = new PipelinePlace();
const home = new PipelinePlace();
afterAll(() => Promise.all([place.remove(), home.remove()]));

async function production(): Promise<DeploymentStatus | undefined> {
  const { deployments } = await home.json<{ deployments: DeploymentStatus[] }>(["status"]);
  return deployments.find(({ environment }) => environment === "prod");
}

/** The target is the last column: progression, 0 to 500. */
const shifted = (row: string[]): string[] => [...row.slice(0, -1), String(Number(row.at(-1)) / 2 + 300)];

describe("pull requests", () => {
  test("one with a bad data file fails at the data test, and nothing is previewed", async () => {
    const models = await place.changedModels("bad", (row, index) =>
      index === 7 ? ["999", ...row.slice(1)] : row,
    );
    const run = await place.runs("pr", { reason: "PullRequest", env: { MLOPS_MODELS: models } });
    expect(run).toMatchObject({ result: "failed", stages: { Check: "failed", Preview_qa: "skipped" } });
    expect(described(run)).toContain("Check.Quality: Test the data of every model failed");
    expect(outputOf(run, "Check.Quality")).toMatch(/age.*999|999/s);
  });

  test("a good one passes, and is previewed unless it is of a fork", async () => {
    const run = await place.runs("pr", { reason: "PullRequest", overrides: {} });
    expect(run).toMatchObject({
      result: "succeeded",
      stages: { Check: "succeeded", Preview_qa: "succeeded" },
    });
    expect(outputOf(run, "Check.Images")).toContain("diabetes:1 is registered");
    const merged = await place.runs("pr", { reason: "IndividualCI", stubs: ["npm run", "npm ci"] });
    expect(merged.stages.Preview_qa).toBe("skipped");
  });
});

/** What a run has published about its canary. */
async function recordOf({ artifacts }: { readonly artifacts: string }): Promise<unknown> {
  return JSON.parse(await readFile(path.join(artifacts, "canary-1", "release.json"), "utf8")) as unknown;
}

describe("the way of a model into production", () => {
  const release = (modelVersion: string, env: NodeJS.ProcessEnv = {}) =>
    home.runs("release", { parameters: { modelVersion }, env });

  test("a merge trains and registers, and keeps what came of it", async () => {
    const run = await home.runs("build");
    expect(described(run)).toEqual([
      "Check.Quality succeeded",
      "Publish.Publish.deploy succeeded",
      "Train.Train succeeded",
    ]);
    expect(run.asked).toEqual(["mlops-qa"]);
    const artifact = JSON.parse(
      await readFile(path.join(run.artifacts, "model-1", "model.json"), "utf8"),
    ) as unknown;
    expect(artifact).toMatchObject({ outcome: "registered", version: "diabetes:1" });
    // Another one, of wrong data, while nothing is in production that it could be compared with.
    const models = await home.changedModels("shifted", shifted);
    const bad = await home.json<RunRecord>(["retrain"], 0, { MLOPS_MODELS: models });
    expect(bad.version).toBe("diabetes:2");
  });

  test("a version of another registry is refused before anything is packaged", async () => {
    const parameters = { modelVersion: "diabetes:1", registry: "azureml://elsewhere" };
    const run = await home.runs("release", { parameters });
    expect(described(run)).toEqual(["Package.Package: Package and push the image by digest failed"]);
    expect(outputOf(run, "Package.Package")).toMatch(
      /CONFLICT: diabetes:1 was registered in azureml:\/\/elsewhere/,
    );
  });

  test("a registered version goes through QA and the canary to production, on agents that know nothing of it", async () => {
    const run = await release("diabetes:1");
    expect(described(run)).toEqual([
      "Package.Package succeeded",
      "Test_qa.Test.deploy succeeded",
      "Production.Canary.deploy succeeded",
    ]);
    expect(run.asked).toEqual(["mlops-qa", "mlops-prod"]);
    expect(outputOf(run, "Production.Canary.deploy")).toMatch(
      /canary 10 % against qa: advance.*canary 50 % against qa: advance/s,
    );
    const handed = JSON.parse(
      await readFile(path.join(run.artifacts, "tested-qa-1", "release.json"), "utf8"),
    ) as {
      release: { digest: string };
      tests: { qa: object };
    };
    // The package that passed QA, by its digest.
    expect((await production())?.stable).toMatchObject({
      model: "diabetes:1",
      digest: handed.release.digest,
    });
    expect(handed.tests.qa).toMatchObject({ smoke: 4 });
    const versions = await home.json<ModelVersion[]>(["registry", "list"]);
    // Azure DevOps does not answer here: the run's page has the names.
    const by = expect.stringMatching(/^approvers of mlops-prod, http.*buildId=\d+/) as unknown;
    expect(versions).toMatchObject([
      {
        version: 1,
        aliases: ["champion"],
        tags: {
          approvedBy: by,
          canary: expect.stringMatching(
            /^10 % against qa: advance, \d+ requests, 0 failed; 50 %.*; released$/,
          ),
        },
      },
      { version: 2, aliases: [] },
    ]);
    expect(await recordOf(run)).toMatchObject({
      approval: { by },
      canary: [
        { weight: 10, verdict: "advance" },
        { weight: 50, verdict: "advance" },
      ],
    });
  });

  test("a model that is not better cancels: the run says so, and is no failure", async () => {
    const run = await home.runs("retrain");
    expect(run).toMatchObject({ result: "succeeded", tags: ["cancelled"], number: "20261121.1-cancelled" });
    expect(run.warnings).toEqual([
      expect.stringMatching(/^Cancelled\. diabetes:1 stays in production.*95 % interval/),
    ]);
    const artifact = JSON.parse(
      await readFile(path.join(run.artifacts, "model-1", "model.json"), "utf8"),
    ) as unknown;
    expect(artifact).toMatchObject({ outcome: "cancelled" });
    expect(await home.json<ModelVersion[]>(["registry", "list"])).toHaveLength(2);
  });

  test("a bad model is rolled back, and the pipeline fails; production stays as it was", async () => {
    const run = await release("diabetes:2");
    expect(run).toMatchObject({ result: "failed", stages: { Test_qa: "succeeded", Production: "failed" } });
    expect(described(run).slice(2)).toEqual([
      "Production.Canary.deploy: Advance the canary failed",
      "Production.TakeAway succeeded",
    ]);
    const output = outputOf(run, "Production.Canary.deploy");
    expect(output).toMatch(/canary 10 % against diabetes:1: roll-back; .*standard deviations apart/);
    expect(output).toContain("diabetes:2 was rolled back");
    // What the canary showed is not lost with the agent.
    expect(await recordOf(run)).toMatchObject({
      approval: { by: expect.any(String) as unknown },
      canary: [{ weight: 10, verdict: "roll-back", canary: { requests: expect.any(Number) as unknown } }],
    });
    expect(outputOf(run, "Production.TakeAway")).toContain("is not production's canary");
    const status = await production();
    expect([status?.stable?.model, status?.canary]).toEqual(["diabetes:1", undefined]);
  });

  test.each(["cancel", "timeout"] as const)(
    "a canary whose job is ended by force (%s), without a signal, is taken away",
    async (by) => {
      const file = place.path("environments", "prod", "diabetes", "deployment.json");
      const hasCanary = (): boolean => existsSync(file) && readFileSync(file, "utf8").includes('"canary"');
      const ends = { step: "Advance the canary", when: hasCanary, by };
      const run = await place.runs("release", { parameters: { modelVersion: "diabetes:1" }, ends });
      expect([run.result, described(run).slice(2)]).toEqual([
        "canceled",
        ["Production.Canary.deploy canceled", "Production.TakeAway succeeded"],
      ]);
      expect(outputOf(run, "Production.TakeAway")).toContain("diabetes:1 was rolled back");
      const { deployments } = await place.json<{ deployments: DeploymentStatus[] }>(["status"]);
      const status = deployments.find(({ environment }) => environment === "prod");
      expect([status?.stable, status?.canary]).toEqual([undefined, undefined]);
    },
  );

  test("the stages of the canary are those of the model's definition, whatever they are", async () => {
    const models = await home.changedModels("stages", (row) => row);
    const file = path.join(models, "diabetes", "model.ts");
    const definition = await readFile(file, "utf8");
    await writeFile(file, definition.replace("  gate: {", "  canary: { weights: [5, 25, 75] },\n  gate: {"));
    const run = await place.runs("release", {
      parameters: { modelVersion: "diabetes:1" },
      env: { MLOPS_MODELS: models },
    });
    expect(run.result).toBe("succeeded");
    const shown = [
      ...outputOf(run, "Production.Canary.deploy").matchAll(/canary (\d+) % against qa: advance/g),
    ];
    expect([...new Set(shown.map(([, weight]) => Number(weight)))]).toEqual([5, 25, 75]);
  });

  test("batch scoring publishes a prediction for each row, by the version in production", async () => {
    const run = await home.runs("batch");
    expect(outputOf(run, "Score.Score")).toContain("442 rows read: 442 scored by diabetes:1");
    const rows = await readFile(path.join(run.artifacts, "predictions-1", "predictions.csv"), "utf8");
    expect(rows.trim().split("\n")).toHaveLength(443);
  });

  test("monitoring looks for drift, and decides what is done about it", async () => {
    const run = await home.runs("monitor");
    expect(described(run)).toEqual(["Monitor.Watch succeeded", "Monitor.Trainings succeeded"]);
    expect(outputOf(run, "Monitor.Watch")).toMatch(/diabetes:1 in prod.*Decided: nothing \(/s);
  });

  test("a canary's verbs refuse what is no canary, and may be run again", async () => {
    const file = path.join(home.home, "release.json");
    // A machine that knows of no run, and so of no test in QA.
    await rm(home.path("runs"), { recursive: true, force: true });
    expect((await home.run(["package", "diabetes:2", "--output", file])).code).toBe(0);
    for (const verb of ["analyse", "promote"]) {
      const { code, stderr } = await home.run(["canary", verb, "--release", file]);
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining("CONFLICT: diabetes:2 is not the canary of prod, which is none"),
      ]);
    }
    // Not stable: nothing but this release's canary may go.
    const again = await home.run(["canary", "rollback", "--release", file]);
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("is not production's canary")]);
    expect((await production())?.stable?.model).toBe("diabetes:1");
    const untested = await home.run(["deploy", "--environment", "prod", "--weight", "10", "--release", file]);
    expect([untested.code, untested.stderr]).toEqual([
      1,
      expect.stringContaining("has not passed its tests in qa"),
    ]);
  });

  test("a release whose package would be another one here is refused", async () => {
    const file = path.join(home.home, "release.json");
    const handed = await readFile(file, "utf8");
    await writeFile(file, handed.replace(/"digest": "[0-9a-f]{8}/, '"digest": "00000000'));
    const { code, stderr } = await home.run(["deploy", "--release", file]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/CONFLICT: The package of diabetes:2 is .* here and sha256:00000000/),
    ]);
  });
});

describe("stacks, whose updates other tests are about", () => {
  test("are updated after a preview and the approval of the environment, and not without", async () => {
    const run = await place.runs("infra", { parameters: { stack: "prod" } });
    expect([described(run), run.asked]).toEqual([
      ["Preview.Preview succeeded", "Update.Update.deploy succeeded"],
      ["mlops-infra"],
    ]);
    const declined = await place.runs("infra", { parameters: { stack: "qa" }, approve: () => false });
    expect([declined.result, described(declined)]).toEqual([
      "failed",
      ["Preview.Preview succeeded", "Update.Update failed"],
    ]);
  });

  test("are destroyed only when their name was typed a second time", async () => {
    const typed = (confirm: string) => place.runs("teardown", { parameters: { stack: "qa", confirm } });
    expect(await typed("prod")).toMatchObject({ stages: { Destroy: "skipped" }, asked: [], jobs: [] });
    expect(await typed("qa")).toMatchObject({ stages: { Destroy: "succeeded" }, asked: ["mlops-infra"] });
  });
});
