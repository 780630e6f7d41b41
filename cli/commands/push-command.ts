import path from "node:path";
import { Option, type Command } from "commander";
import { counted } from "../../platform/base/wording";
import { shortDigest } from "../../platform/base/files";
import { readEnvironments } from "../../platform/release/environments";
import type { ModelDefinition } from "../../platform/definition/definition";
import { openStorage } from "../../platform/storage/open-storage";
import { findNoData } from "../data/data-here";
import type { Left, Pushed } from "../data/push-data";
import { describeFindings } from "../steps/describe-findings";
import type { CommandScope } from "./command-scope";
import { withCheckedData } from "../steps/checked-data";
import { openCommand, type ModelFlags } from "./open-command";
import { dataOption, jsonOption, modelOption } from "./options";

// Loaded where a verb runs: help and usage errors come without them.
const stackData = () => require("../data/stack-data") as typeof import("../data/stack-data");
const pushing = () => require("../data/push-data") as typeof import("../data/push-data");

interface PushFlags extends ModelFlags {
  readonly stack?: string;
  readonly to?: string;
  readonly force?: boolean;
  readonly announce: boolean;
  readonly fromRepository?: boolean;
}

/** Where data of a model goes: an address that is given, or the container of the stack that trains it. */
async function placeOfPush(
  { to, stack = readEnvironments().training }: PushFlags,
  { model, signal }: { readonly model: string; readonly signal: AbortSignal },
) {
  if (to !== undefined) return to;
  return stackData().dataAddressOf(stack, signal, model);
}

function describePushed(pushed: Pushed | Left, place: string): string {
  if ("left" in pushed)
    return `${place} is left as it is: ${pushed.left}. To put the repository's data there all the same, run it with --force.`;
  const { digest, rows, files, unchanged, former } = pushed;
  const what = `${counted(rows, "row")} in ${counted(files, "file")}, version ${shortDigest(digest)}`;
  if (unchanged) return `${place} has that data already: ${what}. No data was sent.`;
  const before = former === undefined ? "" : ` instead of version ${shortDigest(former)}, whose files stay`;
  return `${place} is now ${what}${before}.`;
}

/** The data's path below the folder of the models. */
function repositoryPath({ name, data }: ModelDefinition): string {
  return path.posix.isAbsolute(data) ? data : path.posix.join(name, data);
}

async function push(scope: CommandScope, flags: PushFlags): Promise<void> {
  const { session, loaded } = await openCommand(scope, flags);
  const { name } = loaded.definition;
  const noData = flags.fromRepository ? await findNoData(loaded) : undefined;
  if (noData !== undefined) {
    session.output.result({ left: noData, model: name }, `${noData}: what was delivered stays.`);
    return;
  }
  await withCheckedData({ session, loaded }, async (report, { source }) => {
    if (report.findings.some(({ severity }) => severity === "error")) {
      session.output.result(report, describeFindings(report));
      process.exitCode = 1;
      return;
    }
    const place = await placeOfPush(flags, { model: name, signal: scope.signal });
    const pushed = await pushing().pushData({
      storage: await openStorage(place),
      model: name,
      source,
      now: new Date(),
      force: flags.force ?? false,
      announce: flags.announce,
      ...(flags.fromRepository && { from: repositoryPath(loaded.definition) }),
    });
    session.output.result({ ...pushed, place, model: name }, describePushed(pushed, `${place}/${name}`));
  });
}

/** `mlops data push`. */
export function addPush(data: Command, scope: CommandScope): void {
  data
    .command("push")
    .description("check the data, and make it what a stack in Azure trains on; exit 1 when it has errors")
    .addOption(modelOption())
    .addOption(dataOption())
    .addOption(
      new Option("--stack <name>", `stack (default: ${readEnvironments().training})`).conflicts("to"),
    )
    .option("--to <place>", "container or folder to write to instead; the model's folder is made below it")
    .option("--force", "remove files that somebody else has laid there")
    .option("--no-announce", "start no retraining by it")
    .addOption(
      new Option(
        "--from-repository",
        "for pipelines: where the data is in the repository, and nobody but a pipeline has delivered other data",
      ).conflicts("data"),
    )
    .addOption(jsonOption())
    .action((flags: PushFlags) => push(scope, flags));
}
