import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { explainStorageError, PlatformError, systemErrorCode } from "../../platform/base/errors";
import { modelNamePattern } from "../../platform/definition/model-ref";
import { openEngine } from "../../platform/sql/open-engine";
import { copyData, dataNameOf } from "./copy-data";
import { requireTrainerOptions, type TrainerChoice } from "./choose-trainer";
import { copyProgram } from "./copy-program";
import { draftFor, type Draft } from "./draft";
import { writeDefinition } from "./draft-source";
import type { Answers, Ask } from "./questions";

export interface InitRequest extends Answers, TrainerChoice {
  readonly name: string;
  readonly from: string;
  /** The folder of the models. */
  readonly models: string;
  readonly ask?: Ask | undefined;
}

/** A model's folder that was made, and what is in it. */
export interface MadeModel extends Draft {
  /** Path of the definition. */
  readonly file: string;
  /** The program that was written beside it, by the names of its files; none for a trainer that is built in. */
  readonly program: readonly string[];
}

/** Makes `models/<name>/` from a user's file or folder of data. */
export async function initModel(request: InitRequest): Promise<MadeModel> {
  const { name, from, models, ask, trainer, library = "lightgbm", run, settings, ...answers } = request;
  requireTrainerOptions(request);
  if (!modelNamePattern.test(name)) {
    throw new PlatformError(
      "USAGE",
      `"${name}" is not a model name. Expected 3 to 40 lower-case letters, digits and dashes, for example churn. Choose another.`,
    );
  }
  const data = await dataNameOf(from);
  const draft = await draftOf({
    ...{ name, from, data, answers, ask },
    trainer: {
      ...(trainer && { trainer }),
      library,
      ...(run !== undefined && { run }),
      ...(settings && { settings }),
    },
  });
  const folder = path.join(models, name);
  await createFolder(folder, name);
  const file = path.join(folder, "model.ts");
  try {
    await copyData(from, path.join(folder, data));
    const program = trainer === "python" ? await copyProgram(library, folder) : [];
    // The last of it: a folder without a definition is no model.
    await writeFile(file, writeDefinition(draft));
    return { ...draft, file, program };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw explainStorageError(error, folder, "MLOPS_MODELS");
  }
}

async function draftOf(request: Parameters<typeof draftFor>[1]): Promise<Draft> {
  const engine = await openEngine();
  try {
    return await draftFor(engine, request);
  } finally {
    await engine.close();
  }
}

async function createFolder(folder: string, name: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "EEXIST") {
      throw new PlatformError(
        "CONFLICT",
        `${folder} exists already. A new model has a folder of its own. Choose another name than "${name}", or delete the folder.`,
      );
    }
    if (code !== "ENOENT") throw explainStorageError(error, folder, "MLOPS_MODELS");
    throw new PlatformError(
      "SETTINGS_INVALID",
      `${path.dirname(folder)} is not a folder. MLOPS_MODELS names the folder of the models. Correct or unset it.`,
      { cause: error },
    );
  }
}
