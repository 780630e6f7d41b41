import { PlatformError } from "../../platform/base/errors";
import { listDefinitions } from "../../platform/definition/definitions";

/** A stack, and its model by its settings. */
export interface StackModel {
  readonly stack: string;
  readonly model: string;
}

/**
 * Throws USAGE where stacks are to have different models, as a release goes through all of them, or one that this clone does not have:
 * pipelines, which name no model, would find it in no folder.
 */
export function requireModel(stacks: readonly StackModel[], known: readonly string[]): void {
  const models = [...new Set(stacks.map(({ model }) => model))];
  const listed = stacks.map(({ stack, model }) => `${stack} ${model}`).join(", ");
  if (models.length > 1)
    throw new PlatformError(
      "USAGE",
      `The stacks have different models: ${listed}. Expected one, which a release takes through all of them. Set it for all: --set model=<name>.`,
    );
  const [model = ""] = models;
  if (known.includes(model)) return;
  throw new PlatformError(
    "USAGE",
    `The stacks are to have the model "${model}", and models/ has only ${known.join(", ")}. Expected one of these. Make it by \`npm run mlops -- init ${model} --from <file>\`, or set another: --set model=<name>.`,
  );
}

/** The same for the models of this clone. */
export async function requireModelOf(stacks: readonly StackModel[]): Promise<void> {
  requireModel(stacks, await listDefinitions(process.env.MLOPS_MODELS));
}
