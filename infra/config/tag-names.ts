import type { StackConfig } from "./stack-config";

/** Required tags of every resource: cost reports use them, and Azure Policy and the policy pack check them. */
export const tagNames = ["environment", "owner", "costCentre"] as const;

/** The tags of a stack: the required ones, and the model. */
export function tagsOf({
  environment,
  owner,
  costCentre,
  model,
}: StackConfig): Record<(typeof tagNames)[number] | "model", string> {
  return { environment, owner, costCentre, model };
}
