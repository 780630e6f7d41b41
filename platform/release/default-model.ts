import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { PlatformError, reasonOf, systemErrorCode } from "../base/errors";
import { modelNamePattern, modelNameRule } from "../definition/model-ref";
import { readEnvironments } from "./environments";

/** The sample that comes with the repository: the model of a stack whose settings name none. */
export const sampleModel = "diabetes";

const settingsSchema = z.object({ config: z.record(z.string(), z.unknown()).nullish() }).nullish();

/** Folder with the stacks' settings files. */
const root = path.join(__dirname, "..", "..");

/** Settings of a stack as its file has them; none where there is no file, as in an image. */
function settingsOf(file: string, name: string): Readonly<Record<string, unknown>> {
  try {
    return settingsSchema.parse(parse(readFileSync(file, "utf8")))?.config ?? {};
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return {};
    throw new PlatformError(
      "SETTINGS_INVALID",
      `${name} cannot be read, which says which model is meant where none is named: ${reasonOf(error)}. Expected a stack's settings as YAML. Correct the file.`,
      { cause: error },
    );
  }
}

function requireName(model: unknown, where: string): string {
  if (typeof model === "string" && modelNamePattern.test(model)) return model;
  throw new PlatformError(
    "SETTINGS_INVALID",
    `${where} is ${JSON.stringify(model)}. Expected a model's name: ${modelNameRule}. Correct it.`,
  );
}

/**
 * The model that is meant where none is named: `mlops:model` of the stack that trains, in its settings file, so that the stack, the pipelines
 * and the commands of a clone have one, which is written in one place; MLOPS_DEFAULT_MODEL where there is no such file.
 */
export function defaultModel(env: NodeJS.ProcessEnv = process.env, folder = root): string {
  if (env.MLOPS_DEFAULT_MODEL !== undefined)
    return requireName(env.MLOPS_DEFAULT_MODEL, "MLOPS_DEFAULT_MODEL");
  const name = `Pulumi.${readEnvironments(env).training}.yaml`;
  const model = settingsOf(path.join(folder, name), name)["mlops:model"];
  return model === undefined ? sampleModel : requireName(model, `mlops:model in ${name}`);
}
