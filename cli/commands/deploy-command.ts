import type { Command } from "commander";
import { PlatformError } from "../../platform/base/errors";
import { parseModelRef } from "../../platform/definition/model-ref";
import type { Traffic } from "../../platform/release/deployment";
import { readEnvironments } from "../../platform/release/environments";
import { requireNewer } from "../../deploy/rules/older-release";
import { serveAtOnce, setCanary } from "../../deploy/rules/set-canary";
import { openTarget, type TargetName } from "../session/target";
import type { CommandScope } from "./command-scope";
import { describeDeployments } from "../terminal/describe-status";
import {
  approvedByOption,
  environmentOption,
  jsonOption,
  modelOption,
  olderOption,
  portOption,
  reasonOption,
  requireReasonForOlder,
  requireTargetOptions,
  runOption,
  releaseOption,
  targetOption,
  wholeNumber,
} from "./options";
import { openCommand, type ModelFlags } from "./open-command";
import { approve, openRelease, runOnRelease } from "./release-run";

// Loaded where a verb runs: help and usage errors come without them.
const releaseFiles = () => require("./release-file") as typeof import("./release-file");
const releases = () => require("../steps/release-of-run") as typeof import("../steps/release-of-run");
const releaseSteps = () => require("../steps/release-steps") as typeof import("../steps/release-steps");

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
  readonly older?: boolean;
  readonly reason?: string;
}

/** `mlops deploy`. */
export function addDeploy(program: Command, scope: CommandScope): void {
  program
    .command("deploy")
    .argument("[version]", "packaged version, name:version (default: the newest run's)")
    .description(
      "put a packaged version into an environment that tests it, or onto production's canary track with a weight",
    )
    .addOption(modelOption())
    .addOption(environmentOption("training"))
    .option("--weight <percent>", "production: share of requests the canary answers", wholeNumber(0, 100))
    .addOption(runOption())
    .addOption(releaseOption())
    .addOption(approvedByOption())
    .addOption(olderOption())
    .addOption(reasonOption())
    .addOption(portOption("the environment's"))
    .addOption(targetOption())
    .option("--image <reference>", "Azure: scoring image of the version, pushed already, by its digest")
    .addOption(jsonOption())
    .action((version: string | undefined, flags: DeployFlags) => deploy(scope, version, flags));
}

/** The weight is the operator's to set: `mlops canary advance` takes the stages of the definition. */
const trafficOf = ({ weight = 0 }: DeployFlags): Traffic => ({ weight, shadow: 0 });

/** Deploys an image of which this machine has neither package nor run; nothing but its digest is recorded. */
async function deployImage(
  scope: CommandScope,
  flags: DeployFlags,
  version: string,
  image: string,
): Promise<void> {
  // Loaded on use: commands about this machine do without it.
  const { releaseOfImage } =
    require("../../deploy/azure/release-image") as typeof import("../../deploy/azure/release-image");
  const release = releaseOfImage(version, image);
  const { environment, target, reason: why } = flags;
  const model = parseModelRef(version).name;
  const { session } = await openCommand(scope, { ...flags, model }, { changes: "deployment" });
  const { deployer } = openTarget(session, target);
  const isProduction = environment === session.environments.production;
  if (isProduction) requireNewer(release, await deployer.status(environment, model), flags.older);
  const status = isProduction
    ? await setCanary(deployer, environment, { release, traffic: trafficOf(flags), why })
    : await serveAtOnce(deployer, environment, release);
  session.output.result(status, describeDeployments([status]));
}

/** Deploys the package of a run, or of a release that was handed over, with which the tests' results and the approval go on. */
async function deployPackage(
  scope: CommandScope,
  flags: DeployFlags,
  version: string | undefined,
): Promise<void> {
  const { environment, image, port: number, release: file, reason: why } = flags;
  const port = { of: environment, number };
  const context = await openRelease(scope, flags, { changes: "deployment", port, version });
  const { run, session, target } = context;
  if (image !== undefined) run.release = { ...releases().releaseOf(context), image };
  if (environment !== session.environments.production)
    return runOnRelease(context, [releaseSteps().deployStep(environment)], file);
  const release = await releases().passedTests(context);
  await releases().requireNewerVersion({ ...context, older: flags.older ?? false });
  await approve(context, flags);
  const status = await setCanary(target.deployer, environment, {
    release,
    traffic: trafficOf(flags),
    why,
  });
  session.output.result(status, describeDeployments([status]));
  await session.runs.save(run);
  if (file !== undefined) await releaseFiles().writeReleaseFile(file, run);
}

/** Throws USAGE for an option that means nothing in an environment that tests: it would be taken for done. */
function requireProductionForOptions({ environment, weight, older, approvedBy }: DeployFlags): void {
  const { production } = readEnvironments();
  if (environment === production) return;
  const given = Object.entries({ weight, older, "approved-by": approvedBy })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => `--${name}`);
  if (given.length === 0) return;
  throw new PlatformError(
    "USAGE",
    `${given.join(", ")}: only of ${production}, and this is ${environment}, where a version takes all requests at once. Leave it out, or name --environment ${production}.`,
  );
}

async function deploy(scope: CommandScope, version: string | undefined, flags: DeployFlags): Promise<void> {
  const { image, release, run } = flags;
  requireTargetOptions(flags);
  requireProductionForOptions(flags);
  requireReasonForOlder(flags);
  if (release !== undefined && (version ?? image ?? run) !== undefined) {
    throw new PlatformError(
      "USAGE",
      "--release says which version, run and image are deployed. Expected it alone, or those. Leave out one of them.",
    );
  }
  if (version !== undefined && image !== undefined) await deployImage(scope, flags, version, image);
  else await deployPackage(scope, flags, version);
}
