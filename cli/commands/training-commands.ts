import type { Command } from "commander";
import { judgeTrainings, type TrainingFault } from "../../platform/gate/training-watch";
import { counted } from "../../platform/base/wording";
import type { TargetName } from "../session/target";
import { trainingGauges } from "../watching/training-gauges";
import type { CommandScope } from "./command-scope";
import { openCommand, type ModelFlags } from "./open-command";
import { jsonOption, modelOption, targetOption, wholeNumber } from "./options";

// Loaded where a verb runs: help and usage errors come without them.
const sources = () =>
  require("../trainings/training-source") as typeof import("../trainings/training-source");
const describing = () => require("../trainings/describe-jobs") as typeof import("../trainings/describe-jobs");
const reporting = () => require("../watching/report-gauges") as typeof import("../watching/report-gauges");

interface TrainingFlags extends ModelFlags {
  readonly target: TargetName;
}

interface CheckFlags extends TrainingFlags {
  readonly maxMinutes: number;
  readonly everyHours?: number;
  readonly graceHours: number;
}

/** `mlops runs show`. */
export function addShow(runs: Command, scope: CommandScope): void {
  runs
    .command("show")
    .argument("<run>", "run of this machine or, with --target azure, job of the stack that trains")
    .description("show one run: state, time, cost, metrics and log")
    .addOption(modelOption())
    .addOption(targetOption())
    .addOption(jsonOption())
    .action(async (id: string, flags: TrainingFlags) => {
      const { session } = await openCommand(scope, flags);
      const { job, log } = await sources().openTrainingSource(session, flags).open(id);
      session.output.result({ ...job, log }, describing().describeJob(job, log, session.settings.nodePrice));
    });
}

function describeFaults(
  faults: readonly TrainingFault[],
  { model, everyHours, looked }: { model: string; everyHours: number | undefined; looked: number },
): string {
  if (faults.length > 0) return faults.map(({ fault, explanation }) => `${fault}: ${explanation}`).join("\n");
  if (looked === 0) return `No training of ${model} is known, and without a schedule none is expected.`;
  const late = everyHours === undefined ? "without a schedule, none can be overdue" : "none is overdue";
  return `${counted(looked, "training")} of ${model} looked at: the newest has not failed, none hangs, and ${late}.`;
}

/** `mlops runs check`. */
export function addCheck(runs: Command, scope: CommandScope): void {
  runs
    .command("check")
    .description("check whether trainings fail, hang or do not happen; exit 1, and an alert, when one does")
    .addOption(modelOption())
    .option("--max-minutes <number>", "longest time of a training", wholeNumber(1, 100_000), 360)
    .option(
      "--every-hours <number>",
      "hours between two trainings (default: of a stack, those of its schedule; else none is missed)",
      wholeNumber(1, 10_000),
    )
    .option("--grace-hours <number>", "hours by which one may be late", wholeNumber(0, 10_000), 24)
    .addOption(targetOption())
    .addOption(jsonOption())
    .action(async (flags: CheckFlags) => {
      const { session } = await openCommand(scope, flags);
      const { model } = flags;
      const source = sources().openTrainingSource(session, flags);
      const trainings = await source.watched();
      const everyHours = flags.everyHours ?? (await source.everyHours());
      const faults = judgeTrainings(trainings, { limits: { ...flags, everyHours }, now: new Date() });
      session.output.result(
        { model, trainings: trainings.length, faults },
        describeFaults(faults, { model, everyHours, looked: trainings.length }),
      );
      const environment = session.environments.training;
      const what = { what: "The faults of trainings", verb: "mlops runs check", environment };
      await reporting().reportGauges(trainingGauges(model, faults), what, session.output);
      if (faults.length > 0) process.exitCode = 1;
    });
}
