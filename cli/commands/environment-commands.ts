import type { Command } from "commander";
import { readEnvironments } from "../../platform/release/environments";
import { measuredVersions } from "../../platform/registry/measured-versions";
import { requireLeaving } from "../../deploy/rules/leaving-version";
import { statusOfAll } from "../../deploy/rules/status-of-all";
import type { CommandScope } from "./command-scope";
import { placeOf } from "../../platform/release/place";
import { describeStandstill } from "../terminal/describe-standstill";
import { describeDeployments, describeRuns } from "../terminal/describe-status";
import {
  environmentOption,
  jsonOption,
  modelOption,
  portOption,
  reasonOption,
  releaseOption,
  runOption,
  targetOption,
  testEnvironmentOption,
} from "./options";
import type { Step } from "../steps/step";
import { openTarget } from "../session/target";
import { addCanary } from "./canary-commands";
import { addDeploy, type EnvironmentFlags, type TargetFlags } from "./deploy-command";
import { openCommand, type ModelFlags } from "./open-command";
import { addRelease } from "./release-command";
import { openRelease, runOnRelease, type ReleaseFlags } from "./release-run";

// Loaded where a verb runs: help and usage errors come without them.
const releases = () => require("../steps/release-of-run") as typeof import("../steps/release-of-run");
const releaseSteps = () => require("../steps/release-steps") as typeof import("../steps/release-steps");
const serving = () => require("./serve-command") as typeof import("./serve-command");

function addTests(program: Command, scope: CommandScope): void {
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
        const asked = flags.environment === production ? releaseSteps().verifyStep : step(flags.environment);
        await runOnRelease(context, [asked], flags.release);
      });
  const whatServes = "test what serves: ready, right version, golden rows, misspelt feature refused";
  test("smoke", (environment) => releaseSteps().smokeStep(environment), whatServes).addOption(
    environmentOption("training"),
  );
  const underLoad =
    "load what is deployed with rows that it was not trained on, and measure; exit 1 when a request fails";
  test("load", (environment) => releaseSteps().loadStep(environment), underLoad).addOption(
    testEnvironmentOption(),
  );
}

function addRollback(program: Command, scope: CommandScope): void {
  program
    .command("rollback")
    .description("take production's canary away; without one, go back to the version before")
    .addOption(modelOption())
    .addOption(environmentOption("production"))
    .option("--of <version>", "only if it is this version, name:version, that is taken away")
    .addOption(reasonOption())
    .addOption(targetOption())
    .addOption(jsonOption())
    .action(async (flags: EnvironmentFlags & { readonly of?: string; readonly reason?: string }) => {
      const { session } = await openCommand(scope, flags, { changes: "rollback" });
      const { deployer } = openTarget(session, flags.target);
      if (flags.of !== undefined)
        requireLeaving(await deployer.status(flags.environment, flags.model), flags.of);
      const status = await deployer.rollback(flags.environment, flags.model, flags.reason);
      if (flags.environment === session.environments.production && status.stable)
        await releases().crown(session, status.stable.model);
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
      const measured = await measuredVersions(session.registry, flags.model);
      const { production } = session.environments;
      const standstills = deployments
        .filter(({ environment }) => environment === production)
        .map((status) => describeStandstill(status, placeOf(flags.target)))
        .filter((text) => text !== undefined);
      const texts = [
        [describeDeployments(deployments, measured), ...standstills].join("\n"),
        ...missing.map(({ message }) => message),
        describeRuns(runs, measured),
      ];
      session.output.result({ deployments, runs, measured }, texts.join("\n\n"));
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
      const { startServing, serveUntilStopped } = serving();
      const served = await startServing(session, loaded.definition);
      session.output.result(served);
      await serveUntilStopped(served, session, scope);
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
  addTests(program, scope);
  addRelease(program, scope);
  addCanary(program, scope);
  addRollback(program, scope);
  addStatus(program, scope);
  addServe(program, scope);
  addStop(program, scope);
}
