import type { Command } from "commander";
import { openTarget, type TargetName } from "../session/target";
import type { CommandScope } from "./command-scope";
import { openCommand, type ModelFlags } from "./open-command";
import { jsonOption, modelOption, reasonOption, targetOption } from "./options";

// Loaded where a verb runs: help and usage errors come without them.
const forgetting = () => require("../forgetting/forget") as typeof import("../forgetting/forget");
const describing = () =>
  require("../forgetting/describe-forgotten") as typeof import("../forgetting/describe-forgotten");
const places = () => require("../forgetting/places") as typeof import("../forgetting/places");

interface ForgetFlags extends ModelFlags {
  readonly id: string;
  readonly column?: string;
  readonly yes?: boolean;
  readonly reason?: string;
  readonly target: TargetName;
}

async function forget(scope: CommandScope, flags: ForgetFlags): Promise<void> {
  const { id, column, yes: remove = false, reason, model, target } = flags;
  const { session, loaded } = await openCommand(scope, flags, { changes: "forgetting" });
  const found = await places().placesOf(session, target);
  const { absent } = found;
  const forgotten = await forgetting().forget({ ...session, places: found }, loaded, {
    id,
    column,
    remove,
    reason,
  });
  const { deployer } = openTarget(session, target);
  const serving: string[] = [];
  for (const environment of session.environments.names.filter((name) => !absent.includes(name)))
    if ((await deployer.status(environment, model)).url !== undefined) serving.push(environment);
  session.output.result(forgotten, describing().describeForgotten(forgotten, { model, serving, absent }));
}

/** `mlops forget`. */
export function addForget(program: Command, scope: CommandScope): void {
  program
    .command("forget")
    .description(
      "find what the prediction log and the data have of a person, and with --yes remove it for good",
    )
    .requiredOption("--id <value>", "id of a request or, with --column, what a column of the data has")
    .option("--column <name>", "column of the data that tells the person, as one of ids or a personal one")
    .option("--yes", "remove what is found")
    .addOption(modelOption())
    .addOption(reasonOption())
    .addOption(targetOption())
    .addOption(jsonOption())
    .action((flags: ForgetFlags) => forget(scope, flags));
}
