import type { Command } from "commander";
import { Option } from "commander";
import { placeOf } from "../../platform/release/place";
import { compareRuns } from "../runs/compare-runs";
import { mapInBatches } from "../runs/map-in-batches";
import type { TargetName } from "../session/target";
import type { CommandScope } from "./command-scope";
import { addCheck, addShow } from "./training-commands";
import { openCommand, type ModelFlags } from "./open-command";
import { jsonOption, modelOption, targetOption, wholeNumber } from "./options";

// Loaded where a verb runs: help and usage errors come without them.
const summaries = () => require("../runs/run-summary") as typeof import("../runs/run-summary");

const describing = () => require("../terminal/describe-runs") as typeof import("../terminal/describe-runs");
const describingJobs = () =>
  require("../trainings/describe-jobs") as typeof import("../trainings/describe-jobs");
const sources = () =>
  require("../trainings/training-source") as typeof import("../trainings/training-source");

interface ListFlags extends ModelFlags {
  readonly last: number;
  readonly target: TargetName;
}

type CompareFlags = ModelFlags & { readonly target: TargetName };

const maxListed = 100_000;

async function listRuns(scope: CommandScope, flags: ListFlags): Promise<void> {
  const { session, loaded } = await openCommand(scope, flags);
  const all = await session.runs.list(flags.model);
  const shown = await mapInBatches(all.slice(0, flags.last), (run) =>
    summaries().summarizeRun(session.runs, run),
  );
  const left = all.length - shown.length;
  const table = describing().describeSummaries(
    shown,
    loaded.definition.gate.metric,
    session.settings.nodePrice,
  );
  const more = left > 0 ? `\n${left} earlier ones are not shown; --last ${all.length} shows all.` : "";
  const none = `There are no runs of ${flags.model} yet. \`mlops train\` makes one.`;
  session.output.result(shown, all.length === 0 ? none : table + more);
}

/** Jobs of the stack that trains. */
async function listJobs(scope: CommandScope, flags: ListFlags): Promise<void> {
  const { session, loaded } = await openCommand(scope, flags);
  const jobs = await sources().openTrainingSource(session, flags).list(flags.last);
  const table = describingJobs().describeJobs(
    jobs,
    loaded.definition.gate.metric,
    session.settings.nodePrice,
  );
  const none = `The stack has no training jobs of ${flags.model} yet. \`mlops retrain --target azure\` starts one.`;
  session.output.result(jobs, jobs.length === 0 ? none : table);
}

const lists = { runs: listRuns, jobs: listJobs } as const;

function addList(runs: Command, scope: CommandScope): void {
  runs
    .command("list", { isDefault: true })
    .description(
      "list a model's runs, or a stack's training jobs, newest first, with what they measured, took and came to",
    )
    .addOption(modelOption())
    .addOption(
      new Option("--last <number>", "how many of the newest")
        .argParser(wholeNumber(1, maxListed))
        .default(20),
    )
    .addOption(targetOption())
    .addOption(jsonOption())
    .action((flags: ListFlags) => lists[placeOf(flags.target).trainings](scope, flags));
}

function addCompare(runs: Command, scope: CommandScope): void {
  runs
    .command("compare")
    .argument(
      "<a>",
      "run or, with --target azure, job of the stack that trains; or version that it registered, name:version",
    )
    .argument("<b>", "the one to compare it with")
    .description("compare two runs: metrics, trainer, data and definition")
    .addOption(modelOption())
    .addOption(targetOption())
    .addOption(jsonOption())
    .action(async (a: string, b: string, flags: CompareFlags) => {
      const { session } = await openCommand(scope, flags);
      const source = sources().openTrainingSource(session, flags);
      const comparison = compareRuns(await source.compared(a), await source.compared(b));
      session.output.result(comparison, describing().describeComparison(comparison));
    });
}

/** `mlops runs`. */
export function addRuns(program: Command, scope: CommandScope): void {
  const runs = program.command("runs").description("list, show, compare and check a model's runs");
  addList(runs, scope);
  addCompare(runs, scope);
  addShow(runs, scope);
  addCheck(runs, scope);
}
