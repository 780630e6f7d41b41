import * as pulumi from "@pulumi/pulumi";

/**
 * How long, in milliseconds, a new role assignment may take to be in effect everywhere: "it can take up to 10 minutes for changes
 * to take effect", Troubleshoot Azure RBAC, learn.microsoft.com/azure/role-based-access-control/troubleshooting.
 */
export const spreadMs = 10 * 60_000;

/**
 * Milliseconds from `now` until role assignments that were created at these times (ISO 8601) are in effect: 0 for old ones, and
 * never more than `spreadMs`, whatever this machine's clock says.
 */
export function untilInEffect(createdOn: readonly (string | undefined)[], now: number): number {
  const times = createdOn.map((time) => Date.parse(time ?? "")).filter(Number.isFinite);
  return Math.min(Math.max(0, ...times.map((time) => time + spreadMs - now)), spreadMs);
}

/** The newest of these times (ISO 8601); undefined where none is known. */
export function newestOf(createdOn: readonly (string | undefined)[]): string | undefined {
  const known = createdOn.filter((time) => Number.isFinite(Date.parse(time ?? "")));
  return known.sort((one, other) => Date.parse(one ?? "") - Date.parse(other ?? "")).at(-1);
}

/** Waits until role assignments that were created at these times are in effect. A preview does not wait. */
export async function waitUntilInEffect(
  createdOn: readonly (string | undefined)[],
  roles: string,
): Promise<void> {
  const ms = untilInEffect(createdOn, Date.now());
  if (ms === 0 || pulumi.runtime.isDryRun()) return;
  const seconds = Math.ceil(ms / 1000);
  await pulumi.log.info(`Waiting ${seconds} s until new role assignments are in effect: ${roles}.`);
  await new Promise((resolve) => setTimeout(resolve, ms));
}
