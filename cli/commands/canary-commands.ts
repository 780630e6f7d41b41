import type { Command } from "commander";
import type { CommandScope } from "./command-scope";
import { describeDeployments } from "../terminal/describe-status";
import {
  approvalOfRunOption,
  approvedByOption,
  jsonOption,
  modelOption,
  olderOption,
  reasonOption,
  releaseOption,
  requireReasonForOlder,
  runOption,
  targetOption,
  wholeNumber,
} from "./options";
import { defaultStageMinutes } from "../steps/stage-minutes";
import type { RunContext } from "../steps/step";
import { approve, openRelease, runOnRelease, type ApprovalFlags, type ReleaseFlags } from "./release-run";

// Loaded where a verb runs: help and usage errors come without them.
const canaries = () =>
  require("../../deploy/rules/canary-release") as typeof import("../../deploy/rules/canary-release");
const promotion = () =>
  require("../../deploy/rules/promote-canary") as typeof import("../../deploy/rules/promote-canary");
const canarySteps = () => require("../steps/canary-step") as typeof import("../steps/canary-step");
const releases = () => require("../steps/release-of-run") as typeof import("../steps/release-of-run");
const releaseSteps = () => require("../steps/release-steps") as typeof import("../steps/release-steps");

interface CanaryFlags extends ReleaseFlags, ApprovalFlags {
  readonly minutes: number;
  readonly yes?: boolean;
  readonly older?: boolean;
  readonly unlock?: boolean;
}

/** All stages that are left; a pipeline may call it again, on whatever machine. */
async function advance(context: RunContext, flags: CanaryFlags) {
  const { minutes, release: file } = flags;
  await releases().passedTests(context);
  if (!(await releases().isInProduction(context, releases().releaseOf(context))))
    await releases().requireNewerVersion(context);
  await approve(context, flags);
  await runOnRelease(context, [canarySteps().releaseStepWithin(minutes), releaseSteps().verifyStep], file);
  if (context.run.outcome !== "released") process.exitCode = 1;
}

async function analyse(context: RunContext, { minutes }: CanaryFlags): Promise<void> {
  const { session, run, definition, target } = context;
  const status = await target.deployer.status(session.environments.production, definition.name);
  const { weight, shadow } = promotion().requireCanary(status, releases().releaseOf(context));
  const stage = await canaries().analyseCanary(await canarySteps().canaryAnalysisOf(context, minutes), {
    weight,
    shadow,
  });
  run.canary = [...(run.canary ?? []), stage];
  session.output.result(stage, canarySteps().describeStage(stage));
  if (stage.verdict !== "advance") process.exitCode = 1;
}

async function promote(context: RunContext, { yes = false, reason }: CanaryFlags): Promise<void> {
  const { session, run, definition, target } = context;
  const release = releases().releaseOf(context);
  // After a crash between the two halves of a promotion, only the second is missing.
  const isDone = await releases().isInProduction(context, release);
  if (!isDone) await releases().requireNewerVersion(context);
  const status = isDone
    ? await target.deployer.status(session.environments.production, definition.name)
    : await promotion().promoteCanary(target.deployer, session.environments.production, {
        ...(await canarySteps().judgingOf(context)),
        release,
        force: yes,
        why: reason,
      });
  await releases().crown(session, release.model);
  Object.assign(run, { outcome: "released", explanation: `${release.model} is in production.` });
  session.output.result(status, describeDeployments([status]));
}

async function rollBack(context: RunContext, { reason, unlock = false }: CanaryFlags): Promise<void> {
  const { session, run, target } = context;
  const release = releases().releaseOf(context);
  const { deployer } = target;
  const { production: environment } = session.environments;
  if (unlock) await target.unlock(environment);
  const taken = await canaries().takeCanaryAway({ deployer, environment, release }, reason);
  const explanation = taken
    ? `${release.model} was rolled back; production stays as it was.`
    : `${release.model} is not production's canary. Nothing was changed.`;
  if (taken) Object.assign(run, { outcome: "rolled-back", explanation });
  session.output.result({ rolledBack: taken }, explanation);
}

/** `mlops canary`: takes a release through the stages of its definition, or a canary's steps one at a time. */
export function addCanary(program: Command, scope: CommandScope): void {
  const canary = program.command("canary").description("judge production's canary, and let it stay or go");
  const verb = (
    name: string,
    description: string,
    run: (context: RunContext, flags: CanaryFlags) => Promise<void>,
  ) =>
    canary
      .command(name)
      .description(description)
      .addOption(modelOption())
      .addOption(releaseOption())
      .addOption(runOption())
      .addOption(targetOption())
      .addOption(jsonOption())
      .action(async (flags: CanaryFlags) => {
        requireReasonForOlder(flags);
        const { older = false } = flags;
        const context = { ...(await openRelease(scope, flags, { changes: `canary ${name}` })), older };
        try {
          await run(context, flags);
        } finally {
          await context.session.runs.save(context.run);
          await context.close();
        }
      });
  const minutes = [
    "--minutes <number>",
    "in Azure: longest wait at a stage for clients' requests, four times as long at the last; this machine sends its own",
    wholeNumber(1, 1440),
    defaultStageMinutes,
  ] as const;
  verb(
    "advance",
    "take an approved release through the remaining stages of its definition to all requests; exit 1 when it was rolled back",
    advance,
  )
    .option(...minutes)
    .addOption(approvedByOption())
    .addOption(olderOption())
    .addOption(approvalOfRunOption())
    .addOption(reasonOption());
  verb("analyse", "compare the canary with stable; exit 0 to go on, 1 to roll back", analyse).option(
    ...minutes,
  );
  verb("promote", "give the canary all requests now, and make it the champion", promote)
    .option("--yes", "without looking at what was seen of the canary")
    .addOption(olderOption())
    .addOption(reasonOption());
  verb("rollback", "take the canary away, if the release still is one", rollBack)
    .option(
      "--unlock",
      "in Azure: first free production of the lock of an update that was ended by force; nobody else may be updating it",
    )
    .addOption(reasonOption());
}
