import type { Command } from "commander";
import type { CommandScope } from "./command-scope";
import type { MonitorFlags } from "./monitor-run";
import {
  acceptPopulationOption,
  environmentOption,
  jsonOption,
  modelOption,
  targetOption,
  wholeNumber,
} from "./options";

// Loaded where the verb runs: help and usage errors come without it.
const monitoring = () => require("./monitor-run") as typeof import("./monitor-run");

const defaultCoolDownHours = 24;

/** `mlops monitor`. */
export function addMonitor(program: Command, scope: CommandScope): void {
  program
    .command("monitor")
    .description("compare the prediction log with the champion's reference sample; exit 1 on drift")
    .addOption(modelOption())
    .addOption(environmentOption("production"))
    .option("--hours <number>", "hours to look back (default: all that is logged)", wholeNumber(1, 87_600))
    .option(
      "--labels <file>",
      "truth that has arrived, as for collect: measures how right the version is against when it was registered; exit 1 when that has fallen (default: what was delivered to MLOPS_TRUTH, in Azure to the environment's stack)",
    )
    .option(
      "--labels-hours <number>",
      "hours to look back for requests whose truth is known, which comes late (default: as --hours)",
      wholeNumber(1, 87_600),
    )
    .option("--retrain", "on drift, or fallen performance, retrain on the data as it is now")
    .option(
      "--act",
      "decide by what was found, and what was decided before, whether to alert or to retrain; add rows with --labels to the data first",
    )
    .option(
      "--cool-down-hours <number>",
      "with --act: hours after a retraining without another",
      wholeNumber(0, 8_760),
      defaultCoolDownHours,
    )
    .option(
      "--max-per-week <number>",
      "with --act: most retrainings in seven days, 0 only to alert (default: 2; in Azure what the stack that trains allows)",
      wholeNumber(0, 100),
    )
    .option(
      "--history <place>",
      "folder, or address of a blob container, where what was measured and decided is kept (default: in MLOPS_HOME; in Azure with the stack that trains)",
    )
    .addOption(acceptPopulationOption())
    .addOption(targetOption())
    .addOption(jsonOption())
    .action((flags: MonitorFlags) => monitoring().watch(scope, flags));
}
