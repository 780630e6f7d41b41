import type { Command } from "commander";
import { placeOf } from "../../platform/release/place";
import { openTarget, type TargetName } from "../session/target";
import type { CommandScope } from "./command-scope";
import { openCommand, type ModelFlags } from "./open-command";
import { jsonOption, modelOption, reasonOption, targetOption } from "./options";

// Loaded where a verb runs: help and usage errors come without them.
const forgetting = () => require("../forgetting/forget") as typeof import("../forgetting/forget");
const logs = () => require("../watching/prediction-log-of") as typeof import("../watching/prediction-log-of");

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
  const { production, names } = session.environments;
  const predictions = await logs().predictionLogOf(session, { target, environment: production, model });
  const forgotten = await forgetting().forget({ ...session, predictions }, loaded, {
    id,
    column,
    remove,
    reason,
  });
  const { deployer } = openTarget(session, target);
  const serving: string[] = [];
  for (const environment of placeOf(target).environments === "processes" ? names : [production])
    if ((await deployer.status(environment, model)).url !== undefined) serving.push(environment);
  session.output.result(forgotten, forgetting().describeForgotten(forgotten, { model, serving }));
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
