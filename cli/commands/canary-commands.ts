import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { Release } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { analyseCanary, takeCanaryAway, type CanaryAnalysis } from "../../deploy/rules/canary-release";
import type { CommandScope } from "./command-scope";
import { describeDeployments } from "../terminal/describe-status";
import { jsonOption, modelOption, releaseOption, runOption, targetOption, wholeNumber } from "./options";
import { isInProduction } from "../steps/approve-step";
import { crown, describeStage, releaseOf, trafficOf } from "../steps/release-steps";
import type { RunContext } from "../steps/step";
import { openRelease, type ReleaseFlags } from "./release-run";

/** How often a canary that waits for its clients' requests is judged, in milliseconds. */
const roundMs = 60_000;

interface AnalyseFlags extends ReleaseFlags {
  readonly minutes: number;
}

/** Where the requests are from that a canary is judged by: in Azure its clients, on this machine held-out rows. */
async function trafficFor(
  context: RunContext,
  { target, minutes }: AnalyseFlags,
): Promise<Pick<CanaryAnalysis, "sendTraffic" | "maxRounds">> {
  if (target === "local") return { sendTraffic: await trafficOf(context, "prod") };
  const { signal } = context.session;
  return { sendTraffic: () => sleep(roundMs, undefined, { signal }), maxRounds: minutes };
}

async function analyse(context: RunContext, flags: AnalyseFlags): Promise<void> {
  const { session, run, definition, target } = context;
  const release = releaseOf(context);
  const { canary } = await target.deployer.status("prod", definition.name);
  if (canary?.digest !== release.digest) {
    throw new PlatformError(
      "CONFLICT",
      `${release.model} is not production's canary, which is ${canary?.model ?? "none"}. Deploy it with a weight first: mlops deploy --environment prod --weight 10`,
    );
  }
  const plan: CanaryAnalysis = {
    deployer: target.deployer,
    environment: "prod",
    release,
    rule: definition.canary,
    qaSample: run.qa?.sample ?? { requests: 0, failures: 0 },
    signal: session.signal,
    ...(await trafficFor(context, flags)),
  };
  const stage = await analyseCanary(plan, { weight: canary.weight, shadow: canary.shadow });
  run.canary = [...(run.canary ?? []), stage];
  session.output.result(stage, describeStage(stage));
  if (stage.verdict !== "advance") process.exitCode = 1;
}

async function promote(context: RunContext): Promise<void> {
  const { session, definition, target } = context;
  const release: Release = releaseOf(context);
  // The step may be run again after it was broken off between its two halves.
  if (!(await isInProduction(context, release))) {
    const { canary } = await target.deployer.status("prod", definition.name);
    if (canary?.digest !== release.digest) {
      throw new PlatformError(
        "CONFLICT",
        `${release.model} is not production's canary, which is ${canary?.model ?? "none"}. Only a canary that was analysed can take all requests. Deploy it with a weight first.`,
      );
    }
    await target.deployer.promote("prod", definition.name);
  }
  await crown(context, release);
  const status = await target.deployer.status("prod", definition.name);
  session.output.result(status, describeDeployments([status]));
}

async function rollBack(context: RunContext): Promise<void> {
  const { session, run, target } = context;
  const release = releaseOf(context);
  const taken = await takeCanaryAway({ deployer: target.deployer, environment: "prod", release });
  const explanation = taken
    ? `${release.model} was rolled back; production stays as it was.`
    : `${release.model} is no canary in production, which stays as it is.`;
  if (taken) Object.assign(run, { outcome: "rolled-back", explanation });
  session.output.result({ rolledBack: taken }, explanation);
}

/** `mlops canary`: the steps of `mlops promote`, one command each, for a pipeline that has hooks for them. */
export function addCanary(program: Command, scope: CommandScope): void {
  const canary = program.command("canary").description("judge production's canary, and let it stay or go");
  const verb = (
    name: string,
    description: string,
    run: (context: RunContext, flags: AnalyseFlags) => Promise<void>,
  ) =>
    canary
      .command(name)
      .description(description)
      .addOption(modelOption())
      .addOption(releaseOption())
      .addOption(runOption())
      .addOption(targetOption())
      .addOption(jsonOption())
      .action(async (flags: AnalyseFlags) => {
        const context = await openRelease(scope, flags, { changes: `canary ${name}` });
        try {
          await run(context, flags);
        } finally {
          await context.session.runs.save(context.run);
          await context.close();
        }
      });
  verb("analyse", "compare the canary with stable; exit 0 to go on, 1 to roll back", analyse).option(
    "--minutes <number>",
    "in Azure: longest wait for clients' requests; this machine sends its own",
    wholeNumber(1, 1440),
    30,
  );
  verb("promote", "give the canary all requests, and make it the champion", promote);
  verb("rollback", "take the canary away, if the release still is one", rollBack);
}
