import { PlatformError } from "../../platform/base/errors";
import { parseModelRef } from "../../platform/definition/model-ref";
import type { CanaryStage } from "../../deploy/rules/canary-stage";
import { nameOfComparison } from "../../deploy/rules/comparison";
import { releaseOf } from "./release-of-run";
import type { RunContext } from "./step";

/** Longest value of a tag, in characters: well below what registries take. */
const maxCharacters = 2000;

/** A stage in short: `50 % against cost:1: advance, 132 requests, 0 failed`. */
function inShort({ weight, comparedWith, verdict, canary }: CanaryStage): string {
  return `${weight} % against ${nameOfComparison(comparedWith)}: ${verdict}, ${canary.requests} requests, ${canary.failures} failed`;
}

/**
 * Records in the registry, as tags of the version, who approved its release and what its canary showed: what a pipeline's agent knows is gone with
 * it. Production serves by then as it was decided, so that a registry that does not answer is told, and changes nothing.
 */
export async function tagRelease(
  { session, run }: Pick<RunContext, "session" | "run">,
  stages: readonly CanaryStage[],
  end: "released" | "rolled back",
): Promise<void> {
  const { model } = releaseOf({ run });
  const { approval } = run;
  const tags = {
    ...(approval && { approvedBy: `${approval.by}, ${approval.at}` }),
    ...(stages.length > 0 && { canary: `${stages.map(inShort).join("; ")}; ${end}` }),
  };
  try {
    for (const [key, value] of Object.entries(tags))
      await session.registry.setTag(parseModelRef(model), key, value.slice(0, maxCharacters));
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    session.output.print(`The tags of ${model} do not say how it was released: ${error.message}`);
  }
}
