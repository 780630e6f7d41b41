import * as pulumi from "@pulumi/pulumi";
import { projects } from "../config/projects";
import { parseServingPlace, releaseFaults } from "../config/serving-place";
import { refusal } from "../config/refusal";
import { serve } from "../components/serving/serve";
import { readRelease } from "./release";
import { lastOutput } from "../config/last-output";

/** The scoring service of an environment: containers and routes, on infrastructure from the environment's own stack. */
export = async (): Promise<Record<string, unknown>> => {
  const environment = pulumi.getStack();
  const place = parseServingPlace(environment, await lastOutput(projects.environment, "serving"));
  const release = await readRelease(environment);
  const faults = releaseFaults(place, release);
  if (faults.length > 0) throw refusal(faults.join("\n"));

  const { url, rollout, internalAddress } = serve(place, release);
  return {
    scoringUrl: url ?? "",
    // For a DNS record of one's own in the network; the URL is one that only pods of the cluster can resolve.
    ...(internalAddress && { internalAddress }),
    // A release starts it when a schedule has stopped it.
    ...(place.kind === "containers" && rollout !== undefined && { containerGroupId: rollout }),
    // Resolves only once the release serves, so that a failed update keeps the previous release in the outputs.
    release: rollout === undefined ? release : rollout.apply(() => release),
  };
};
