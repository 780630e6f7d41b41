import type { Command } from "commander";
import { parseModelRef } from "../../platform/model-ref";
import type { CommandScope } from "../command-scope";
import { describeDeployments, describeRuns } from "../describe-status";
import { promoteRun } from "../lifecycle";
import { environmentOption, jsonOption, modelOption, portOption, runOption, wholeNumber } from "../options";
import { packageModel } from "../package";
import type { RunRecord } from "../runs";
import { loadStep, qaStep, smokeStep } from "../steps/release-steps";
import type { ModelFlags, OpenCommand } from "./open-command";
import { openCommand, openRun, runAsCommand } from "./open-command";
import { serveUntilStopped } from "./serve";

interface EnvironmentFlags extends ModelFlags {
  readonly environment: string;
}

const packaged = {
  name: "run with a package",
  remedy: "Run `mlops package` first.",
  matches: (run: RunRecord) => run.release !== undefined,
};

/** Deploys to production by hand, without the canary's analysis: weights are the operator's to set. */
async function deployToProduction(command: OpenCommand, version: string, weight: number): Promise<void> {
  const { session, loaded } = command;
  const { name, serving } = loaded.definition;
  const release = await packageModel(
    { registry: session.registry, packages: session.workspace.packages, serving },
    parseModelRef(version),
  );
  const { canary } = await session.deployer.status("prod", name);
  const traffic = { weight, shadow: 0 };
  const status =
    canary?.digest === release.digest
      ? await session.deployer.weight("prod", name, traffic)
      : await session.deployer.deploy("prod", release, traffic);
  session.output.result(status, describeDeployments([status]));
}

export function addEnvironmentCommands(program: Command, scope: CommandScope): void {
  program
    .command("deploy")
    .argument("[version]", "packaged version, name:version (default: the newest run's)")
    .description("put a packaged version into QA, or onto production's canary track with a weight")
    .addOption(modelOption())
    .addOption(environmentOption("qa"))
    .option("--weight <percent>", "production: share of requests the canary answers", wholeNumber(0, 100))
    .addOption(runOption())
    .addOption(portOption())
    .addOption(jsonOption())
    .action(
      async (version: string | undefined, flags: EnvironmentFlags & { weight?: number; port?: number }) => {
        const model = version === undefined ? flags.model : parseModelRef(version).name;
        const command = await openCommand(
          scope,
          { ...flags, model },
          { changes: "deployment", port: flags.port },
        );
        const context = await openRun(command, flags.run, {
          ...packaged,
          matches: (run) => run.release !== undefined && (version === undefined || run.version === version),
        });
        if (flags.environment === "qa") await runAsCommand(context, [qaStep]);
        else await deployToProduction(command, context.run.version ?? "", flags.weight ?? 0);
      },
    );

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
        { changes: "promotion", port: flags.port },
      );
      const { run } = await openRun(command, undefined, {
        name: version === undefined ? "run that waits for approval" : `run that released ${version} to QA`,
        remedy: "Run `mlops lifecycle`, or `mlops deploy`, `smoke` and `load`, first.",
        matches: (candidate) =>
          candidate.qa?.load !== undefined && (version === undefined || candidate.version === version),
      });
      const ended = await promoteRun(command.session, command.loaded, run, flags.yes ?? false);
      const status = await command.session.deployer.status("prod", model);
      const serving =
        ended.outcome === "released" && status.url !== undefined
          ? ` It serves at ${status.url}; \`mlops stop\` ends it.`
          : "";
      command.session.output.result(ended, `\n${ended.explanation}${serving}`);
      if (ended.outcome !== "released") process.exitCode = 1;
    });

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

  program
    .command("status")
    .description("show what each environment serves, and the newest runs")
    .addOption(modelOption())
    .addOption(jsonOption())
    .action(async (flags: ModelFlags) => {
      const { session } = await openCommand(scope, flags);
      const deployments = [
        await session.deployer.status("qa", flags.model),
        await session.deployer.status("prod", flags.model),
      ];
      const runs = (await session.runs.list(flags.model)).slice(0, 10);
      session.output.result(
        { deployments, runs },
        `${describeDeployments(deployments)}\n\n${describeRuns(runs)}`,
      );
    });

  program
    .command("serve")
    .description("serve what production holds until Ctrl-C")
    .addOption(modelOption())
    .addOption(portOption())
    .action(async (flags: ModelFlags & { port?: number }) => {
      const { session, loaded } = await openCommand(scope, flags, { attached: true, port: flags.port });
      await serveUntilStopped(session, loaded.definition, scope);
    });

  program
    .command("stop")
    .description("stop the processes of an environment; what is deployed stays recorded")
    .addOption(modelOption())
    .addOption(environmentOption("prod"))
    .addOption(jsonOption())
    .action(async (flags: EnvironmentFlags) => {
      const { session } = await openCommand(scope, flags, { changes: "stop" });
      const { url } = await session.deployer.status(flags.environment, flags.model);
      await session.deployer.stop(flags.environment, flags.model);
      const text =
        url === undefined
          ? `Nothing of ${flags.model} was serving in ${flags.environment}.`
          : `Stopped ${flags.model} in ${flags.environment}.`;
      session.output.result({ stopped: url !== undefined }, text);
    });
}
