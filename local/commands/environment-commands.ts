import type { Command } from "commander";
import { environments } from "../../platform/deployment";
import { parseModelRef } from "../../platform/model-ref";
import type { CommandScope } from "../command-scope";
import { describeDeployments, describeRuns } from "../describe-status";
import { promoteRun } from "../lifecycle";
import { environmentOption, jsonOption, modelOption, portOption, runOption, wholeNumber } from "../options";
import type { RunRecord } from "../runs";
import { isInProduction, passedQa } from "../steps/approve-step";
import { loadStep, qaStep, smokeStep } from "../steps/release-steps";
import type { RunContext } from "../steps/step";
import type { ModelFlags, OpenCommand } from "./open-command";
import { openCommand, openRun, runAsCommand } from "./open-command";
import { serveUntilStopped, startServing } from "./serve";

interface EnvironmentFlags extends ModelFlags {
  readonly environment: string;
}

const packaged = {
  name: "run with a package",
  remedy: "Run `mlops package` first.",
  matches: (run: RunRecord) => run.release !== undefined,
};

/** The newest run that took a version through QA or, if none did, one that says what it lacks. */
async function runToPromote(command: OpenCommand, version: string | undefined): Promise<RunContext> {
  const { session, loaded } = command;
  if (version !== undefined) await session.registry.get(parseModelRef(version));
  const runs = await session.runs.list(loaded.definition.name);
  const tested = runs.find((run) => run.qa?.load !== undefined && run.version === (version ?? run.version));
  return openRun(command, tested?.id, {
    name: version === undefined ? "run with a version" : `run with ${version}`,
    remedy: "Run `mlops lifecycle` first.",
    matches: (run) => run.version !== undefined && run.version === (version ?? run.version),
  });
}

/** Releases what a run took through QA, unless production has it, and says where it serves. */
async function promote(context: RunContext, yes: boolean): Promise<void> {
  const { session, run, definition } = context;
  const already = run.release !== undefined && (await isInProduction(context, run.release));
  const ended = already ? run : await promoteRun(session, context, run, yes);
  const { url } = await session.deployer.status("prod", definition.name);
  const served =
    url === undefined ? "`mlops serve` serves it." : `It serves at ${url}; \`mlops stop\` ends it.`;
  if (already) session.output.result(ended, `${run.release?.model} is in production already. ${served}`);
  else
    session.output.result(ended, `\n${ended.explanation}${ended.outcome === "released" ? ` ${served}` : ""}`);
  if (!already && ended.outcome !== "released") process.exitCode = 1;
}

/** Deploys to production by hand, without the canary's analysis: weights are the operator's to set. */
async function deployToProduction(context: RunContext, weight: number): Promise<void> {
  const { session, definition } = context;
  const { name } = definition;
  const release = await passedQa(context);
  const { canary } = await session.deployer.status("prod", name);
  const traffic = { weight, shadow: 0 };
  const status =
    canary?.digest === release.digest
      ? await session.deployer.weight("prod", name, traffic)
      : await session.deployer.deploy("prod", release, traffic);
  session.output.result(status, describeDeployments([status]));
}

function addDeploy(program: Command, scope: CommandScope): void {
  program
    .command("deploy")
    .argument("[version]", "packaged version, name:version (default: the newest run's)")
    .description("put a packaged version into QA, or onto production's canary track with a weight")
    .addOption(modelOption())
    .addOption(environmentOption("qa"))
    .option("--weight <percent>", "production: share of requests the canary answers", wholeNumber(0, 100))
    .addOption(runOption())
    .addOption(portOption("the environment's"))
    .addOption(jsonOption())
    .action(
      async (version: string | undefined, flags: EnvironmentFlags & { weight?: number; port?: number }) => {
        const model = version === undefined ? flags.model : parseModelRef(version).name;
        const command = await openCommand(
          scope,
          { ...flags, model },
          { changes: "deployment", port: { of: flags.environment, number: flags.port } },
        );
        const context = await openRun(command, flags.run, {
          ...packaged,
          matches: (run) => run.release !== undefined && (version === undefined || run.version === version),
        });
        if (flags.environment === "qa") await runAsCommand(context, [qaStep]);
        else await deployToProduction(context, flags.weight ?? 0);
      },
    );
}

function addQaTests(program: Command, scope: CommandScope): void {
  for (const [step, description] of [
    [smokeStep, "test what QA serves: ready, right version, golden rows, misspelt feature refused"],
    [loadStep, "load QA with held-out rows and measure; exit 1 when a request fails"],
  ] as const) {
    program
      .command(step.name)
      .description(description)
      .addOption(modelOption())
      .addOption(runOption())
      .addOption(jsonOption())
      .action(async (flags: ModelFlags) => {
        const command = await openCommand(scope, flags, { changes: `${step.name} test` });
        await runAsCommand(await openRun(command, flags.run, packaged), [step]);
      });
  }
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
    .addOption(jsonOption())
    .action(async (version: string | undefined, flags: ModelFlags & { yes?: boolean; port?: number }) => {
      const model = version === undefined ? flags.model : parseModelRef(version).name;
      const command = await openCommand(
        scope,
        { ...flags, model },
        { changes: "promotion", port: { of: "prod", number: flags.port } },
      );
      await promote(await runToPromote(command, version), flags.yes ?? false);
    });
}

function addRollback(program: Command, scope: CommandScope): void {
  program
    .command("rollback")
    .description("take production's canary away; without one, go back to the version before")
    .addOption(modelOption())
    .addOption(environmentOption("prod"))
    .addOption(jsonOption())
    .action(async (flags: EnvironmentFlags) => {
      const { session } = await openCommand(scope, flags, { changes: "rollback" });
      const status = await session.deployer.rollback(flags.environment, flags.model);
      if (flags.environment === "prod" && status.stable)
        await session.registry.setAlias(parseModelRef(status.stable.model), "champion");
      session.output.result(status, describeDeployments([status]));
    });
}

function addStatus(program: Command, scope: CommandScope): void {
  program
    .command("status")
    .description("show what each environment serves, and the newest runs")
    .addOption(modelOption())
    .addOption(jsonOption())
    .action(async (flags: ModelFlags) => {
      const { session } = await openCommand(scope, flags);
      const deployments = await Promise.all(
        environments.map((environment) => session.deployer.status(environment, flags.model)),
      );
      const runs = (await session.runs.list(flags.model)).slice(0, 10);
      session.output.result(
        { deployments, runs },
        `${describeDeployments(deployments)}\n\n${describeRuns(runs)}`,
      );
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
        port: { of: "prod", number: flags.port },
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
      for (const environment of flags.environment === undefined ? environments : [flags.environment]) {
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
  addRollback(program, scope);
  addStatus(program, scope);
  addServe(program, scope);
  addStop(program, scope);
}
