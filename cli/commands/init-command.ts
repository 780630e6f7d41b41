import type { Command } from "commander";
import { Option } from "commander";
import { trainerNames } from "../../platform/definition/trainers";
import { libraries } from "../init/choose-trainer";
import type { InitFlags } from "./init-run";
import { jsonOption } from "./options";

// Loaded where the verb runs: help and usage errors come without it.
const initialising = () => require("./init-run") as typeof import("./init-run");

/** `mlops init`: drafts a model from a file, and asks for what the file does not tell when there is somebody to ask. */
export function addInit(program: Command): void {
  program
    .command("init")
    .argument("<name>", "name of the new model")
    .option("--from <file>", "CSV file with a header line, Parquet file, or folder of either")
    .option(
      "--from-mlopspython <folder>",
      "project that was made from microsoft/MLOpsPython: its data, target, trainer and settings",
    )
    .option("--target <column>", "column to predict (default: target, label or y, or else the last)")
    .option("--id <column>", "column that tells rows apart (default: one that looks like it)")
    .option("--group <column>", "column that says whose rows they are: all of one are held out, or none")
    .option("--time <column>", "column that says when: the newest rows are held out")
    .addOption(
      new Option("--task <task>", "what the target is (default: as its values are)").choices([
        "regression",
        "classification",
      ]),
    )
    .addOption(
      new Option("--trainer <kind>", "what fits the model (default: ridge or logistic, by the task)").choices(
        trainerNames,
      ),
    )
    .addOption(
      new Option("--library <name>", "with --trainer python: what train.py uses (default: lightgbm)").choices(
        libraries,
      ),
    )
    .option("--run <command>", "with --trainer command: the program, with {data} and {output}")
    .addOption(jsonOption())
    .description("make models/<name>/ from data of your own")
    .action((name: string, flags: InitFlags) => initialising().runInit(name, flags));
}
