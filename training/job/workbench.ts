import path from "node:path";
import { z } from "zod";
import { readDefinitionFile } from "../../platform/definition/definition-file";
import { loadData, type DataSource } from "../../platform/data/source";
import type { ModelDefinition } from "../../platform/definition/definition";
import { PlatformError } from "../../platform/base/errors";
import { fileExists, type Digest } from "../../platform/base/files";
import { openEngine } from "../../platform/sql/open-engine";
import type { SqlEngine } from "../../platform/sql/engine";
import { findRecord } from "../../platform/base/stored-record";

/** What every step of training works with. */
export interface Workbench {
  readonly definition: ModelDefinition;
  /** Folder of the definition. */
  readonly directory: string;
  readonly engine: SqlEngine;
  readonly source: DataSource;
}

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

/** Data as it was checked: what has changed since is refused, and what was added is left out. */
export interface PinnedData {
  readonly digest: Digest;
  /** The files of a folder, by their paths below it. */
  readonly files?: readonly string[];
}

async function loadPinned(
  engine: SqlEngine,
  definition: ModelDefinition,
  { file, pinned }: { readonly file: string; readonly pinned: PinnedData | undefined },
): Promise<DataSource> {
  const source = await loadData(engine, definition, file, pinned?.files);
  if (pinned === undefined || source.digest === pinned.digest) return source;
  throw new PlatformError(
    "CONFLICT",
    `${file} is no longer the data that was checked. Files of a table stay as they are until a run has ended. Restore them, or start again with the check.`,
  );
}

/** Loads a definition and its data, does the work and closes what was opened. */
export async function withWorkbench<T>(
  from: {
    readonly models: string;
    readonly model: string;
    readonly data?: string | undefined;
    readonly pinned?: PinnedData | undefined;
  },
  work: (workbench: Workbench) => Promise<T>,
): Promise<T> {
  const file = await findDefinition(from.models, from.model);
  const directory = path.dirname(file);
  const definition = readDefinitionFile(file);
  const engine = await openEngine();
  try {
    const data = from.data === undefined ? path.resolve(directory, definition.data) : path.resolve(from.data);
    const source = await loadPinned(engine, definition, { file: data, pinned: from.pinned });
    return await work({ definition, directory, engine, source });
  } finally {
    await engine.close();
  }
}

/** What production serves, as `mlops package` made it. */
export interface ChampionPackage {
  /** `name:version`. */
  readonly model: string;
  readonly directory: string;
}

/** The champion in a package's folder. */
export async function readChampion(folder: string): Promise<ChampionPackage> {
  const manifest = await findRecord(
    path.join(folder, "package.json"),
    z.object({ model: z.string() }),
    "Package the champion again with `mlops package`, or correct --champion.",
  );
  if (manifest) return { model: manifest.model, directory: path.join(folder, "model") };
  throw new PlatformError(
    "NOT_FOUND",
    `${folder} is not a package of a model. A folder made by \`mlops package\` is expected. Correct --champion, or leave it out when nothing is in production.`,
  );
}
