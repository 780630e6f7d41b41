import { readdir } from "node:fs/promises";
import path from "node:path";
import { closest } from "fastest-levenshtein";
import type { ModelDefinition } from "../platform/definition";
import { parseModelDefinition } from "../platform/definition";
import { PlatformError } from "../platform/errors";
import { fileExists } from "../platform/files";

/** A checked definition, and where its data is. */
export interface LoadedDefinition {
  readonly definition: ModelDefinition;
  /** Path of the definition. */
  readonly definitionFile: string;
  /** Path of the data: the definition's, resolved against the model's folder, or the one given instead. */
  readonly dataFile: string;
}

/** `models/` of this repository. */
export const modelsDirectory = path.join(__dirname, "..", "models");

export async function listDefinitions(directory = modelsDirectory): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = [];
  for (const entry of entries.filter((item) => item.isDirectory())) {
    if (await fileExists(path.join(directory, entry.name, "model.ts"))) names.push(entry.name);
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
  if (!known.includes(name)) {
    const suggestion = known.length > 0 ? ` Did you mean "${closest(name, known)}"?` : "";
    throw new PlatformError(
      "NOT_FOUND",
      `There is no model "${name}". Models here: ${known.join(", ")}.${suggestion} \`mlops init ${name} --from data.csv\` makes a new one.`,
    );
  }
  const file = path.join(directory, name, "model.ts");
  const definition = parseModelDefinition(importDefinition(file), path.relative(process.cwd(), file));
  if (definition.name !== name) {
    throw new PlatformError(
      "DEFINITION_INVALID",
      `${file} defines the model "${definition.name}", but its folder is "${name}". Give both the same name.`,
    );
  }
  return {
    definition,
    definitionFile: file,
    dataFile: data === undefined ? path.resolve(path.dirname(file), definition.data) : path.resolve(data),
  };
}

function importDefinition(file: string): unknown {
  try {
    // A definition is a module of the user's, known only by its path.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return (require(file) as { default?: unknown }).default;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PlatformError("DEFINITION_INVALID", `${file} cannot be loaded: ${reason}. Correct the file.`, {
      cause,
    });
  }
}
