import { mkdirSync, mkdtempSync } from "node:fs";
import path from "node:path";
import { holds, type Result } from "./expressions";
import type { Instead, Mapping } from "./expand-pipeline";
import type { DeploymentJob, HookName, Job, Stage, Steps, Variables } from "./plan";
import { planPipeline } from "./plan";
import { runStep, type Agent, type StepResult } from "./steps-of-agent";

/** How a test runs a pipeline. */
export interface RunOptions {
  readonly repository: string;
  /** A folder of the test's, for workspaces and artifacts. */
  readonly folder: string;
  readonly parameters?: Mapping;
  /** Files that take the place of those that pipelines name: environments of the test's own. */
  readonly instead?: Instead;
  /** Takes the place of variables of the same name, wherever they are set. */
  readonly overrides?: Readonly<Record<string, string>>;
  /** What variable groups hold, by name; a group that is not among them is an error. */
  readonly groups: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Groups whose variables are secrets. */
  readonly secretGroups?: readonly string[];
  /** Build.Reason. */
  readonly reason?: string;
  readonly env: NodeJS.ProcessEnv;
  /** Scripts that are taken as done: the test names them. */
  readonly stubs: readonly string[];
  /** The answer to the approval of an environment. */
  readonly approve?: (environment: string) => boolean;
  /** Called before each job, as each may be on another machine. */
  readonly beforeJob?: () => void;
  /** Called after each step. */
  readonly afterStep?: (step: StepResult) => Promise<void>;
  readonly stepTimeoutMs?: number;
  /** Ends a step by force while it runs: somebody cancels the run, or its job runs out of time. */
  readonly ends?: NonNullable<Agent["endsAt"]> & { readonly by: "cancel" | "timeout" };
}

interface JobResult {
  /** `Stage.Job`, with the hook of a deployment behind it. */
  readonly name: string;
  readonly result: Result;
  readonly steps: readonly StepResult[];
}

export interface RunResult {
  readonly result: Result;
  readonly stages: Readonly<Record<string, Result>>;
  readonly jobs: readonly JobResult[];
  /** Environments whose approval was asked for, in order. */
  readonly asked: readonly string[];
  readonly artifacts: string;
  readonly tags: readonly string[];
  readonly warnings: readonly string[];
  readonly number: string;
}

/** What has come of parts becomes of the whole. */
function worst(results: readonly Result[]): Result {
  if (results.includes("failed")) return "failed";
  return results.includes("canceled") ? "canceled" : "succeeded";
}

function pick(results: Readonly<Record<string, Result>>, names: readonly string[]): Record<string, Result> {
  return Object.fromEntries(names.map((name) => [name, results[name] ?? "skipped"]));
}

/** Logging commands that steps may print, as an agent understands them. */
const logging = /^##(?:vso)\[([\w.]+)(?: [^\]]*)?\](.*)$/gm;

/** Runs so far: each has an id of its own, as in a project of Azure DevOps. */
let runs = 0;

class PipelineRun {
  private readonly id = String(++runs);
  private readonly artifacts: string;
  private readonly jobs: JobResult[] = [];
  private readonly asked: string[] = [];
  private readonly tags: string[] = [];
  private readonly warnings: string[] = [];
  private number = "20261121.1";
  private isCanceled = false;

  constructor(private readonly options: RunOptions) {
    mkdirSync(options.folder, { recursive: true });
    this.artifacts = mkdtempSync(path.join(options.folder, "artifacts-"));
  }

  async run(file: string): Promise<RunResult> {
    const plan = planPipeline(file, this.options.parameters, this.options.instead);
    const stages: Record<string, Result> = {};
    for (const stage of plan.stages) {
      stages[stage.name] = await this.stage(stage, [plan.variables], stages);
    }
    const { jobs, asked, artifacts, tags, warnings, number } = this;
    const result = this.isCanceled ? "canceled" : worst(Object.values(stages));
    return { result, stages, jobs, asked, artifacts, tags, warnings, number };
  }

  private variablesOf(scopes: readonly Variables[]): Record<string, string> {
    const { groups, overrides = {}, reason = "Manual" } = this.options;
    const all: Record<string, string> = {
      "Build.Reason": reason,
      "Build.BuildId": this.id,
      "Build.BuildNumber": this.number,
      "Agent.OS": "Linux",
      "System.AccessToken": "token-of-the-job",
      "System.StageAttempt": "1",
    };
    for (const { groups: names, values } of scopes) {
      for (const name of names) {
        const group = groups[name];
        if (group === undefined) throw new Error(`There is no variable group ${name}.`);
        Object.assign(all, group);
      }
      Object.assign(all, values);
    }
    for (const [name, value] of Object.entries(overrides)) if (name in all) all[name] = value;
    return all;
  }

