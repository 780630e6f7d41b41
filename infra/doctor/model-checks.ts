import { listDefinitions } from "../../platform/definition/definitions";
import { defaultModel } from "../../platform/release/default-model";
import { readEnvironments } from "../../platform/release/environments";
import { failed, ok, type Finding } from "./finding";

/** Checks whether a stack's model is one of the repository, and the one that its pipelines and commands mean where none is named. */
export function checkModel(
  { stack, model, training }: Readonly<Record<"stack" | "model" | "training", string>>,
  { known, meant }: { readonly known: readonly string[]; readonly meant: string },
): Finding {
  const check = "model";
  if (!known.includes(model))
    return failed(
      check,
      `models/ has no ${model}, which the stack is to have, only ${known.join(", ")}`,
      `npm run mlops -- init ${model} --from <file>, or pulumi config set --stack ${stack} mlops:model <one of these>`,
    );
  if (meant !== model)
    return failed(
      check,
      `the stack has ${model}, and pipelines and commands here work on ${meant}, as ${training} does`,
      `pulumi config set --stack ${stack} mlops:model ${meant}`,
    );
  return ok(check, `${model}, as in the pipelines`);
}

/** The finding about the model of a stack. */
export async function modelFindings({
  environment: stack,
  model,
}: {
  readonly environment: string;
  readonly model: string;
}): Promise<Finding[]> {
  const known = await listDefinitions(process.env.MLOPS_MODELS);
  const { training } = readEnvironments();
  return [checkModel({ stack, model, training }, { known, meant: defaultModel() })];
}
