import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { Command } from "commander";
import { PlatformError } from "../../platform/base/errors";
import { withTemporaryFolder, writeJson } from "../../platform/base/files";
import { openWorkspace } from "../../platform/settings/workspace";
import type { CommandScope } from "./command-scope";
import { modelOption } from "./options";

// Loaded where a verb runs: help and usage errors come without them.
const definitions = () =>
  require("../../platform/definition/definitions") as typeof import("../../platform/definition/definitions");
const settingsOf = () =>
  require("../../platform/settings/settings") as typeof import("../../platform/settings/settings");
const environments = () =>
  require("../../training/program/python/environment") as typeof import("../../training/program/python/environment");

async function runPython(scope: CommandScope, model: string, args: readonly string[]): Promise<number> {
  const settings = settingsOf().readSettings("cli", process.env);
  const { definition, definitionFile } = await definitions().loadDefinition(
    model,
    undefined,
    settings.models,
  );
  const { trainer } = definition;
  if (trainer.kind !== "python") {
    throw new PlatformError(
      "USAGE",
      `The trainer of ${model} is ${trainer.kind}: it has no Python environment. Expected a model with the python trainer. Name another with --model.`,
    );
  }
  const directory = path.dirname(definitionFile);
  const { interpreter, variables } = await environments().openEnvironment({
    directory,
    requirements: trainer.requirements,
    pythonVersion: trainer.pythonVersion,
    environments: (await openWorkspace(settings.home)).python,
    signal: scope.signal,
    onOutput: (line) => void process.stderr.write(`${line}\n`),
  });
  return withTemporaryFolder("mlops-python-", async (folder) => {
    const file = path.join(folder, "definition.json");
    await writeJson(file, definition);
    const env = { ...process.env, ...variables, MODEL_DEFINITION: file };
    const child = spawn(interpreter, [...args], {
      cwd: directory,
      env,
      stdio: "inherit",
      signal: scope.signal,
    });
    const [code] = (await once(child, "exit")) as [number | null];
    return code ?? 1;
  });
}

/** `mlops python`: the interpreter that a model's program runs with, for its tests and for trying things. */
export function addPython(program: Command, scope: CommandScope): void {
  program
    .command("python")
    .addOption(modelOption())
    .argument("[arguments...]", "what Python is given, such as -m unittest")
    .passThroughOptions()
    .allowUnknownOption()
    .description("run Python as a model's program runs: in its environment and folder")
    .action(async (args: string[], { model }: { readonly model: string }) => {
      process.exitCode = await runPython(scope, model, args);
    });
}
