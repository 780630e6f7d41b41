import { hourMs } from "../../platform/base/durations";
import type { Act } from "../../platform/audit/audit-entry";
import { PlatformError } from "../../platform/base/errors";
import type { Digest } from "../../platform/base/files";
import { isAddress } from "../../platform/http/address";
import { placeOf } from "../../platform/release/place";
import { requireWritable } from "../../platform/settings/workspace";
import { openStorage } from "../../platform/storage/open-storage";
import { describeCollected, describeNotAdded } from "../data/describe-collected";
import { dataAddressOf, digestOfStackData } from "../data/stack-data";
import { acceptedByFlag } from "../retraining/accepted-changes";
import { decideOnFindings, type Acted } from "../retraining/act-on-findings";
import type { Session } from "../session/session";
import { openTarget, type TargetName } from "../session/target";
import { retrain } from "../steps/lifecycle";
import { describeBeside, describeDrift } from "../terminal/describe-drift";
import { describePerformance } from "../terminal/describe-performance";
import { driftGauges } from "../watching/drift-gauges";
import { findingGauges } from "../watching/finding-gauges";
import { monitor, type MonitorResult } from "../watching/monitor";
import { predictionLogOf } from "../watching/prediction-log-of";
import { reportGauges } from "../watching/report-gauges";
import { watchedTruth } from "../watching/watched-truth";
import { openingHistory, retrainingsPerWeek, type WatchHistory } from "../session/watch-history";
import { recordWindow, windowOf, type WatchedWindow } from "../watching/window-journal";
import type { CommandScope } from "./command-scope";
import { describeNext, openCommand, type ModelFlags, type OpenCommand } from "./open-command";
import { requireStackFlags, retrainStack } from "./retrain-command";

export interface MonitorFlags extends ModelFlags {
  readonly target: TargetName;
  readonly environment: string;
  readonly hours?: number;
  readonly labels?: string;
  readonly labelsHours?: number;
  readonly retrain?: boolean;
  readonly act?: boolean;
  readonly coolDownHours: number;
  readonly maxPerWeek?: number;
  readonly history?: string;
  readonly acceptPopulation?: string;
}

function requireFitting({ act, retrain: always, target, history }: MonitorFlags): void {
  if (act && always) {
    throw new PlatformError(
      "USAGE",
      "--act decides whether to retrain, and --retrain does it on any drift. One is expected. Leave the other out.",
    );
  }
  if (act && !placeOf(target).keepsFolders && history !== undefined && !isAddress(history)) {
    throw new PlatformError(
      "USAGE",
      `--history is ${history}, and an agent forgets what is in its folders: the limits of --act would not hold. Expected the address of a blob container with --target azure. Correct it, or leave it out: the stack that trains has one.`,
    );
  }
}

/** Keeps what was measured for the dashboard. What was found stands, kept or not. */
async function keepWindow(
  { output }: Session,
  history: () => Promise<WatchHistory>,
  window: WatchedWindow,
  of: { readonly environment: string; readonly name: string },
): Promise<void> {
  try {
    await recordWindow((await history()).windows, window, of);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    output.print(`What was measured is not kept: ${error.message}`);
  }
}

function describe(
  { version, drift, performance }: MonitorResult,
  acted: Acted | undefined,
  {
    environment,
    model,
    notAdded,
  }: { readonly environment: string; readonly model: string; readonly notAdded: string | undefined },
): string {
  return [
    `${version} in ${environment}, ${drift.rows} rows`,
    describeDrift(drift),
    drift.explanation,
    ...describeBeside(drift.beside),
    ...(performance ? [describePerformance(performance), performance.explanation] : []),
    ...(acted && notAdded ? [notAdded] : []),
    ...(acted?.collected ? [describeCollected(acted.collected, { model, environment, next: false })] : []),
    ...(acted
      ? [`Decided: ${acted.decision.action} (${acted.decision.reason}). ${acted.decision.explanation}`]
      : []),
  ].join("\n");
}

