import { cpSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { updatesGroup } from "../../infra/config/pipelines";
import { repository, Workplace } from "../e2e/mlops";
import { runPipeline, type RunOptions, type RunResult } from "./run-pipeline";

export const pipelines = path.join(repository, "pipelines");

/** Scripts that other tests are about, or that need Azure or a container engine; here they are taken as done. */
export const stubs = [
  "npm run lint",
  "npm run types",
  "npm run audit",
  "npm run test:coverage",
  "npm run test:whole",
  "npm run images:build",
  "npm run pulumi:install",
  "npm run infra:preview",
  "npm run infra:up",
  "npm run infra:destroy",
  "npm run mlops -- data push",
  "npm run mlops -- runs check",
];

/** The groups that stages refer to which update stacks of these environments, as the bootstrap makes them. */
export function groupsOfUpdates(environments: readonly string[]): RunOptions["groups"] {
  return Object.fromEntries(environments.map((name) => [updatesGroup(name), { UPDATES_OF: name }]));
}

/** A place where pipelines run against this machine: its workspace is to them what Azure is. */
export class PipelinePlace extends Workplace {
  /** Runs a pipeline, by its file in the repository, or in another folder. */
  runs(name: string, more: Partial<RunOptions> = {}, folder = pipelines): Promise<RunResult> {
    return runPipeline(path.join(folder, `${name}.yml`), {
      repository,
      folder: path.join(this.home, "agents"),
      overrides: { MLOPS_TARGET: "local" },
      groups: {
        mlops: { PULUMI_BACKEND_URL: "azblob://state" },
        "mlops-secrets": { "NOTIFY-WEBHOOK": "" },
        ...groupsOfUpdates(["qa", "prod", "dev", "test", "live"]),
      },
      secretGroups: ["mlops-secrets"],
      stubs,
      // No job may count on what an earlier one has left on its agent; the registry and what serves stay.
      beforeJob: () => {
        rmSync(this.path("runs"), { recursive: true, force: true });
      },
      ...more,
      env: { ...process.env, MLOPS_HOME: this.path(), ...more.env },
    });
  }

  /** A copy of models/ of which the test has changed the data of diabetes. */
  async changedModels(name: string, change: (row: string[], index: number) => string[]): Promise<string> {
    const models = path.join(this.home, name);
    cpSync(path.join(repository, "models"), models, { recursive: true });
    const file = path.join(models, "diabetes", "data.csv");
    const [header = "", ...rows] = (await readFile(file, "utf8")).trim().split("\n");
    const changed = rows.map((row, index) => change(row.trim().split(","), index).join(","));
    await writeFile(file, [header, ...changed, ""].join("\n"));
    return models;
  }
}

/** What a run did, a line each: `Job result`, or `Job: step failed`. */
export function described({ jobs }: RunResult): string[] {
  return jobs.map(({ name, result, steps }) => {
    const failed = steps.filter((step) => step.result === "failed").map((step) => step.name);
    return failed.length > 0 ? `${name}: ${failed.join(", ")} ${result}` : `${name} ${result}`;
  });
}

/** Output of all steps of a job. */
export function outputOf({ jobs }: RunResult, job: string): string {
  return (jobs.find(({ name }) => name === job)?.steps ?? []).map(({ output }) => output).join("");
}
