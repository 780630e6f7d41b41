import * as pulumi from "@pulumi/pulumi";
import { releaseStateSchema, type ReleaseState } from "../../config/release";

/**
 * What the stack serves since its last update, from its own outputs: an update that is about something else, from
 * whatever clone, leaves the release as it is. Nothing serves before the first release.
 */
export async function lastRelease(): Promise<ReleaseState> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const own = new pulumi.StackReference("last-update", { name });
  const details: { value?: unknown } = await own.getOutputDetails("release");
  return releaseStateSchema.parse(details.value ?? {});
}
