import path from "node:path";
import { PlatformError } from "../../platform/errors";
import { findJson, writeJson } from "../../platform/files";
import { monitor } from "../monitor";
import { awaitLogged, replayRows } from "../replay";
import { heldOutRows } from "../run-data";
import { writeRunReport } from "../run-report";
import type { Step } from "./step";

/** When the requests of the predictions step began; the drift step looks at no earlier ones. */
interface ReplayFacts {
  readonly from: string;
  readonly requests: number;
}

export const predictionsStep: Step = {
  name: "predictions",
  async run(context) {
    const { session, run, definition } = context;
    const { url } = await session.deployer.status("prod", definition.name);
    if (url === undefined)
      throw new PlatformError(
        "NOT_FOUND",
        `Nothing serves ${definition.name} in prod. Run \`mlops deploy --environment prod\`.`,
      );
    const rows = await heldOutRows(await context.data(), definition);
    const from = new Date();
    await replayRows(url, rows, run.id, session.signal);
    const logged = await awaitLogged(
      session,
      { environment: "prod", model: definition.name, from },
      run.id,
      rows.length,
    );
    if (logged < rows.length) {
      throw new PlatformError(
        "STORAGE_FAILED",
        `The prediction log holds ${logged} of ${rows.length} requests that production answered. See the logs in ${session.workspace.environments}.`,
      );
    }
    const facts: ReplayFacts = { from: from.toISOString(), requests: rows.length };
    await writeJson(session.runs.path(run.id, "replay.json"), facts);
    const shown = path.relative(
      process.cwd(),
      path.join(session.workspace.predictions, "prod", definition.name),
    );
    return { message: `${rows.length} held-out rows scored in production, ${logged} logged in ${shown}` };
  },
};

export const driftStep: Step = {
  name: "drift",
  async run({ session, run, definition }) {
    const facts = (await findJson(session.runs.path(run.id, "replay.json"))) as ReplayFacts | undefined;
    const { version, drift } = await monitor(session, {
      environment: "prod",
      model: definition.name,
      rule: definition.drift,
      ...(facts && { from: new Date(facts.from) }),
    });
    await writeJson(session.runs.path(run.id, "drift.json"), drift);
    return { message: `${drift.explanation} (against the reference sample of ${version})` };
  },
};

export const reportStep: Step = {
  name: "report",
  async run(context) {
    const file = await writeRunReport(context);
    return { message: path.relative(process.cwd(), file) };
  },
};
