import type { Entries } from "../../model/run-entries";
import { logEntries, orWarn } from "./log-entries";
import type { MlflowConnection } from "./mlflow-client";
import { MlflowClient } from "./mlflow-client";
import { endRun, openRun } from "./mlflow-runs";
import { MlflowTracking } from "./mlflow-tracking";

/** A run of ours: its id, and the model whose experiment on the server it is in. */
interface LoggedRun {
  readonly id: string;
  readonly model: string;
}

/**
 * Writes to the server's run of a run of ours, which is made when it is first written to, and is finished whenever nothing is
 * being written. If the server rejects something, `warn` is called and training continues.
 */
export async function logToMlflow(
  { warn, ...connection }: MlflowConnection & { readonly warn: (message: string) => void },
  { id, model }: LoggedRun,
  entries: Entries,
): Promise<void> {
  const client = new MlflowClient(connection);
  await orWarn(async () => {
    const { runId } = await openRun(client, { model, run: id, now: Date.now() });
    await logEntries(new MlflowTracking(client, runId), entries, warn);
    await endRun(client, runId, "FINISHED");
  }, warn);
}
