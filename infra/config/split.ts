import { lastOutput } from "./last-output";
import { projects } from "./projects";
import { refusal } from "./refusal";
import { releaseStateSchema } from "./release";

/**
 * Refuses to update a stack in which an earlier version of this program deployed the serving resources. They belong to a
 * separate stack now, so the update would delete them.
 */
export async function requireSplit(environment: string): Promise<void> {
  const left = releaseStateSchema.safeParse(await lastOutput(projects.environment, "release"));
  const { stable, canary } = left.data ?? {};
  if (stable === undefined && canary === undefined) return;
  throw refusal(
    `Stack ${environment} serves ${[stable?.model, canary?.model].filter(Boolean).join(" and ")} itself, as stacks of an earlier version did, and this update would delete the running service. Serving now has a separate stack. Move the service there first, without downtime: docs/how-to/maintain-an-environment.md#split-a-stack-of-an-earlier-version`,
  );
}
