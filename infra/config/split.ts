import { lastOutput } from "./last-output";
import { projects } from "./projects";
import { refusal } from "./refusal";
import { releaseStateSchema } from "./release";

/**
 * Refuses to update a stack that an earlier version of this program left while it served: this update would delete what
 * serves, as that belongs to a stack of its own now.
 */
export async function requireSplit(environment: string): Promise<void> {
  const left = releaseStateSchema.safeParse(await lastOutput(projects.environment, "release"));
  const { stable, canary } = left.data ?? {};
  if (stable === undefined && canary === undefined) return;
  throw refusal(
    `Stack ${environment} serves ${[stable?.model, canary?.model].filter(Boolean).join(" and ")} itself, as stacks of an earlier version did, and this update would delete that. What serves has a stack of its own now. Take it over first, without an interruption: docs/how-to/maintain-an-environment.md#split-a-stack-of-an-earlier-version`,
  );
}
