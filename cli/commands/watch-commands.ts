import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { parseModelRef } from "../../platform/definition/model-ref";
import { findNoData } from "../data/data-here";
import type { CommandScope } from "./command-scope";
import { jsonOption, modelOption, runOption, targetOption } from "./options";
import { openTarget, type TargetName } from "../session/target";
import { shownPath } from "../../platform/base/shown-path";
import { addMonitor } from "./monitor-command";
import type { ModelFlags } from "./open-command";
import { openCommand, openRun } from "./open-command";

// Loaded where a verb runs: help and usage errors come without them.
const runReports = () => require("../steps/run-report") as typeof import("../steps/run-report");
const scoring = () => require("../watching/score-file") as typeof import("../watching/score-file");

interface ScoreFlags extends ModelFlags {
  readonly target: TargetName;
  /** The model's own data where it is "". */
  readonly input: string;
  readonly output: string;
  readonly version?: string;
}

async function score(scope: CommandScope, flags: ScoreFlags): Promise<void> {
  const model = flags.version === undefined ? flags.model : parseModelRef(flags.version).name;
  const { session, loaded } = await openCommand(scope, { ...flags, model });
  const { input, output } = flags;
  const noData = input === "" ? await findNoData(loaded) : undefined;
  if (noData !== undefined) {
    // What publishes the predictions finds where they would be.
    await mkdir(path.dirname(path.resolve(output)), { recursive: true });
    session.output.result(
      { model, read: 0, skipped: noData },
      `${noData}, and no --input is named: nothing was scored.`,
    );
    return;
  }
  const { deployer } = openTarget(session, flags.target);
  const asked = { ...flags, input: input === "" ? loaded.dataFile : input, deployer };
  const result = await scoring().scoreFile(session, loaded.definition, asked);
  session.output.result(result, scoring().describeScored(result));
  if (result.rejected > 0) process.exitCode = 1;
}

function addScore(program: Command, scope: CommandScope): void {
  program
    .command("score")
    .description("score a file of rows in one go; exit 1 when some could not be scored")
    .option(
      "--input <file>",
      "CSV or Parquet file with the model's features, or its address in a blob container; none: the model's own data, where that is here",
      "",
    )
    .requiredOption(
      "--output <file>",
      "CSV file, or by its name Parquet file, to write: the rows with their predictions; rows that cannot be scored go beside it, to .rejected.csv",
    )
    .option("--version <version>", "registered version, name:version (default: production's)")
    .addOption(modelOption())
    .addOption(targetOption())
    .addOption(jsonOption())
    .action((flags: ScoreFlags) => score(scope, flags));
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

/** Verbs that look at what a model does, and at what is kept of it. */
export function addWatchCommands(program: Command, scope: CommandScope): void {
  addMonitor(program, scope);
  addScore(program, scope);
  addReport(program, scope);
}
