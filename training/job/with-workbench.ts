import path from "node:path";
import { readDefinitionFile } from "../../platform/definition/definition-file";
import { modelsDirectory } from "../../platform/definition/definitions";
import { PlatformError } from "../../platform/base/errors";
import { fileExists } from "../../platform/base/files";
import type { Settings } from "../../platform/settings/settings";
import { sqlPlaceOf } from "../../platform/data/sql-place";
import { openWorkbench, type PinnedData, type Workbench } from "../inputs/workbench";

/** A definition as a user writes it, or compiled. */
const definitionFiles = ["model.js", "model.ts"];

async function findDefinition(models: string, name: string): Promise<string> {
  for (const file of definitionFiles.map((base) => path.resolve(models, name, base))) {
    if (await fileExists(file)) return file;
  }
  throw new PlatformError(
    "NOT_FOUND",
    `There is no model "${name}" in ${path.resolve(models)}. A folder of its name with ${definitionFiles.join(" or ")} is expected. Correct --model, or set MLOPS_MODELS to the folder of your definitions.`,
  );
}

/** Loads a definition and its data, does the work and closes what was opened. */
export async function withWorkbench<T>(
  { settings, signal }: { readonly settings: Settings<"training">; readonly signal: AbortSignal },
  from: { readonly model: string; readonly data?: string; readonly pinned?: PinnedData },
  work: (workbench: Workbench) => Promise<T>,
): Promise<T> {
  const definitionFile = await findDefinition(settings.models ?? modelsDirectory, from.model);
  const definition = readDefinitionFile(definitionFile);
  const data =
    from.data === undefined
      ? path.resolve(path.dirname(definitionFile), definition.data)
      : path.resolve(from.data);
  const workbench = await openWorkbench({ definition, definitionFile }, data, {
    ...sqlPlaceOf(settings, signal, { here: data, there: settings.sparkData }),
    pinned: from.pinned,
  });
  try {
    return await work(workbench);
  } finally {
    await workbench.engine.close();
  }
}
