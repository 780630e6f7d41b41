import type { Command } from "commander";
import { analyseCanary, takeCanaryAway } from "../../deploy/rules/canary-release";
import { promoteCanary, requireCanary } from "../../deploy/rules/promote-canary";
import type { CommandScope } from "./command-scope";
import { describeDeployments } from "../terminal/describe-status";
import {
  approvedByOption,
  jsonOption,
  modelOption,
  releaseOption,
  runOption,
  targetOption,
  wholeNumber,
} from "./options";
import {
  canaryAnalysisOf,
  defaultStageMinutes,
  describeStage,
  judgingOf,
  releaseStepWithin,
} from "../steps/canary-step";
import { crown, isInProduction, passedQa, releaseOf } from "../steps/release-of-run";
import { verifyStep } from "../steps/release-steps";
import type { RunContext } from "../steps/step";
import { approve, openRelease, runOnRelease, type ReleaseFlags } from "./release-run";

interface CanaryFlags extends ReleaseFlags {
  readonly minutes: number;
  readonly approvedBy?: string;
  readonly yes?: boolean;
}

/** All stages that are left; a pipeline may call it again, on whatever machine. */
async function advance(context: RunContext, { minutes, approvedBy, release: file }: CanaryFlags) {
  await passedQa(context);
  approve(context.run, approvedBy);
  await runOnRelease(context, [releaseStepWithin(minutes), verifyStep], file);
  if (context.run.outcome !== "released") process.exitCode = 1;
}

async function analyse(context: RunContext, { minutes }: CanaryFlags): Promise<void> {
  const { session, run, definition, target } = context;
  const status = await target.deployer.status(session.environments.production, definition.name);
  const { weight, shadow } = requireCanary(status, releaseOf(context));
  const stage = await analyseCanary(await canaryAnalysisOf(context, minutes), { weight, shadow });
  run.canary = [...(run.canary ?? []), stage];
  session.output.result(stage, describeStage(stage));
  if (stage.verdict !== "advance") process.exitCode = 1;
}

async function promote(context: RunContext, { yes = false }: CanaryFlags): Promise<void> {
  const { session, run, definition, target } = context;
  const release = releaseOf(context);
  // After a crash between the two halves of a promotion, only the second is missing.
  const status = (await isInProduction(context, release))
    ? await target.deployer.status(session.environments.production, definition.name)
    : await promoteCanary(target.deployer, session.environments.production, {
        ...(await judgingOf(context)),
        release,
        force: yes,
      });
  await crown(session, release.model);
  Object.assign(run, { outcome: "released", explanation: `${release.model} is in production.` });
  session.output.result(status, describeDeployments([status]));
}

async function rollBack(context: RunContext): Promise<void> {
  const { session, run, target } = context;
  const release = releaseOf(context);
  const taken = await takeCanaryAway({
    deployer: target.deployer,
    environment: session.environments.production,
    release,
  });
  const explanation = taken
    ? `${release.model} was rolled back; production stays as it was.`
    : `${release.model} is no canary in production, which stays as it is.`;
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
        const context = await openRelease(scope, flags, { changes: `canary ${name}` });
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
    .addOption(approvedByOption());
  verb("analyse", "compare the canary with stable; exit 0 to go on, 1 to roll back", analyse).option(
    ...minutes,
  );
  verb("promote", "give the canary all requests now, and make it the champion", promote).option(
    "--yes",
    "without looking at what was seen of the canary",
  );
  verb("rollback", "take the canary away, if the release still is one", rollBack);
}
