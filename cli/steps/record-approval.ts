import type { RunContext } from "./step";
import { releaseOf } from "./release-of-run";

/** Records who has approved the release of a run: in the run, and in the audit trail. The same again is not another approval. */
export async function recordApproval(
  { session, run }: Pick<RunContext, "session" | "run">,
  by: string,
  why?: string,
): Promise<void> {
  const { model, digest } = releaseOf({ run });
  if (run.approval?.by === by) return;
  await session.audit.record({
    act: "approve",
    subject: model,
    environment: session.environments.production,
    ...(why !== undefined && { why }),
    details: { by, digest },
  });
  run.approval = { by, at: new Date().toISOString() };
}
