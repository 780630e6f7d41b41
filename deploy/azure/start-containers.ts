import { z } from "zod";
import type { AzureClient } from "../../platform/azure/azure-client";
import { PlatformError } from "../../platform/base/errors";
import { pauseUnless } from "../../platform/http/retries";

/** Container Instances REST API, "Container Groups": get, and start. */
const apiVersion = "2023-05-01";
const groupSchema = z.object({
  properties: z.object({ instanceView: z.object({ state: z.string().optional() }).optional() }),
});
/** Azure starts a group in one to three minutes. */
const maxLooks = 60;

interface StartOptions {
  readonly report?: ((line: string) => void) | undefined;
  /** Milliseconds between two looks at a group that is starting. */
  readonly pauseMs?: number;
}

/**
 * Starts a container group that is stopped, as a schedule stops it in the evening, and waits until it runs: an update that
 * changes nothing about a stopped group leaves it stopped. `id` is its resource id. Throws DEPLOYMENT_FAILED when it does
 * not run within five minutes.
 */
export async function startContainers(
  client: AzureClient,
  id: string,
  { report, pauseMs = 5000 }: StartOptions = {},
): Promise<void> {
  const url = (action = ""): string => `${client.managementUrl}${id}${action}?api-version=${apiVersion}`;
  const remedies = {
    403: 'Expected an identity with "Container Instances Contributor" on the resource group. The stack assigns it to mlops:releasePrincipal.',
  };
  const stateOf = async (): Promise<string | undefined> => {
    const { properties } = await client.call({
      what: "The state of the container group",
      scope: "management",
      method: "GET",
      url: url(),
      answer: groupSchema,
      remedies,
    });
    return properties.instanceView?.state;
  };
  if ((await stateOf()) !== "Stopped") return;
  report?.("The container group is stopped; starting it.");
  await client.tell({
    what: "The start of the container group",
    scope: "management",
    method: "POST",
    url: url("/start"),
    remedies,
  });
  for (let look = 0; look < maxLooks; look += 1) {
    if ((await stateOf()) === "Running") return;
    await pauseUnless(client.signal, pauseMs);
  }
  throw new PlatformError(
    "DEPLOYMENT_FAILED",
    `The container group does not run ${(maxLooks * pauseMs) / 1000} s after it was started. Expected its state to be "Running". See what it says with \`az container logs --ids ${id}\`, and run the same command again.`,
  );
}
