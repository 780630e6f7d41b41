import type { Command } from "commander";
import { Option } from "commander";
import { PlatformError } from "../../platform/base/errors";
import type { ModelDefinition } from "../../platform/definition/definition";
import { shownPath } from "../../platform/base/shown-path";
import { parseTried, candidatesOf, usualSearch, type Tried } from "../../training/tuning/search-space";
import type { Tuning } from "../../training/tuning/tuning";
import { standingAfter } from "../runs/standing";
import { describeSettings, describeTuning } from "../terminal/describe-tuning";
import type { CommandScope } from "./command-scope";
import { describeNext, openCommand, type ModelFlags, type OpenCommand } from "./open-command";
import { dataOption, jsonOption, modelOption, wholeNumber } from "./options";

// Loaded where a verb runs: help and usage errors come without them.
const runSteps = () => require("../steps/step") as typeof import("../steps/step");
const trainingSteps = () => require("../steps/training-steps") as typeof import("../steps/training-steps");
const tuneSteps = () => require("../steps/tune-step") as typeof import("../steps/tune-step");
const writing = () => require("../tuning/write-trainer") as typeof import("../tuning/write-trainer");
const crossValidation = () =>
  require("../../training/tuning/cross-validate") as typeof import("../../training/tuning/cross-validate");

interface TuneFlags extends ModelFlags {
  readonly try: readonly string[];
  readonly random?: number;
  readonly folds: number;
  readonly seed: number;
  readonly write?: boolean;
}

/** What is to be tried: what was said, or what is usual for the kind of trainer; throws USAGE where there is neither. */
function triedOf({ try: texts }: TuneFlags, trainer: ModelDefinition["trainer"]): readonly Tried[] {
  const tried = texts.length === 0 ? usualSearch(trainer.kind) : texts.map(parseTried);
  if (tried.length > 0) return tried;
  const { parameters } = { parameters: undefined, ...trainer };
  const names = Object.keys(parameters ?? {}).map((name) => `parameters.${name}`);
  const expected =
    names.length === 0
      ? "Give the trainer parameters that its program reads, and name them, as in --try parameters.depth=3,6."
      : `Expected values of what its program reads, by --try: ${names.join(", ")}.`;
  throw new PlatformError(
    "USAGE",
    `Of the ${trainer.kind} trainer nothing is tried unless it is said. ${expected}`,
  );
}

/** `mlops tune`. */
export function addTune(program: Command, scope: CommandScope): void {
  program
    .command("tune")
    .description(
      "try settings of the trainer on folds of the training rows, and train with the best, as one new run",
    )
    .addOption(modelOption())
    .addOption(dataOption())
    .addOption(
      new Option("--try <setting=values>", "values or a range of a setting; repeat it")
        .argParser((text: string, before: readonly string[]) => [...before, text])
        .default([], "the usual ones"),
    )
    .addOption(
      new Option("--random <number>", "number of random combinations to try (default: all)").argParser(
        wholeNumber(1, 1000),
      ),
    )
    .addOption(new Option("--folds <number>", "folds").argParser(wholeNumber(2, 20)).default(5))
    .addOption(
      new Option("--seed <number>", "of the folds and of what is drawn")
        .argParser(wholeNumber(0, 1e9))
        .default(1),
    )
    .option("--write", "write the best settings into the definition")
    .addOption(jsonOption())
    .action(async (flags: TuneFlags) => {
      const command = await openCommand(scope, flags, { changes: "tuning" });
      await tune(command, flags);
    });
}

async function tune({ session, loaded }: OpenCommand, flags: TuneFlags): Promise<void> {
  const { definition, definitionFile } = loaded;
  const { withSettings } = crossValidation();
  const candidates = candidatesOf(triedOf(flags, definition.trainer), flags);
  // Before a run is made: what is wrong with settings is wrong usage.
  for (const settings of candidates) withSettings(definition, settings);
  const run = await session.runs.create(definition.name, loaded.dataFile, new Date());
  const { checkStep, splitStep, trainStep } = trainingSteps();
  const { tuneStep, withTuned } = tuneSteps();
  const { openRunContext, runStep } = runSteps();
  const context = openRunContext(session, loaded, run);
  let tuning: Tuning | undefined;
  try {
    const search = tuneStep(
      { candidates, folds: flags.folds, seed: flags.seed },
      (found) => (tuning = found),
    );
    for (const step of [checkStep, splitStep, search]) await runStep(context, step);
    if (tuning !== undefined) await runStep(withTuned(context, tuning), trainStep);
    Object.assign(run, standingAfter(run, trainStep.name));
  } finally {
    run.finishedAt = new Date().toISOString();
    await session.runs.save(run);
    await context.close();
  }
  if (tuning === undefined) return;
  const settings = tuning.candidates[tuning.best]?.settings ?? {};
  const expected = withSettings(definition, settings);
  if (flags.write === true) await writing().writeTrainer(definitionFile, settings, expected);
  const written =
    flags.write === true
      ? `Wrote ${describeSettings(settings)} into ${shownPath(definitionFile)}.`
      : `The definition is as it was. Write ${describeSettings(settings)} into its trainer, or add --write, so that later runs train so.`;
  const text = `${describeTuning(tuning)}\n${written}\n${run.explanation}${describeNext(run, session)}`;
  session.output.result({ ...run, tuning }, text);
}
