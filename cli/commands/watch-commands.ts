import type { Command } from "commander";
import { parseModelRef } from "../../platform/definition/model-ref";
import { reasonOf } from "../../platform/base/errors";
import { readTelemetrySettings } from "../../scoring/telemetry/telemetry-settings";
import type { CommandScope } from "./command-scope";
import { describeDrift } from "../terminal/describe-drift";
import { describePerformance } from "../terminal/describe-performance";
import { retrain } from "../steps/lifecycle";
import { acceptedByFlag } from "../retraining/accepted-changes";
import { readTruth } from "../watching/collect";
import { monitor, type MonitorResult } from "../watching/monitor";
import { predictionLogOf } from "../watching/prediction-log-of";
import {
  acceptPopulationOption,
  environmentOption,
  jsonOption,
  modelOption,
  runOption,
  targetOption,
  wholeNumber,
} from "./options";
import { writeRunReport } from "../steps/run-report";
import { describeScored, scoreFile } from "../watching/score-file";
import type { Session } from "../session/session";
import { openTarget, type TargetName } from "../session/target";
import { shownPath } from "../../platform/base/shown-path";
import type { ModelFlags, OpenCommand } from "./open-command";
import { openCommand, openRun } from "./open-command";
import { retrainStack } from "./retrain-command";

interface MonitorFlags extends ModelFlags {
  readonly target: TargetName;
  readonly environment: string;
  readonly hours?: number;
  readonly labels?: string;
  readonly retrain?: boolean;
  readonly acceptPopulation?: string;
}

/** Tells the environment's telemetry of drift, where there is some. What was measured stands, sent or not. */
async function report(result: MonitorResult, environment: string, output: Session["output"]): Promise<void> {
  const settings = readTelemetrySettings(process.env);
  if (settings === undefined) return;
  const { sendDrift } =
    require("../watching/drift-telemetry") as typeof import("../watching/drift-telemetry");
  try {
    await sendDrift(result, environment, settings);
  } catch (error) {
    output.print(
      `The drift could not be sent to the telemetry (${reasonOf(error)}), so no alert will say so. Check its address and run \`mlops monitor\` again.`,
    );
  }
}

function addMonitor(program: Command, scope: CommandScope): void {
  program
    .command("monitor")
    .description("compare the prediction log with the champion's reference sample; exit 1 on drift")
    .addOption(modelOption())
    .addOption(environmentOption("production"))
    .option(
      "--hours <number>",
      "look back so many hours (default: all that is logged)",
      wholeNumber(1, 87_600),
    )
    .option(
      "--labels <file>",
      "truth that has arrived, as for collect: measures how right the version is against when it was registered; exit 1 when that has fallen",
    )
    .option("--retrain", "on drift, retrain on the data as it is now")
    .addOption(acceptPopulationOption())
    .addOption(targetOption())
    .addOption(jsonOption())
    .action(async (flags: MonitorFlags) => {
      const command = await openCommand(scope, flags, flags.retrain ? { changes: "monitoring" } : {});
      const { session, loaded } = command;
      const { definition } = loaded;
      const from = flags.hours === undefined ? undefined : new Date(Date.now() - flags.hours * 3_600_000);
      const { deployer } = openTarget(session, flags.target);
      const predictions = await predictionLogOf(session, flags);
      const labels =
        flags.labels === undefined ? undefined : (await readTruth(definition, flags.labels)).labels;
      const result = await monitor(
        { ...session, deployer, predictions },
        {
          environment: flags.environment,
          model: definition.name,
          rule: definition.drift,
          ...(from && { from }),
          performance: { definition, ...(labels && { labels }) },
        },
      );
      const { version, drift, performance } = result;
      session.output.result(
        { version, ...drift, ...(performance && { performance }) },
        [
          `${version} in ${flags.environment}, ${drift.rows} rows`,
          describeDrift(drift),
          drift.explanation,
          ...(performance ? [describePerformance(performance), performance.explanation] : []),
        ].join("\n"),
      );
      await report(result, flags.environment, session.output);
      if (!drift.drifted && performance?.fell !== true) return;
      process.exitCode = 1;
      if (flags.retrain) await retrainAfterDrift(scope, command, flags);
    });
}

interface ScoreFlags extends ModelFlags {
  readonly target: TargetName;
  readonly input: string;
  readonly output: string;
  readonly version?: string;
}

function addScore(program: Command, scope: CommandScope): void {
  program
    .command("score")
    .description("score a file of rows in one go; exit 1 when some could not be scored")
    .requiredOption(
      "--input <file>",
      "CSV or Parquet file with the model's features, or its address in a blob container",
    )
    .requiredOption(
      "--output <file>",
      "CSV file, or by its name Parquet file, to write: the rows with their predictions; rows that cannot be scored go beside it, to .rejected.csv",
    )
    .option("--version <version>", "registered version, name:version (default: production's)")
    .addOption(modelOption())
    .addOption(targetOption())
    .addOption(jsonOption())
    .action(async (flags: ScoreFlags) => {
      const model = flags.version === undefined ? flags.model : parseModelRef(flags.version).name;
      const { session, loaded } = await openCommand(scope, { ...flags, model });
      const { deployer } = openTarget(session, flags.target);
      const result = await scoreFile(session, loaded.definition, { ...flags, deployer });
      session.output.result(result, describeScored(result));
      if (result.rejected > 0) process.exitCode = 1;
    });
}

function addReport(program: Command, scope: CommandScope): void {
  program
    .command("report")
    .description("write a run's report again, as one HTML file")
    .addOption(modelOption())
    .addOption(runOption())
    .addOption(jsonOption())
    .action(async (flags: ModelFlags) => {
      const command = await openCommand(scope, flags);
      const context = await openRun(command, flags.run, {
        name: "run",
        remedy: "Run `mlops lifecycle` first.",
      });
      const file = shownPath(await writeRunReport(context));
      command.session.output.result({ file }, file);
    });
}

/** Retrains where the environments are: a job of the stack's pipeline, or a run of this machine. */
async function retrainAfterDrift(
  scope: CommandScope,
  { session, loaded }: OpenCommand,
  flags: MonitorFlags,
): Promise<void> {
  if (flags.target === "azure") return retrainStack(scope, flags, loaded.definition.name);
  const accepted = acceptedByFlag(flags.acceptPopulation, loaded.definition);
  const run = await retrain(session, loaded, { accepted });
  session.output.print(run.explanation);
}

/** Verbs that look at what a model does, and at what is kept of it. */
export function addWatchCommands(program: Command, scope: CommandScope): void {
  addMonitor(program, scope);
  addScore(program, scope);
  addReport(program, scope);
}
