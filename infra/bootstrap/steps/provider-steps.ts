import { setTimeout as pause } from "node:timers/promises";
import { PlatformError } from "../../../platform/base/errors";
import type { Azure } from "../clients/azure-clients";
import { explained } from "../clients/explain-error";
import { resourceProviders } from "../grants";
import { absent, exists, type Step } from "./step";

/** Registration usually takes a few minutes. */
const maxMinutes = 10;

/** Registers a stack's resource providers in each subscription; Azure refuses resources of unregistered providers. */
export function providerSteps(azure: Azure, subscriptionIds: readonly string[], pauseMs = 5000): Step[] {
  return subscriptionIds.map((id) => {
    const { providers } = azure.resourcesOf(id);
    const what = `The resource providers of ${id}`;
    const missing = async (): Promise<string[]> => {
      const registered = new Set<string>();
      await explained(
        what,
        (async () => {
          for await (const { namespace = "", registrationState } of providers.list())
            if (registrationState === "Registered") registered.add(namespace.toLowerCase());
        })(),
      );
      return resourceProviders.filter((provider) => !registered.has(provider.toLowerCase()));
    };
    return {
      name: `resource providers of ${id}`,
      describe: "the resource types that stacks create",
      find: async () => ((await missing()).length === 0 ? exists : absent),
      create: async () => {
        for (const provider of await missing()) await explained(what, providers.register(provider));
        for (const end = Date.now() + maxMinutes * 60_000; ;) {
          const left = await missing();
          if (left.length === 0) return;
          if (Date.now() > end) {
            throw new PlatformError(
              "AZURE_FAILED",
              `${left.join(", ")} are still not registered in ${id} after ${maxMinutes} minutes. Run the same command again later: it resumes here.`,
            );
          }
          await pause(pauseMs);
        }
      },
    };
  });
}
