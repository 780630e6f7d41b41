import type { Command } from "commander";
import { Option } from "commander";
import { PlatformError } from "../../platform/base/errors";
import { compareRuns } from "../runs/compare-runs";
import type { ComparedRun } from "../runs/run-summary";
import { mapInBatches } from "../runs/map-in-batches";
import type { RunRecord } from "../runs/runs";
import type { Session } from "../session/session";
import { describeComparison, describeSummaries } from "../terminal/describe-runs";
import type { CommandScope } from "./command-scope";
import { openCommand, type ModelFlags } from "./open-command";
import { jsonOption, modelOption, wholeNumber } from "./options";

// Loaded where a verb runs: help and usage errors come without them.
const summaries = () => require("../runs/run-summary") as typeof import("../runs/run-summary");

interface ListFlags extends ModelFlags {
  readonly last: number;
}

const maxListed = 100_000;

function addList(runs: Command, scope: CommandScope): void {
  runs
    .command("list", { isDefault: true })
    .description("list a model's runs, newest first, with what they measured and what came of them")
    .addOption(modelOption())
    .addOption(
      new Option("--last <number>", "how many of the newest")
        .argParser(wholeNumber(1, maxListed))
        .default(20),
    )
    .addOption(jsonOption())
    .action(async (flags: ListFlags) => {
      const { session, loaded } = await openCommand(scope, flags);
      const all = await session.runs.list(flags.model);
      const shown = await mapInBatches(all.slice(0, flags.last), (run) =>
        summaries().summarizeRun(session.runs, run),
      );
      const left = all.length - shown.length;
      const table = describeSummaries(shown, loaded.definition.gate.metric);
      const more = left > 0 ? `\n${left} earlier ones are not shown; --last ${all.length} shows all.` : "";
      const none = `There are no runs of ${flags.model} yet. \`mlops train\` makes one.`;
      session.output.result(shown, all.length === 0 ? none : table + more);
    });
}

/** A run by its id, or by the version that it registered. */
async function findRun({ runs }: Session, all: readonly RunRecord[], name: string): Promise<RunRecord> {
  if (!name.includes(":")) return runs.get(name);
  const found = all.find(({ version }) => version === name);
  if (found !== undefined) return found;
  throw new PlatformError(
    "NOT_FOUND",
    `No run on this machine has registered ${name}. Expected a run, or a version of one. \`mlops runs\` lists them.`,
  );
}

function requireModel(run: RunRecord, model: string): void {
  if (run.model === model) return;
  throw new PlatformError(
    "USAGE",
    `Run ${run.id} is one of ${run.model}, not of ${model}. Runs of one model are compared. Add --model ${run.model}.`,
  );
}

function addCompare(runs: Command, scope: CommandScope): void {
  runs
    .command("compare")
    .argument("<a>", "run, or version that it registered, name:version")
    .argument("<b>", "the one to compare it with")
    .description("compare two runs: metrics, trainer, data and definition")
    .addOption(modelOption())
    .addOption(jsonOption())
    .action(async (a: string, b: string, flags: ModelFlags) => {
      const { session } = await openCommand(scope, flags);
      const all = await session.runs.list(flags.model);
      const open = async (name: string): Promise<ComparedRun> => {
        const run = await findRun(session, all, name);
        requireModel(run, flags.model);
        return summaries().openComparedRun(session.runs, run);
      };
      const comparison = compareRuns(await open(a), await open(b));
      session.output.result(comparison, describeComparison(comparison));
    });
}

/** `mlops runs`. */
export function addRuns(program: Command, scope: CommandScope): void {
  const runs = program.command("runs").description("list and compare a model's runs");
  addList(runs, scope);
  addCompare(runs, scope);
}
