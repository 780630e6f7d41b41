import { spawn } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { isMapping, mapping, text, type Mapping } from "./expand-pipeline";

/** Tasks that bring tools or show results; a test has the tools, and looks at the results itself. */
const skippedTasks = [
  "UseNode@1",
  "Cache@2",
  "KubeloginInstaller@0",
  "PublishTestResults@2",
  "PublishCodeCoverageResults@2",
];

/** The one script that is always there already: the packages of the repository. */
const installed = "npm ci";

/** An agent at work on a job: its folder, its variables, and where the run keeps artifacts. */
export interface Agent {
  /** Folder of the checked-out commit. */
  readonly repository: string;
  /** The agent's own folder, empty at the start of each job. */
  readonly workspace: string;
  /** Folder of the run's artifacts. */
  readonly artifacts: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Names of variables that are not in the environment unless a step maps them. */
  readonly secrets: readonly string[];
  /** Of the process, beside the variables. */
  readonly env: NodeJS.ProcessEnv;
  /** Whether a script is one that the test does not run, but takes as done. */
  readonly stubbed: (script: string) => boolean;
  readonly stepTimeoutMs: number;
  /**
   * Ends a step by force while it runs, once this is so; it gets what the step has printed. A script of AzureCLI@2 gets no signal before it,
   * unlike that of a task whose process is the script's.
   */
  readonly endsAt?: { readonly step: string; readonly when: (output: string) => boolean };
}

export interface StepResult {
  readonly name: string;
  readonly result: "succeeded" | "failed" | "skipped" | "canceled";
  /** What was run, if something was; a script that was stubbed was not. */
  readonly script?: string;
  readonly output: string;
}

/** `$(name)` replaced; variables may name others. */
function expandMacros(value: string, variables: Readonly<Record<string, string>>, depth = 5): string {
  const expanded = value.replaceAll(/\$\(([\w. -]+)\)/g, (_, name: string) => {
    const found = variables[name];
    if (found === undefined) throw new Error(`$(${name}) in "${value}" is no variable here.`);
    return found;
  });
  if (expanded === value || depth === 0) return expanded;
  return expandMacros(expanded, variables, depth - 1);
}

function environmentOf({ variables, secrets, env, workspace }: Agent, own: Mapping): NodeJS.ProcessEnv {
  const named = Object.entries(variables)
    .filter(([name]) => !secrets.includes(name))
    .map(([name, value]) => [name.toUpperCase().replaceAll(/[. ]/g, "_"), expandMacros(value, variables)]);
  const mapped = Object.entries(own).map(([name, value]) => [
    name,
    expandMacros(text(value, name), variables),
  ]);
  const given = Object.fromEntries([...named, ...mapped]) as Record<string, string>;
  // Azure DevOps itself: nobody answers there, unless the test says where somebody does.
  const service = { SYSTEM_COLLECTIONURI: "http://127.0.0.1:9/", SYSTEM_TEAMPROJECT: "shop" };
  return { ...service, ...env, TF_BUILD: "True", HOME: workspace, ...given };
}

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly byForce: boolean;
}

function runScript(agent: Agent, { name, line: script, own }: Script): Promise<Ended> {
  if (/\$\(|\$\{\{/.test(script))
    throw new Error(`"${script}" is not constant: pass values by the environment.`);
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["--noprofile", "--norc", "-c", script], {
      cwd: agent.repository,
      env: environmentOf(agent, own),
      stdio: ["ignore", "pipe", "pipe"],
      timeout: agent.stepTimeoutMs,
      // A group of its own: an agent ends a step with all that it has started.
      detached: agent.endsAt !== undefined,
    });
    let output = "";
    let byForce = false;
    const { endsAt } = agent;
    const watch = setInterval(() => {
      if (byForce || endsAt?.step !== name || child.pid === undefined || !endsAt.when(output)) return;
      byForce = true;
      process.kill(-child.pid, "SIGKILL");
    }, 20);
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(watch);
      resolve({ code: code ?? 1, output, byForce });
    });
  });
}

interface Script {
  readonly name: string;
  readonly line: string;
  readonly own: Mapping;
}

async function script(agent: Agent, step: Script): Promise<StepResult> {
  const { name, line } = step;
  if (line === installed || agent.stubbed(line)) return { name, result: "succeeded", output: "" };
  const { code, output, byForce } = await runScript(agent, step);
  const result = byForce ? "canceled" : code === 0 ? "succeeded" : "failed";
  return { name, result, script: line, output };
}

/** Copies a file, or what is in a folder; what is not there is a failed step, as with the real tasks. */
function copy(from: string, to: string, name: string): StepResult {
  if (!existsSync(from)) return { name, result: "failed", output: `There is no ${from}.` };
  mkdirSync(to, { recursive: true });
  if (statSync(from).isDirectory()) cpSync(from, to, { recursive: true });
  else copyFileSync(from, path.join(to, path.basename(from)));
  return { name, result: "succeeded", output: "" };
}

function task(agent: Agent, name: string, step: Mapping): Promise<StepResult> | StepResult {
  const kind = text(step.task, name);
  if (skippedTasks.includes(kind)) return { name, result: "succeeded", output: "" };
  const own = isMapping(step.env) ? step.env : {};
  if (kind === "AzureCLI@2") {
    const keys = ["azureSubscription", "scriptType", "scriptLocation", "inlineScript", "keepAzSessionActive"];
    const { inlineScript, azureSubscription } = mapping(step.inputs, keys, name);
    text(azureSubscription, `${name}: azureSubscription`);
    return script(agent, { name, line: text(inlineScript, name), own });
  }
  if (kind === "DownloadPipelineArtifact@2") {
    const { artifactName, targetPath } = mapping(step.inputs, ["artifactName", "targetPath"], name);
    // Without a name all of them, each in a folder of its own.
    const from = artifactName === undefined ? "" : text(artifactName, name);
    return copy(
      path.join(agent.artifacts, from),
      expandMacros(text(targetPath, name), agent.variables),
      name,
    );
  }
  throw new Error(`${name}: this runner does not know the task ${kind}.`);
}

const common = ["displayName", "condition", "env", "retryCountOnTaskFailure"];

/** Does one step as an agent would. A step that it does not know is an error, not a failure. */
export async function runStep(agent: Agent, step: Mapping): Promise<StepResult> {
  const first = Object.keys(step).find((key) =>
    ["checkout", "script", "task", "publish", "download"].includes(key),
  );
  if (first === undefined) throw new Error(`This runner does not know the step ${JSON.stringify(step)}.`);
  const own: Record<string, readonly string[]> = {
    checkout: ["fetchDepth"],
    task: ["inputs"],
    publish: ["artifact"],
  };
  mapping(step, [first, ...(own[first] ?? []), ...common], `the step ${JSON.stringify(step)}`);
  const name = expandMacros(text(step.displayName ?? step[first], first), agent.variables);
  const value = text(step[first], name);
  if (first === "script") return script(agent, { name, line: value, own: (step.env ?? {}) as Mapping });
  if (first === "task") return task(agent, name, step);
  if (first === "publish") {
    const artifact = expandMacros(text(step.artifact, name), agent.variables);
    const to = path.join(agent.artifacts, artifact);
    if (existsSync(to)) throw new Error(`${name}: the artifact ${artifact} is there already.`);
    return copy(expandMacros(value, agent.variables), to, name);
  }
  const expected = first === "checkout" ? "self" : "none";
  if (value !== expected) throw new Error(`${name}: ${first} ${value} is not known to this runner.`);
  return { name, result: "succeeded", output: "" };
}
