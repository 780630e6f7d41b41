import type { Digest } from "../../platform/base/files";
import { PlatformError } from "../../platform/base/errors";
import { findDecision } from "../../training/steps";
import { mapInBatches } from "./map-in-batches";
import type { RunRecord, Runs } from "./runs";

/** How many other runs of the model have a decision on the same held-out rows. */
export async function countDecisions(
  runs: Runs,
  { id, model }: Pick<RunRecord, "id" | "model">,
  heldOut: Digest,
): Promise<number> {
  const others = (await runs.list(model)).filter((run) => run.id !== id);
  const decisions = await mapInBatches(others, (run) =>
    findDecision(runs.path(run.id, "decision.json")).catch((error: unknown) => {
      // An unreadable record, perhaps from an earlier version, does not block the decision.
      if (error instanceof PlatformError) return undefined;
      throw error;
    }),
  );
  return decisions.filter((decision) => decision?.heldOut === heldOut).length;
}
