import type { Command } from "commander";
import { readEnvironments } from "../../platform/release/environments";
import type { Target } from "../../platform/release/target";
import { statusOfAll } from "../../deploy/rules/status-of-all";
import { parseModelRef } from "../../platform/definition/model-ref";
import type { CommandScope } from "./command-scope";
import { describeDeployments, describeRuns } from "../terminal/describe-status";
import { promoteRun } from "../steps/lifecycle";
import {
  environmentOption,
  jsonOption,
  modelOption,
  portOption,
  releaseOption,
  requireTargetOptions,
  runOption,
  targetOption,
  testEnvironmentOption,
} from "./options";
import { crown, findUntested, isInProduction } from "../steps/release-of-run";
import { loadStep, smokeStep, verifyStep } from "../steps/release-steps";
import type { RunContext, Step } from "../steps/step";
import type { RunRecord } from "../runs/runs";
import { openTarget } from "../session/target";
import { addCanary } from "./canary-commands";
import { addDeploy, type EnvironmentFlags, type TargetFlags } from "./deploy-command";
import type { ModelFlags, OpenCommand } from "./open-command";
import { openCommand, openRun } from "./open-command";
import { openRelease, runOnRelease, type ReleaseFlags } from "./release-run";
import { serveUntilStopped, startServing } from "./serve-command";

/** The newest run that took a version through QA or, if none did, one that says what it lacks. */
async function runToPromote(
  command: OpenCommand,
  version: string | undefined,
  target: Target,
): Promise<RunContext> {
  const { session, loaded } = command;
  if (version !== undefined) await session.registry.get(parseModelRef(version));
  const runs = await session.runs.list(loaded.definition.name);
  const tested = runs.find(
    ({ release, tests, version: own }) =>
      release !== undefined &&
      findUntested(session.environments.testing, tests, release.digest) === undefined &&
      own === (version ?? own),
  );
  const what = {
    name: version === undefined ? "run with a version" : `run with ${version}`,
    remedy: "Run `mlops lifecycle` first.",
    matches: (run: RunRecord) => run.version !== undefined && run.version === (version ?? run.version),
  };
  return openRun(command, tested?.id, what, target);
}

/** Where a release serves, and how that ends. */
function describeServing(url: string | undefined, { hasClients }: Target): string {
  if (url === undefined) return "`mlops serve` serves it.";
  return hasClients ? `It serves at ${url}.` : `It serves at ${url}; \`mlops stop\` ends it.`;
}

/** Releases what a run took through QA, unless production has it, and says where it serves. */
async function promote(context: RunContext): Promise<void> {
  const { session, run, definition, target } = context;
  const already = run.release !== undefined && (await isInProduction(context, run.release));
  const ended = already ? run : await promoteRun(context);
  const { url } = await target.deployer.status(session.environments.production, definition.name);
  const served = describeServing(url, target);
  if (already) session.output.result(ended, `${run.release?.model} is in production already. ${served}`);
  else
    session.output.result(ended, `\n${ended.explanation}${ended.outcome === "released" ? ` ${served}` : ""}`);
  if (!already && ended.outcome !== "released") process.exitCode = 1;
}

function addQaTests(program: Command, scope: CommandScope): void {
  const test = (name: string, step: (environment: string) => Step, description: string): Command =>
    program
      .command(name)
      .description(description)
      .addOption(modelOption())
      .addOption(runOption())
      .addOption(releaseOption())
      .addOption(targetOption())
      .addOption(jsonOption())
      .action(async (flags: ReleaseFlags & { environment: string }) => {
        const context = await openRelease(scope, flags, { changes: `${name} test` });
        const { production } = context.session.environments;
        const asked = flags.environment === production ? verifyStep : step(flags.environment);
        await runOnRelease(context, [asked], flags.release);
      });
  const whatServes = "test what serves: ready, right version, golden rows, misspelt feature refused";
  test("smoke", (environment) => smokeStep(environment), whatServes).addOption(environmentOption("training"));
  const underLoad = "load QA with held-out rows and measure; exit 1 when a request fails";
  test("load", (environment) => loadStep(environment), underLoad).addOption(testEnvironmentOption());
}

