import { readFileSync } from "node:fs";
import path from "node:path";
import { Command, CommanderError } from "commander";
import { repository } from "../../build/repository";
import { PlatformError } from "../../platform/base/errors";
import type { CommandScope } from "./command-scope";
import { commandWords } from "./command-words";
import { addAudit } from "./audit-commands";
import { addDashboard } from "./dashboard-command";
import { addCollect } from "./data-commands";
import { addEnvironmentCommands } from "./environment-commands";
import { addForget } from "./forget-command";
import { addModelCommands } from "./model-commands";
import { addPage } from "./page-command";
import { addPython } from "./python-command";
import { addRegistry } from "./registry-commands";
import { addRuns } from "./runs-commands";
import { addWatchCommands } from "./watch-commands";

/** The `mlops` command: parse, call, print. */
export function buildCli(scope: CommandScope): Command {
  const { version } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8")) as {
    version: string;
  };
  const program = new Command("mlops")
    .description("The life of a model: check the data, train, compare, register, release, watch, retrain.")
    .version(version)
    // What stands behind a verb is the verb's: otherwise the program would take `--version` from `mlops score`.
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .hook("preAction", (_program, verb) => requireValues(verb))
    // Errors are printed once, by main.ts, in one form.
    .configureOutput({ outputError: () => undefined })
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 a check or gate said no or something failed, 2 wrong usage or settings.",
    );
  addModelCommands(program, scope);
  addEnvironmentCommands(program, scope);
  addPython(program, scope);
  addCollect(program, scope);
  addWatchCommands(program, scope);
  addRegistry(program, scope);
  addAudit(program, scope);
  addForget(program, scope);
  addRuns(program, scope);
  addDashboard(program, scope);
  addPage(program, scope);
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
  requireNoFlagsTakenByNpm(program, process.env);
  try {
    await program.parseAsync(commandWords(program, argv.slice(2)), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    throw usageError(error);
  }
}

/**
 * Throws USAGE where a value is empty, as that of `--data "$DATA"` without the variable: as a path it would be the folder that the command
 * runs in.
 */
function requireValues(verb: Command): void {
  const values = verb.opts<Record<string, unknown>>();
  const flags = verb.options
    // One that is empty unless it is given says by it that there is none.
    .filter((option) => option.defaultValue !== "" && values[option.attributeName()] === "")
    .map(({ flags: written }) => written.replace(/[ =].*/, ""));
  const operands = verb.registeredArguments.filter((_, index) => verb.args[index] === "");
  const [empty] = [...flags, ...operands.map((operand) => `<${operand.name()}>`)];
  if (empty === undefined) return;
  throw new PlatformError(
    "USAGE",
    `${empty} is empty. Expected a value; a variable in its place may not be set. Give one, or leave it out.`,
  );
}

/** Flags that npm has too: npm being given one does not mean that it was meant for this program. */
const flagsOfNpm = ["json", "yes", "version", "help"];

/** `npm start --model=titanic` gives the flag to npm, which drops it with a warning: another model than meant would run. */
function requireNoFlagsTakenByNpm(program: Command, env: NodeJS.ProcessEnv): void {
  if (env.npm_lifecycle_event !== "start" && env.npm_lifecycle_event !== "mlops") return;
  const flags = program.commands.flatMap(({ options }) => options.map(({ long }) => long?.slice(2) ?? ""));
  const taken = [...new Set(flags)].filter(
    (name) => !flagsOfNpm.includes(name) && env[`npm_config_${name.replaceAll("-", "_")}`] !== undefined,
  );
  if (taken.length === 0) return;
  throw new PlatformError(
    "USAGE",
    `npm took ${taken.map((name) => `--${name}`).join(", ")} for itself. What stands behind "--" is passed on. Write: npm ${env.npm_lifecycle_event === "start" ? "start" : "run mlops"} -- --${taken[0]} ...`,
  );
}

/** One of commander's errors in this product's form: what is wrong, a guess at what was meant, and the remedy. */
function usageError({ code, message }: CommanderError): PlatformError {
  // Without a verb the help itself was printed.
  if (code === "commander.help")
    return new PlatformError("USAGE", "A command is missing. Name one of those above.");
  const [what = "", guess] = message.replace(/^error: /, "").split("\n");
  const sentence = `${what.charAt(0).toUpperCase()}${what.slice(1)}`.replace(/[.]?$/, ".");
  const meant = guess === undefined ? "" : ` ${guess.replace(/[()]/g, "")}`;
  return new PlatformError("USAGE", `${sentence}${meant} Add --help to see what is allowed.`);
}
