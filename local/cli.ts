import { readFileSync } from "node:fs";
import path from "node:path";
import { Command, CommanderError } from "commander";
import { PlatformError } from "../platform/errors";
import type { CommandScope } from "./command-scope";
import { addEnvironmentCommands } from "./commands/environment-commands";
import { addModelCommands } from "./commands/model-commands";
import { addWatchCommands } from "./commands/watch-commands";

/** The `mlops` command: parse, call, print. */
export function buildCli(scope: CommandScope): Command {
  const { version } = JSON.parse(readFileSync(path.join(__dirname, "..", "package.json"), "utf8")) as {
    version: string;
  };
  const program = new Command("mlops")
    .description("The life of a model: check the data, train, compare, register, release, watch, retrain.")
    .version(version)
    .showSuggestionAfterError()
    .showHelpAfterError("Add --help to see what is allowed.")
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 a check or gate said no or something failed, 2 wrong usage or settings.",
    );
  addModelCommands(program, scope);
  addEnvironmentCommands(program, scope);
  addWatchCommands(program, scope);
  return program;
}

/** Parses and runs; commander's own refusals become this product's exit codes. */
export async function runCli(scope: CommandScope, argv: readonly string[]): Promise<void> {
  const program = buildCli(scope);
  const refuse = (command: Command): void => {
    command.exitOverride();
    command.commands.forEach(refuse);
  };
  refuse(program);
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    throw new PlatformError("USAGE", error.message.replace(/^error: /, ""));
  }
}
