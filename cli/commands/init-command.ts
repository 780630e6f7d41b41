import type { Command } from "commander";
import { Option } from "commander";
import path from "node:path";
import { shownPath } from "../../platform/base/shown-path";
import { libraries, trainerNames, type TrainerChoice } from "../init/choose-trainer";
import { describeDraft } from "../init/draft-table";
import type { Answers } from "../init/questions";
import { ask, isInteractive } from "../terminal/ask";
import { openOutput } from "../terminal/output";
import { jsonOption } from "./options";

// Loaded where a verb runs: help and usage errors come without them.
const initialising = () => require("../init/init") as typeof import("../init/init");
const definitions = () =>
  require("../../platform/definition/definitions") as typeof import("../../platform/definition/definitions");
const settings = () =>
  require("../../platform/settings/settings") as typeof import("../../platform/settings/settings");

interface InitFlags extends Answers, TrainerChoice {
  readonly from: string;
  readonly json?: boolean;
}

function describeProgram(program: readonly string[], file: string): string {
  if (program.length === 0) return "";
  return `Wrote ${program.join(", ")} in ${shownPath(path.dirname(file))}: train.py is yours to change.\n`;
}

/** `mlops init`: drafts a model from a file, and asks for what the file does not tell when there is somebody to ask. */
export function addInit(program: Command): void {
  program
    .command("init")
    .argument("<name>", "name of the new model")
    .requiredOption("--from <file>", "CSV file with a header line, Parquet file, or folder of either")
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
    .action(async (name: string, { json = false, ...flags }: InitFlags) => {
      const models = settings().readSettings("cli", process.env).models ?? definitions().modelsDirectory;
      const asking = !json && isInteractive() ? { ask: (question: string) => ask(question) } : {};
      const made = await initialising().initModel({ name, ...flags, models, ...asking });
      const output = await openOutput(json);
      const { file, columns, notes, baseline, program } = made;
      output.result(
        {
          model: name,
          definition: file,
          columns: columns.map(({ name: column, taken, why }) => ({ name: column, taken, why })),
          notes: [...notes, baseline],
          program,
        },
        `${describeDraft(made)}\n${describeProgram(program, file)}Wrote ${shownPath(file)}. Check it against what you know, then: npm start -- --model ${name}`,
      );
    });
}
