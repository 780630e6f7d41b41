import { readdir } from "node:fs/promises";
import path from "node:path";
import { meantBy } from "./closed-object";
import type { ModelDefinition } from "./definition";
import { readDefinitionFile } from "./definition-file";
import { PlatformError, systemErrorCode } from "../base/errors";
import { fileExists } from "../base/files";
import { shownPath } from "../base/shown-path";

/** A checked definition, and where its data is. */
export interface LoadedDefinition {
  readonly definition: ModelDefinition;
  /** Path of the definition. */
  readonly definitionFile: string;
  /** Path of the data: the definition's, resolved against the model's folder, or the one given instead. */
  readonly dataFile: string;
}

/** `models/` of this repository. */
export const modelsDirectory = path.join(__dirname, "..", "..", "models");

/** Files of a model's definition: as it is written or, in an image, which has no compiler, as it was compiled. */
export const definitionFiles: readonly string[] = ["model.ts", "model.js"];

async function findDefinition(folder: string): Promise<string | undefined> {
  for (const name of definitionFiles) {
    const file = path.join(folder, name);
    if (await fileExists(file)) return file;
  }
  return undefined;
}

/** Names of the models in a folder. */
export async function listDefinitions(directory = modelsDirectory): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((cause: unknown) => {
    if (!["ENOENT", "ENOTDIR"].includes(systemErrorCode(cause) ?? "")) throw cause;
    throw new PlatformError(
      "SETTINGS_INVALID",
      `${directory} is not a folder. MLOPS_MODELS names the folder of the models. Correct or unset it.`,
      { cause },
    );
  });
  const names = [];
  for (const entry of entries.filter((item) => item.isDirectory())) {
    if ((await findDefinition(path.join(directory, entry.name))) !== undefined) names.push(entry.name);
  }
  return names.sort();
}

/** Loads `models/<name>/model.ts`; `data` stands in for the definition's own data. */
export async function loadDefinition(
  name: string,
  data?: string,
  directory = modelsDirectory,
): Promise<LoadedDefinition> {
  const known = await listDefinitions(directory);
  const file = known.includes(name) ? await findDefinition(path.resolve(directory, name)) : undefined;
  if (file === undefined) {
    const meant = meantBy(name, known);
    const suggestion = meant === undefined ? "" : ` Did you mean "${meant}"?`;
    throw new PlatformError(
      "USAGE",
      `There is no model "${name}". Models here: ${known.join(", ")}.${suggestion} \`mlops init ${name} --from data.csv\` makes a new one.`,
    );
  }
  const definition = readDefinitionFile(file, shownPath(file));
  return {
    definition,
    definitionFile: file,
    dataFile: data === undefined ? path.resolve(path.dirname(file), definition.data) : path.resolve(data),
  };
}