/** Digest of the data that the stack trains on. */
async function dataOfTraining({ environments, signal }: Session, model: string): Promise<Digest | undefined> {
  const address = await dataAddressOf(environments.training, signal);
  return digestOfStackData(await openStorage(address), model);
}

/** Retrains where the environments are: a job of the stack's pipeline, or a run of this machine. */
async function retrainNow(
  scope: CommandScope,
  { session, loaded }: OpenCommand,
  flags: MonitorFlags,
): Promise<void> {
  if (placeOf(flags.target).trainings === "jobs") {
    requireStackFlags(flags);
    return retrainStack(scope, flags, loaded.definition.name);
  }
  const accepted = acceptedByFlag(flags.acceptPopulation, loaded.definition);
  const run = await retrain(session, loaded, { accepted });
  session.output.print(`${run.explanation}${describeNext(run, session)}`);
}

/** A retraining that was decided on, for the audit trail. */
function retrainingOf({ model, environment, explanation, reason, data }: Acted["decision"]): Act {
  const details = { reason, ...(data !== undefined && { data }) };
  return { act: "retrain", subject: model, environment, why: explanation, details };
}

/** Measures what the prediction log has, decides when told to, and retrains. Exit code 1 on drift or fallen performance. */
export async function watch(scope: CommandScope, flags: MonitorFlags): Promise<void> {
  requireFitting(flags);
  const changing = flags.retrain === true || flags.act === true;
  const command = await openCommand(scope, flags, changing ? { changes: "monitoring" } : {});
  const { session, loaded } = command;
  // What is measured is kept there.
  await requireWritable(session.workspace);
  const { definition } = loaded;
  const { environment, coolDownHours } = flags;
  const history = openingHistory(session, flags);
  const now = new Date();
  const before = (hours: number | undefined): Date | undefined =>
    hours === undefined ? undefined : new Date(now.getTime() - hours * hourMs);
  const from = before(flags.hours);
  const labelsFrom = before(flags.labelsHours);
  const { deployer } = openTarget(session, flags.target);
  const predictions = await predictionLogOf(session, flags);
  const truth = await watchedTruth(session, definition, flags);
  const { labels, accumulated } = truth;
  const result = await monitor(
    { ...session, deployer, predictions },
    {
      environment,
      model: definition.name,
      rule: definition.drift,
      now,
      ...(from && { from }),
      performance: {
        ...{ definition, accumulated },
        ...(labels && { labels }),
        ...(labelsFrom && { labelsFrom }),
      },
    },
  );
  const acted = flags.act
    ? await decideOnFindings({ ...session, predictions }, loaded, {
        environment,
        found: result,
        limits: { coolDownHours, maxPerWeek: await retrainingsPerWeek(session, flags) },
        journal: (await history()).decisions,
        labels: truth.place,
        stackData:
          placeOf(flags.target).trainings === "jobs"
            ? () => dataOfTraining(session, definition.name)
            : undefined,
        now,
      })
    : undefined;
  const window = windowOf(result, { environment, now, from });
  await keepWindow(session, history, window, { environment, name: definition.name });
  const { version, drift, performance } = result;
  const notAdded = describeNotAdded({ ...flags, labels: truth.place, delivered: accumulated });
  session.output.result(
    { version, ...drift, ...(performance && { performance }), ...acted },
    describe(result, acted, { environment, model: definition.name, notAdded }),
  );
  const gauges = [...driftGauges(result), ...findingGauges({ result, decision: acted?.decision })];
  const what = { what: "What was found", verb: "mlops monitor", environment };
  await reportGauges(gauges, what, session.output);
  if (truth.fault !== undefined) {
    session.output.print(
      `The truth that was delivered cannot be read, so nothing was measured by it. ${truth.fault}`,
    );
    process.exitCode = 1;
  }
  if (!drift.drifted && performance?.fell !== true) return;
  process.exitCode = 1;
  if (flags.retrain) await retrainNow(scope, command, flags);
  else if (acted?.decision.action === "retrain")
    await session.audit.around(retrainingOf(acted.decision), () => retrainNow(scope, command, flags));
}
