import { readFile } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import type { Deployment } from "../../platform/release/deployment";
import { evaluationSchema, promotionDecisionSchema } from "../../platform/metrics/evaluation";
import { fileExists } from "../../platform/base/files";
import { dataReportSchema } from "../../platform/data/findings";
import { modelFiles, readLineage } from "../../platform/model/model-directory";
import { driftReportSchema } from "../../platform/drift/drift";
import { findRecord } from "../../platform/base/stored-record";
import type { ReportInput } from "../report/report-input";
import { writeReport } from "../report/write-report";
import type { RunRecord } from "../runs/runs";
import type { RunContext } from "./step";
import { stepNames } from "./step";

type Context = Pick<RunContext, "session" | "run" | "definition">;

/** What the environments hold of the model, those that never held anything left out. */
async function deploymentsOf({ session, definition }: Context): Promise<Deployment[]> {
  const deployments = await Promise.all(
    session.environments.names.map((environment) => session.deployer.status(environment, definition.name)),
  );
  return deployments.filter(({ history }) => history.length > 0);
}

/** A failed data check says its findings as a table of text; here they have a section of their own. */
function withoutFindings(run: RunRecord): RunRecord {
  const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";
  if (!run.steps.some(({ name, status }) => name === "check" && status === "failed")) return run;
  const steps = run.steps.map((step) =>
    step.name === "check" ? { ...step, message: firstLine(step.message) } : step,
  );
  return { ...run, steps, explanation: firstLine(run.explanation) };
}

/** Gathers what a run left in its folder. */
async function reportInput(context: Context): Promise<ReportInput> {
  const { session, run, definition } = context;
  const file = (...names: string[]): string => session.runs.path(run.id, ...names);
  const find = <T>(name: string, schema: z.ZodType<T>): Promise<T | undefined> =>
    findRecord(file(name), schema);
  const dataReport = await find("data-check.json", dataReportSchema);
  const evaluation = await find("evaluation.json", evaluationSchema);
  const decision = await find("decision.json", promotionDecisionSchema);
  const drift = await find("drift.json", driftReportSchema);
  const trained = await fileExists(file("model", modelFiles.lineage));
  // A report says nothing of its own making, neither as done nor as not reached.
  const steps = run.steps.filter(({ name }) => name !== "report");
  const reached = new Set(["report", ...steps.map(({ name }) => name)]);
  return {
    run: withoutFindings({ ...run, steps }),
    notReached: stepNames(session.environments).filter((name) => !reached.has(name)),
    definition,
    ...(dataReport && { dataReport }),
    ...(evaluation && { evaluation }),
    ...(decision && { decision }),
    ...(drift && { drift }),
    ...(trained && {
      lineage: await readLineage(file("model")),
      modelCard: await readFile(file("model", modelFiles.card), "utf8"),
    }),
    deployments: await deploymentsOf(context),
  };
}

/** Writes the report of a run; returns its path. */
export async function writeRunReport(context: Context): Promise<string> {
  const file = path.join(context.session.workspace.reports, `${context.run.id}.html`);
  await writeReport(file, await reportInput(context));
  return file;
}