function addPromote(program: Command, scope: CommandScope): void {
  program
    .command("promote")
    .argument(
      "[version]",
      "version that passed QA, name:version (default: the newest that waits for approval)",
    )
    .description("approve a version that passed QA and release it to production through the canary")
    .addOption(modelOption())
    .option("--yes", "approve without asking")
    .addOption(portOption())
    .addOption(targetOption())
    .addOption(jsonOption())
    .action(async (version: string | undefined, flags: TargetFlags & { yes?: boolean; port?: number }) => {
      requireTargetOptions(flags);
      const model = version === undefined ? flags.model : parseModelRef(version).name;
      const command = await openCommand(
        scope,
        { ...flags, model },
        { changes: "promotion", port: { of: readEnvironments().production, number: flags.port } },
      );
      const target = openTarget(command.session, flags.target);
      await promote({ ...(await runToPromote(command, version, target)), yes: flags.yes ?? false });
    });
}

function addRollback(program: Command, scope: CommandScope): void {
  program
    .command("rollback")
    .description("take production's canary away; without one, go back to the version before")
    .addOption(modelOption())
    .addOption(environmentOption("production"))
    .addOption(targetOption())
    .addOption(jsonOption())
    .action(async (flags: EnvironmentFlags) => {
      const { session } = await openCommand(scope, flags, { changes: "rollback" });
      const { deployer } = openTarget(session, flags.target);
      const status = await deployer.rollback(flags.environment, flags.model);
      if (flags.environment === session.environments.production && status.stable)
        await crown(session, status.stable.model);
      session.output.result(status, describeDeployments([status]));
    });
}

function addStatus(program: Command, scope: CommandScope): void {
  program
    .command("status")
    .description("show what each environment serves, and the newest runs")
    .addOption(modelOption())
    .addOption(targetOption())
    .addOption(jsonOption())
    .action(async (flags: TargetFlags) => {
      const { session } = await openCommand(scope, flags);
      const { deployments, missing } = await statusOfAll(
        openTarget(session, flags.target).deployer,
        flags.model,
        session.environments.names,
      );
      const runs = (await session.runs.list(flags.model)).slice(0, 10);
      const texts = [
        describeDeployments(deployments),
        ...missing.map(({ message }) => message),
        describeRuns(runs),
      ];
      session.output.result({ deployments, runs }, texts.join("\n\n"));
    });
}

function addServe(program: Command, scope: CommandScope): void {
  program
    .command("serve")
    .description("serve what production holds until Ctrl-C")
    .addOption(modelOption())
    .addOption(portOption())
    .addOption(jsonOption())
    .action(async (flags: ModelFlags & { port?: number }) => {
      const { session, loaded } = await openCommand(scope, flags, {
        attached: true,
        port: { of: readEnvironments().production, number: flags.port },
      });
      const serving = await startServing(session, loaded.definition);
      session.output.result(serving);
      await serveUntilStopped(serving, session, scope);
    });
}

function addStop(program: Command, scope: CommandScope): void {
  program
    .command("stop")
    .description("stop the processes of the environments; what is deployed stays recorded")
    .addOption(modelOption())
    .addOption(environmentOption(undefined, "only this one"))
    .addOption(jsonOption())
    .action(async (flags: ModelFlags & { environment?: string }) => {
      const { session } = await openCommand(scope, flags, { changes: "stop" });
      const stopped = [];
      for (const environment of flags.environment === undefined
        ? session.environments.names
        : [flags.environment]) {
        const { url } = await session.deployer.status(environment, flags.model);
        if (url !== undefined) stopped.push(environment);
        await session.deployer.stop(environment, flags.model);
      }
      const where = flags.environment === undefined ? "" : ` in ${flags.environment}`;
      session.output.result(
        { stopped },
        stopped.length === 0
          ? `Nothing of ${flags.model} was serving${where}.`
          : `Stopped ${flags.model} in ${stopped.join(" and ")}.`,
      );
    });
}

/** Verbs that put versions into environments, and show and stop what serves. */
export function addEnvironmentCommands(program: Command, scope: CommandScope): void {
  addDeploy(program, scope);
  addQaTests(program, scope);
  addPromote(program, scope);
  addCanary(program, scope);
  addRollback(program, scope);
  addStatus(program, scope);
  addServe(program, scope);
  addStop(program, scope);
}
