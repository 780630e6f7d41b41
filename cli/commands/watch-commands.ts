import type { Command } from "commander";
import { parseModelRef } from "../../platform/definition/model-ref";
import type { Storage } from "../../platform/storage/storage";
import { openStorage } from "../../platform/storage/open-storage";
import { reasonOf } from "../../platform/base/errors";
import { readTelemetrySettings } from "../../scoring/telemetry/telemetry-settings";
import { settingOf } from "../../deploy/azure/stack-settings";
import type { CommandScope } from "./command-scope";
import { formatTable } from "../terminal/format-table";
import { acceptedByFlag } from "../retraining/accepted-changes";
import type { MonitorResult } from "../watching/monitor";
import {
  acceptPopulationOption,
  environmentOption,
  jsonOption,
  modelOption,
  runOption,
  targetOption,
  wholeNumber,
} from "./options";
import type { Session } from "../session/session";
import { openTarget, type TargetName } from "../session/target";
import { shownPath } from "../../platform/base/shown-path";
import type { ModelFlags, OpenCommand } from "./open-command";
import { openCommand, openRun } from "./open-command";
import { retrainStack } from "./retrain-command";

// Loaded where a verb runs: help and usage errors come without them.
const lifecycles = () => require("../steps/lifecycle") as typeof import("../steps/lifecycle");
const runReports = () => require("../steps/run-report") as typeof import("../steps/run-report");
const monitoring = () => require("../watching/monitor") as typeof import("../watching/monitor");
const scoring = () => require("../watching/score-file") as typeof import("../watching/score-file");

interface MonitorFlags extends ModelFlags {
  readonly target: TargetName;
  readonly environment: string;
  readonly hours?: number;
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

/** The prediction log: that of the settings or, of a stack's environment, the one that its service writes. */
async function predictionLogOf(
  { predictions, settings, signal }: Session,
  { target, environment: stack }: MonitorFlags,
): Promise<Storage> {
  if (target === "local" || settings.predictionLog !== undefined) return predictions;
  const { readStackOutputs } =
    require("../../deploy/azure/stack-outputs") as typeof import("../../deploy/azure/stack-outputs");
  const outputs = await readStackOutputs(stack, signal);
  return openStorage(settingOf(outputs, { stack, process: "scoring", name: "MLOPS_PREDICTION_LOG" }));
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
      const { version, drift } = await monitoring().monitor(
        { ...session, deployer, predictions },
        {
          environment: flags.environment,
          model: definition.name,
          rule: definition.drift,
          ...(from && { from }),
        },
      );
      const rows = drift.columns.map(({ column, psi, adjustedPValue, drifted }) => [
        column,
        psi?.toFixed(3) ?? "-",
        adjustedPValue?.toPrecision(2) ?? "-",
        drifted ? "drifted" : "",
      ]);
      const table = formatTable(["column", "PSI", "adjusted p", ""], rows);
      session.output.result(
        { version, ...drift },
        `${version} in ${flags.environment}, ${drift.rows} rows\n${table}\n${drift.explanation}`,
      );
      await report({ version, drift }, flags.environment, session.output);
      if (!drift.drifted) return;
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
      const result = await scoring().scoreFile(session, loaded.definition, { ...flags, deployer });
      session.output.result(result, scoring().describeScored(result));
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
      const file = shownPath(await runReports().writeRunReport(context));
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
  const run = await lifecycles().retrain(session, loaded, { accepted });
  session.output.print(run.explanation);
}

/** Verbs that look at what a model does, and at what is kept of it. */
export function addWatchCommands(program: Command, scope: CommandScope): void {
  addMonitor(program, scope);
  addScore(program, scope);
  addReport(program, scope);
}
