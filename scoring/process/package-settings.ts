import path from "node:path";
import { z } from "zod";
import { modelDefinitionSchema, type ServingLimits } from "../../platform/definition/definition";
import { PlatformError } from "../../platform/base/errors";
import { findJson } from "../../platform/base/files";

/** The part of a package's manifest that concerns its process; limits that it does not give are the defaults. */
const manifestSchema = z.object({
  model: z.string(),
  serving: modelDefinitionSchema.shape.serving,
});

/** The settings that give a scoring process its limits. */
function limitSettings(serving: ServingLimits): Record<string, string> {
  return {
    MLOPS_CONCURRENCY: String(serving.concurrency),
    MLOPS_QUEUE_TIMEOUT_MS: String(serving.queueTimeoutMs),
    MLOPS_TIMEOUT_MS: String(serving.timeoutMs),
    MLOPS_MAX_ROWS: String(serving.maxRows),
    MLOPS_MAX_BODY_BYTES: String(serving.maxBodyBytes),
  };
}

/** The settings that a package decides: which model it is, where, and its limits. */
export async function packageSettings(directory: string): Promise<Record<string, string>> {
  const file = path.join(directory, "package.json");
  const result = manifestSchema.safeParse(await findJson(file));
  if (!result.success) {
    throw new PlatformError(
      "MODEL_INVALID",
      `${file} is not a package's manifest. Expected a folder made by \`mlops package\`. Build the image again, or mount a package there.`,
      { cause: result.error },
    );
  }
  const { model, serving } = result.data;
  return {
    MLOPS_MODEL: model,
    MLOPS_MODEL_DIRECTORY: path.join(directory, "model"),
    ...limitSettings(serving),
  };
}
