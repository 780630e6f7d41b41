import type { Command } from "commander";
import { PlatformError } from "../../platform/base/errors";
import { parseModelRef } from "../../platform/definition/model-ref";
import type { CommandScope } from "./command-scope";
import { describeDeployments } from "../terminal/describe-status";
import {
  environmentOption,
  jsonOption,
  modelOption,
  portOption,
  runOption,
  releaseOption,
  type TargetName,
  targetOption,
  wholeNumber,
} from "./options";
import { writeReleaseFile } from "./release-file";
import { passedQa } from "../steps/approve-step";
import { qaStep, releaseOf } from "../steps/release-steps";
import type { RunContext } from "../steps/step";
import { deployToAzure, openAzureDeployer, releaseOfImage } from "./azure-commands";
import type { ModelFlags } from "./open-command";
import { openCommand, openRun, runAsCommand } from "./open-command";
import { openRelease, packaged, runOnRelease } from "./release-run";

/** Flags of a command that knows more than one place for environments. */
export interface TargetFlags extends ModelFlags {
  readonly target: TargetName;
}

export interface EnvironmentFlags extends TargetFlags {
  readonly environment: string;
}

interface DeployFlags extends EnvironmentFlags {
  readonly weight?: number;
  readonly image?: string;
  readonly port?: number;
  readonly release?: string;
  readonly approvedBy?: string;
}

/** Deploys to production by hand, without the canary's analysis: weights are the operator's to set. */
async function deployToProduction(context: RunContext, weight: number): Promise<void> {
  const { session, definition, target } = context;
  const { deployer } = target;
  const { name } = definition;
  const release = await passedQa(context);
  const { canary } = await deployer.status("prod", name);
  const traffic = { weight, shadow: 0 };
  const status =
    canary?.digest === release.digest
      ? await deployer.weight("prod", name, traffic)
      : await deployer.deploy("prod", release, traffic);
  session.output.result(status, describeDeployments([status]));
}

/** `mlops deploy`. */
export function addDeploy(program: Command, scope: CommandScope): void {
  program
    .command("deploy")
    .argument("[version]", "packaged version, name:version (default: the newest run's)")
    .description("put a packaged version into QA, or onto production's canary track with a weight")
    .addOption(modelOption())
    .addOption(environmentOption("qa"))
    .option("--weight <percent>", "production: share of requests the canary answers", wholeNumber(0, 100))
    .addOption(runOption())
    .addOption(releaseOption())
    .option("--approved-by <who>", "production: who has approved the release, to be recorded")
    .addOption(portOption("the environment's"))
    .addOption(targetOption())
    .option("--image <reference>", "Azure: scoring image of the version, pushed already, by its digest")
    .addOption(jsonOption())
    .action((version: string | undefined, flags: DeployFlags) => deploy(scope, version, flags));
}

/** Who has said yes, for the run's record. */
function approve({ run }: RunContext, approvedBy: string | undefined): void {
  if (approvedBy !== undefined) run.approval = { by: approvedBy, at: new Date().toISOString() };
}

/** Deploys a release that was handed over; what QA shows of it, and who approved it, go on with it. */
async function deployRelease(scope: CommandScope, flags: DeployFlags, file: string): Promise<void> {
  const { environment, weight = 0, port: number, approvedBy } = flags;
  const port = { of: environment, number };
  const context = await openRelease(scope, flags, { changes: "deployment", port });
  if (environment === "qa") return runOnRelease(context, [qaStep], file);
  approve(context, approvedBy);
  await deployToProduction(context, weight);
  await context.session.runs.save(context.run);
  await writeReleaseFile(file, context.run);
}

async function deploy(scope: CommandScope, version: string | undefined, flags: DeployFlags): Promise<void> {
  const { environment, target, image, weight = 0, port: number, release: file } = flags;
  requireTarget(flags);
  if (file !== undefined && (version ?? image ?? flags.run) === undefined)
    return deployRelease(scope, flags, file);
  if (file !== undefined) {
    throw new PlatformError(
      "USAGE",
      "--release says which version, run and image are deployed. Expected it alone, or those. Leave out one of them.",
    );
  }
  const model = version === undefined ? flags.model : parseModelRef(version).name;
  const command = await openCommand(
    scope,
    { ...flags, model },
    { changes: "deployment", port: { of: environment, number } },
  );
  const context = (): Promise<RunContext> =>
    openRun(command, flags.run, {
      ...packaged,
      matches: (run) => run.release !== undefined && (version === undefined || run.version === version),
    });
  if (target === "azure") {
    const { session } = command;
    const release =
      version !== undefined && image !== undefined
        ? releaseOfImage(version, image)
        : { ...releaseOf(await context()), ...(image !== undefined && { image }) };
    const status = await deployToAzure(openAzureDeployer(session), release, { environment, weight });
    session.output.result(status, describeDeployments([status]));
  } else if (environment === "qa") await runAsCommand(await context(), [qaStep]);
  else {
    const opened = await context();
    approve(opened, flags.approvedBy);
    await deployToProduction(opened, weight);
    await opened.session.runs.save(opened.run);
  }
}

/** Options that mean nothing at a target are refused there. */
export function requireTarget({ target, image, port }: Partial<DeployFlags>): void {
  if (target === "azure" && port !== undefined) {
    throw new PlatformError(
      "USAGE",
      "--port is for gateways on this machine. Leave it out with --target azure.",
    );
  }
  if (target !== "azure" && image !== undefined) {
    throw new PlatformError(
      "USAGE",
      "--image is for environments in Azure. Add --target azure, or leave it out.",
    );
  }
}
