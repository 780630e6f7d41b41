import { PlatformError } from "../../platform/base/errors";
import type { Session } from "./session";

/** An address without the slash that may be at its end or not. */
const bare = (address: string): string => address.trim().replace(/\/$/, "").toLowerCase();

/**
 * Throws CONFLICT where a version was registered in another registry than the session's: each registry counts by itself, so that the same
 * name and number mean another model there. An empty address says nothing.
 */
export async function requireRegistry(
  { locateRegistry }: Pick<Session, "locateRegistry">,
  { version, registered }: { readonly version: string; readonly registered: string },
): Promise<void> {
  if (bare(registered) === "") return;
  const own = await locateRegistry();
  if (bare(own) === bare(registered)) return;
  throw new PlatformError(
    "CONFLICT",
    `${version} was registered in ${registered}, but versions are taken from ${own}, where that number is another model. Expected a version of ${own}. Only the first environment's stack may start releases: see mlops:trains in docs/reference/stack-settings.md.`,
  );
}
