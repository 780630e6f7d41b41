import type { StackConfig } from "./stack-config";

/** Tags that every resource has; costs are reported by them, and Azure Policy and the policy pack ask for them. */
export const tagNames = ["environment", "owner", "costCentre"] as const;

/** The tags of a stack: those that every resource has to have, and the model. */
export function tagsOf({
  environment,
  owner,
  costCentre,
  model,
}: StackConfig): Record<(typeof tagNames)[number] | "model", string> {
  return { environment, owner, costCentre, model };
}
