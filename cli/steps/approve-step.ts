import path from "node:path";
import { userName } from "../../platform/audit/actor";
import { PlatformError } from "../../platform/base/errors";
import { fileExists } from "../../platform/base/files";
import { modelFiles, readModelMetrics } from "../../platform/model/model-directory";
import { findDecision } from "../../training/steps";
import { ask, isInteractive } from "../terminal/ask";
import { approvalSummary } from "./approval-summary";
import { recordApproval } from "./record-approval";
import { describeRefusedClients } from "./refused-clients";
import { writeRunReport } from "./run-report";
import { isInProduction, passedTests, requireNewerVersion } from "./release-of-run";
import type { RunContext, Step } from "./step";

/** The figures that a decision rests on; the report of the run so far is written for it. */
async function summaryOf(context: RunContext): Promise<string> {
  const { session, run } = context;
  const directory = session.runs.path(run.id, "model");
  const trained = await fileExists(path.join(directory, modelFiles.metrics));
  return approvalSummary(run, {
    metrics: trained ? (await readModelMetrics(directory)).heldOut.metrics : undefined,
    decision: await findDecision(session.runs.path(run.id, "decision.json")),
    refusedClients: await describeRefusedClients(context),
    report: await writeRunReport(context),
  });
}

/** Asks on the terminal; undefined when there is none. The end of the input (Ctrl-D) means no. */
async function askApproval(context: RunContext, question: string): Promise<boolean | undefined> {
  if (!isInteractive()) return undefined;
  const { session } = context;
  session.output.print(`\n${await summaryOf(context)}`);
  const abandoned = (): PlatformError =>
    new PlatformError(
      "INTERRUPTED",
      "Stopped before the question was answered. Production stays as it is. Run the command again.",
    );
  const answer = await ask(`${question} [y/N] `, { signal: session.signal, abandoned });
  return /^y(es)?$/i.test(answer.trim());
}

export const approveStep: Step = {
  name: "approve",
  async run(context) {
    const { session, target, yes, definition, reason } = context;
    const release = await passedTests(context);
    // They have done their part, and cost nothing while nobody tests.
    for (const environment of session.environments.testing) await target.pause(environment, definition.name);
    if (await isInProduction(context, release)) {
      const explanation = `${release.model} is in production already.`;
      return { message: explanation, ends: { outcome: "released", explanation } };
    }
    await requireNewerVersion(context);
    const refused = yes ? await describeRefusedClients(context) : undefined;
    const approved = yes ? true : await askApproval(context, `Release ${release.model} to production?`);
    if (approved === undefined) {
      const explanation = `${release.model} passed its tests and waits for approval. Release it with \`mlops promote ${release.model} --yes\`.`;
      return { message: explanation, ends: { outcome: "waiting-for-approval", explanation } };
    }
    if (!approved) {
      const explanation = `${release.model} was not approved; production stays as it is.`;
      return { message: explanation, ends: { outcome: "declined", explanation } };
    }
    const by = userName();
    const how = yes ? "Without being asked (--yes)." : "Asked on the terminal.";
    await recordApproval(context, by, reason ?? how);
    const message = `approved by ${by}${yes ? " (--yes)" : ""}`;
    return { message: refused === undefined ? message : `${message}\n${refused}` };
  },
};
