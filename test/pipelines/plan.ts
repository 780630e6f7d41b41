import { expandFile, isMapping, list, mapping, text, type Instead, type Mapping } from "./expand-pipeline";

export interface Variables {
  readonly groups: readonly string[];
  readonly values: Readonly<Record<string, string>>;
}

/** A list of steps that one agent runs. */
export type Steps = readonly Mapping[];

interface JobCommon {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly condition: string | undefined;
  readonly variables: Variables;
}

interface PlainJob extends JobCommon {
  readonly kind: "job";
  readonly steps: Steps;
}

/** A deployment job: its environment's checks come first, and each hook is a job of its own. */
export interface DeploymentJob extends JobCommon {
  readonly kind: "deployment";
  readonly environment: string;
  readonly hooks: Readonly<Partial<Record<HookName, Steps>>>;
}

const hookNames = ["preDeploy", "deploy", "routeTraffic", "postRouteTraffic", "failure", "success"] as const;
export type HookName = (typeof hookNames)[number];

export type Job = PlainJob | DeploymentJob;

export interface Stage {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly condition: string | undefined;
  readonly variables: Variables;
  readonly jobs: readonly Job[];
}

export interface Plan {
  readonly variables: Variables;
  readonly stages: readonly Stage[];
}

function variablesOf(value: unknown, where: string): Variables {
  const groups: string[] = [];
  const values: Record<string, string> = {};
  for (const item of list(value, where)) {
    const one = mapping(item, ["group", "name", "value"], where);
    if (one.group !== undefined) groups.push(text(one.group, where));
    else values[text(one.name, where)] = text(one.value, where);
  }
  return { groups, values };
}

/** What is depended on, all of it declared before. */
function dependenciesOf(value: unknown, known: readonly string[], where: string): readonly string[] {
  const names = typeof value === "string" ? [value] : list(value, where).map((name) => text(name, where));
  const wrong = names.filter((name) => !known.includes(name));
  if (wrong.length === 0) return names;
  throw new Error(`${where} depends on ${wrong.join(", ")}, which is not before it.`);
}

function optionalText(value: unknown, where: string): string | undefined {
  return value === undefined ? undefined : text(value, where);
}

function stepsOf(value: unknown, where: string): Steps {
  const steps = list(value, where);
  if (steps.length === 0) throw new Error(`${where} has no steps.`);
  return steps.map((step) => {
    if (isMapping(step)) return step;
    throw new Error(`${where}: a step is a mapping.`);
  });
}

function requireTimeout(job: Mapping, where: string): void {
  const minutes = job.timeoutInMinutes;
  if (!(typeof minutes === "number" && minutes > 0))
    throw new Error(`${where} has no timeoutInMinutes above 0.`);
  // What runs although a run was cancelled has 5 minutes unless it says otherwise.
  if (!/canceled|always/.test(JSON.stringify(job.condition ?? "")) || Number(job.cancelTimeoutInMinutes) > 0)
    return;
  throw new Error(`${where} runs after a cancellation and has no cancelTimeoutInMinutes.`);
}

/** Hooks of a strategy that runs once: on an environment without a resource, the service takes no other. */
function hooksOf(strategy: Mapping, where: string): DeploymentJob["hooks"] {
  const { runOnce } = mapping(strategy, ["runOnce"], `${where}: strategy`);
  const hooked = mapping(runOnce, ["preDeploy", "deploy", "routeTraffic", "postRouteTraffic", "on"], where);
  const on = mapping(hooked.on ?? {}, ["failure", "success"], `${where}: on`);
  const hooks = hookNames.flatMap((name) => {
    const hook = hooked[name] ?? on[name];
    const at = `${where}: ${name}`;
    return hook === undefined ? [] : [[name, stepsOf(mapping(hook, ["steps"], at).steps, at)] as const];
  });
  if (!hooks.some(([name]) => name === "deploy")) throw new Error(`${where} has no deploy.`);
  return Object.fromEntries(hooks);
}

function jobOf(value: unknown, before: readonly string[], stage: string): Job {
  const times = ["timeoutInMinutes", "cancelTimeoutInMinutes"];
  const keys = ["displayName", "dependsOn", "condition", "variables", ...times];
  const job = mapping(value, ["job", "deployment", "environment", "strategy", "steps", ...keys], stage);
  const name = text(job.job ?? job.deployment, `${stage}: the name of a job`);
  const where = `${stage}.${name}`;
  requireTimeout(job, where);
  const common: JobCommon = {
    name,
    dependsOn: dependenciesOf(job.dependsOn, before, where),
    condition: optionalText(job.condition, where),
    variables: variablesOf(job.variables, where),
  };
  if (job.job !== undefined) return { ...common, kind: "job", steps: stepsOf(job.steps, where) };
  const strategy = mapping(job.strategy, ["runOnce"], where);
  const environment = text(job.environment, `${where}: environment`);
  return { ...common, kind: "deployment", environment, hooks: hooksOf(strategy, where) };
}

function stageOf(value: unknown, before: readonly string[]): Stage {
  const keys = ["stage", "displayName", "dependsOn", "condition", "variables", "jobs"];
  const stage = mapping(value, keys, "a stage");
  const name = text(stage.stage, "the name of a stage");
  const jobs: Job[] = [];
  for (const job of list(stage.jobs, name))
    jobs.push(
      jobOf(
        job,
        jobs.map((one) => one.name),
        name,
      ),
    );
  if (jobs.length === 0) throw new Error(`${name} has no jobs.`);
  const last = before.at(-1);
  return {
    name,
    // Without dependsOn a stage follows the one before it.
    dependsOn:
      stage.dependsOn === undefined
        ? last === undefined
          ? []
          : [last]
        : dependenciesOf(stage.dependsOn, before, name),
    condition: optionalText(stage.condition, name),
    variables: variablesOf(stage.variables, name),
    jobs,
  };
}

/** What a pipeline would do: its stages, jobs and steps, with parameters and templates put in. */
export function planPipeline(file: string, parameters: Mapping = {}, instead: Instead = {}): Plan {
  const keys = ["trigger", "pr", "schedules", "pool", "lockBehavior", "variables", "stages"];
  const document = mapping(expandFile(file, parameters, instead), keys, file);
  const stages: Stage[] = [];
  for (const stage of list(document.stages, file))
    stages.push(
      stageOf(
        stage,
        stages.map((one) => one.name),
      ),
    );
  if (stages.length === 0) throw new Error(`${file} has no stages.`);
  return { variables: variablesOf(document.variables, file), stages };
}

/** Each list of steps of a plan, with where it is. */
export function stepListsOf({ stages }: Plan): { readonly where: string; readonly steps: Steps }[] {
  return stages.flatMap(({ name: stage, jobs }) =>
    jobs.flatMap((job) =>
      job.kind === "job"
        ? [{ where: `${stage}.${job.name}`, steps: job.steps }]
        : hookNames.flatMap((hook) => {
            const steps = job.hooks[hook];
            return steps === undefined ? [] : [{ where: `${stage}.${job.name}.${hook}`, steps }];
          }),
    ),
  );
}
