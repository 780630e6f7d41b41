import path from "node:path";
import { z } from "zod";
import { PlatformError } from "../../platform/base/errors";
import { writeJson } from "../../platform/base/files";
import { findRecord } from "../../platform/base/stored-record";
import { withoutPeriod } from "../../platform/base/wording";
import { describeBeside } from "../terminal/describe-drift";
import { monitor } from "../watching/monitor";
import { awaitLogged, replayRows } from "../../deploy/tests/replay";
import { heldOutRows } from "../runs/held-out-rows";
import { writeRunReport } from "./run-report";
import { requireWritable, type Workspace } from "../../platform/settings/workspace";
import { shownPath } from "../../platform/base/shown-path";
import { servingUrl } from "./release-steps";
import type { Step } from "./step";

/** `replay.json`: when the requests of the predictions step began; the drift step looks at them alone. */
const replaySchema = z.object({ from: z.iso.datetime(), requests: z.number() });

/** Throws STORAGE_FAILED where the prediction log has not all of the requests that were sent. */
export async function requireAllLogged(
  workspace: Workspace,
  { logged, sent }: { readonly logged: number; readonly sent: number },
): Promise<void> {
  if (logged >= sent) return;
  // On a full disk, what services say of it could not be written either.
  await requireWritable(workspace);
  throw new PlatformError(
    "STORAGE_FAILED",
    `The prediction log holds ${logged} of ${sent} requests that production answered. It has to hold all. See the logs in ${workspace.environments}.`,
  );
}

export const predictionsStep: Step = {
  name: "predictions",
  async run(context) {
    const { session, run, definition } = context;
    const { production } = session.environments;
    const url = await servingUrl(context, production);
    const rows = await heldOutRows(await context.workbench(), session.runs.modelDirectory(run.id));
    const access = await context.target.access(production, definition.name);
    const from = new Date();
    await replayRows({ url, rows, prefix: run.id, ...access }, session.signal);
    const logged = await awaitLogged(
      {
        predictions: session.predictions,
        report: (message) => {
          session.output.print(message);
        },
        signal: session.signal,
      },
      { environment: production, model: definition.name, from },
      run.id,
      rows.length,
    );
    await requireAllLogged(session.workspace, { logged, sent: rows.length });
    const replay: z.output<typeof replaySchema> = { from: from.toISOString(), requests: rows.length };
    await writeJson(session.runs.path(run.id, "replay.json"), replay);
    const shown = shownPath(path.join(session.workspace.predictions, production, definition.name));
    return { message: `${rows.length} held-out rows scored in production, ${logged} logged in ${shown}` };
  },
};

export const driftStep: Step = {
  name: "drift",
  async run({ session, run, definition }) {
    const replay = await findRecord(session.runs.path(run.id, "replay.json"), replaySchema);
    const { version, drift } = await monitor(session, {
      environment: session.environments.production,
      model: definition.name,
      rule: definition.drift,
      ...(replay && { from: new Date(replay.from), testsOf: run.id }),
    });
    await writeJson(session.runs.path(run.id, "drift.json"), drift);
    const beside = describeBeside(drift.beside).map(withoutPeriod);
    return { message: [`${withoutPeriod(drift.explanation)} (that of ${version})`, ...beside].join("; ") };
  },
};

export const reportStep: Step = {
  name: "report",
  async run(context) {
    const file = await writeRunReport(context);
    return { message: shownPath(file) };
  },
};
