import { readFile } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import type { Deployment } from "../../platform/release/deployment";
import { evaluationSchema, promotionDecisionSchema } from "../../platform/metrics/evaluation";
import { fileExists } from "../../platform/base/files";
import { dataReportSchema } from "../../platform/data/findings";
import { tuningSchema } from "../../training/tuning/tuning";
import { modelFiles, readLineage } from "../../platform/model/model-directory";
import { driftReportSchema } from "../../platform/drift/drift";
import { findRecord } from "../../platform/base/stored-record";
import type { FormerRun, ReportInput } from "../report/report-input";
import { writeReport } from "../report/write-report";
import { summarizeRun } from "../runs/run-summary";
import type { RunRecord } from "../runs/runs";
import type { RunContext } from "./step";
import { stepNames } from "./step-names";

type Context = Pick<RunContext, "session" | "run" | "definition">;

/** What the environments hold of the model, those that never held anything left out. */
async function deploymentsOf({ session, definition }: Context): Promise<Deployment[]> {
  const deployments = await Promise.all(
    session.environments.names.map((environment) => session.deployer.status(environment, definition.name)),
  );
  return deployments.filter(({ history }) => history.length > 0);
}

/** Most earlier runs that a report lists. */
export const maxFormerRuns = 10;

/** Where the report of a run is. */
const reportFile = ({ workspace }: Context["session"], id: string): string =>
  path.join(workspace.reports, `${id}.html`);

/** The newest runs before this one, each with its report where it has one. */
async function formerRunsOf({ session, run, definition }: Context): Promise<FormerRun[]> {
  const all = await session.runs.list(definition.name);
  const at = all.findIndex(({ id }) => id === run.id);
  return Promise.all(
    all.slice(at + 1, at + 1 + maxFormerRuns).map(async (former) => ({
      run: await summarizeRun(session.runs, former),
      ...((await fileExists(reportFile(session, former.id))) && { report: `${former.id}.html` }),
    })),
  );
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

/** Gathers what a run left in its folder; the runs before it are looked for unless whoever asks knows them. */
export async function reportInput(context: Context, formerRuns?: readonly FormerRun[]): Promise<ReportInput> {
  const { session, run, definition } = context;
  const file = (...names: string[]): string => session.runs.path(run.id, ...names);
  const find = <T>(name: string, schema: z.ZodType<T>): Promise<T | undefined> =>
    findRecord(file(name), schema);
  const dataReport = await find("data-check.json", dataReportSchema);
  const evaluation = await find("evaluation.json", evaluationSchema);
  const decision = await find("decision.json", promotionDecisionSchema);
  const tuning = await find("tuning.json", tuningSchema);
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
    ...(tuning && { tuning }),
    ...(drift && { drift }),
    ...(trained && {
      lineage: await readLineage(file("model")),
      modelCard: await readFile(file("model", modelFiles.card), "utf8"),
    }),
    formerRuns: formerRuns ?? (await formerRunsOf(context)),
    deployments: await deploymentsOf(context),
  };
}

/** Writes the report of a run; returns its path. */
export async function writeRunReport(context: Context): Promise<string> {
  const file = reportFile(context.session, context.run.id);
  await writeReport(file, await reportInput(context));
  return file;
}
