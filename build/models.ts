import { cp } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { listDefinitions, loadDefinition, modelsDirectory } from "../platform/definition/definitions";
import { listProgramFiles } from "../platform/definition/program-files";
import { trainerRule } from "../platform/definition/trainers";

/** The model definitions as JavaScript: an image has no compiler. */
async function compileDefinitions(models: string, directory: string): Promise<void> {
  const names = await listDefinitions(models);
  await build({
    entryPoints: Object.fromEntries(
      names.map((name) => [`${name}/model`, path.join(models, name, "model.ts")]),
    ),
    outdir: directory,
    bundle: true,
    platform: "node",
    target: "node20.19",
    format: "cjs",
    logLevel: "warning",
  });
}

export interface ModelsRequest {
  /** Folder of the models; this repository's, unless another is given. */
  readonly models?: string | undefined;
  /** Whether to bring, of each model that a program fits, what the program needs of the model's folder. */
  readonly programs: boolean;
}

/** Lays the models out for an image: their definitions as JavaScript and, where wanted, their programs. No data. */
export async function layOutModels(
  directory: string,
  { models = modelsDirectory, programs }: ModelsRequest,
): Promise<void> {
  await compileDefinitions(models, directory);
  if (!programs) return;
  for (const name of await listDefinitions(models)) {
    const { definition } = await loadDefinition(name, undefined, models);
    if (!trainerRule(definition.trainer.kind).isProgram) continue;
    const folder = path.join(models, name);
    for (const file of await listProgramFiles(folder, definition.data)) {
      await cp(file, path.join(directory, name, path.relative(folder, file)));
    }
  }
}

/** Whether a Python program fits one of the models that are laid out in a folder. */
export async function needPython(directory: string): Promise<boolean> {
  for (const name of await listDefinitions(directory)) {
    const { definition } = await loadDefinition(name, undefined, directory);
    if (definition.trainer.kind === "python") return true;
  }
  return false;
}