  private async stage(
    stage: Stage,
    scopes: readonly Variables[],
    done: Record<string, Result>,
  ): Promise<Result> {
    const inner = [...scopes, stage.variables];
    const results = stage.dependsOn.map((name) => done[name] ?? "skipped");
    const variables = this.variablesOf(inner);
    const { isCanceled } = this;
    // Without a dependency, too, nothing begins after a cancellation that does not ask for it.
    if (isCanceled && stage.condition === undefined) return "skipped";
    if (!holds(stage.condition ?? "succeeded()", { variables, results, isCanceled })) return "skipped";
    const ended: Record<string, Result> = {};
    for (const job of stage.jobs) {
      const before = job.dependsOn.map((name) => ended[name] ?? "skipped");
      const known = this.variablesOf([...inner, job.variables]);
      const context = { variables: known, results: before, dependencies: pick(ended, job.dependsOn) };
      const starts =
        (!this.isCanceled || job.condition !== undefined) &&
        holds(job.condition ?? "succeeded()", { ...context, isCanceled: this.isCanceled });
      ended[job.name] = starts ? await this.job(stage.name, job, known) : "skipped";
    }
    return worst(Object.values(ended));
  }

  private async job(stage: string, job: Job, variables: Record<string, string>): Promise<Result> {
    const name = `${stage}.${job.name}`;
    if (job.kind === "job") return this.onAgent(name, job.steps, variables);
    this.asked.push(job.environment);
    if (this.options.approve?.(job.environment) === false) {
      this.jobs.push({ name, result: "failed", steps: [] });
      return "failed";
    }
    return this.deployment(name, job, variables);
  }

  /** Hooks one after the other; what fails among them calls `on: failure`, and the job has failed. */
  private async deployment(
    name: string,
    { hooks }: DeploymentJob,
    variables: Record<string, string>,
  ): Promise<Result> {
    const hook = async (which: HookName): Promise<Result> => {
      const steps = hooks[which];
      return steps === undefined ? "succeeded" : this.onAgent(`${name}.${which}`, steps, variables);
    };
    for (const which of ["preDeploy", "deploy", "routeTraffic", "postRouteTraffic"] as const) {
      const ended = await hook(which);
      if (ended === "succeeded") continue;
      // The hook is for what fails: what is cancelled or out of time does not get to it.
      if (ended === "failed") await hook("failure");
      return ended;
    }
    return hook("success");
  }

  /** Steps on an agent of their own: an empty folder, nothing of an earlier job. */
  private async onAgent(name: string, steps: Steps, variables: Record<string, string>): Promise<Result> {
    const { repository, folder, env, stubs, secretGroups = [], groups, beforeJob, ends } = this.options;
    beforeJob?.();
    const workspace = mkdtempSync(path.join(folder, "agent-"));
    const all = { ...variables, "Pipeline.Workspace": workspace };
    const agent: Agent = {
      repository,
      workspace,
      artifacts: this.artifacts,
      variables: all,
      secrets: ["System.AccessToken", ...secretGroups.flatMap((group) => Object.keys(groups[group] ?? {}))],
      env,
      stubbed: (script) => stubs.some((stub) => script === stub || script.startsWith(`${stub} `)),
      stepTimeoutMs: this.options.stepTimeoutMs ?? 60_000,
      ...(ends && { endsAt: ends }),
    };
    const results: StepResult[] = [];
    let result: Result = "succeeded";
    for (const step of steps) {
      const condition = typeof step.condition === "string" ? step.condition : "succeeded()";
      if (!holds(condition, { variables: all, results: [result] })) {
        results.push({ name: String(step.displayName), result: "skipped", output: "" });
        continue;
      }
      const ended = await runStep(agent, step);
      results.push(ended);
      this.understand(ended.output);
      await this.options.afterStep?.(ended);
      if (ended.result === "failed") result = "failed";
      if (ended.result !== "canceled") continue;
      result = "canceled";
      this.isCanceled ||= ends?.by === "cancel";
    }
    this.jobs.push({ name, result, steps: results });
    return result;
  }

  private understand(output: string): void {
    for (const [, command, rest = ""] of output.matchAll(logging)) {
      const value = rest.replaceAll("%0A", "\n").replaceAll("%0D", "\r").replaceAll("%AZP25", "%");
      if (command === "task.logissue") this.warnings.push(value);
      else if (command === "build.addbuildtag") this.tags.push(value);
      else if (command === "build.updatebuildnumber") this.number = value;
      else throw new Error(`This runner does not know the logging command ${command}.`);
    }
  }
}

/**
 * Runs a pipeline as Azure Pipelines does, as far as our files go: what it does not know is an error. Tools are taken as
 * installed, approvals are answered by the test, and artifacts are folders; scripts are run, except those that the test names.
 */
export function runPipeline(file: string, options: RunOptions): Promise<RunResult> {
  return new PipelineRun(options).run(file);
}
