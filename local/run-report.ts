import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Evaluation, PromotionDecision } from "../platform/evaluation";
import { fileExists, findJson } from "../platform/files";
import type { DataReport } from "../platform/findings";
import { modelFiles, readLineage } from "../platform/model-directory";
import type { DriftReport } from "../platform/monitoring/drift";
import type { ReportInput } from "./report/report-input";
import type { RunRecord } from "./runs";
import type { RunContext } from "./steps/step";

const outcomeWords: Record<RunRecord["outcome"], string> = {
  running: "In progress",
  stopped: "Stopped as asked",
  kept: "Champion kept",
  registered: "Registered",
  "waiting-for-approval": "Waiting for approval",
  declined: "Not approved",
  released: "Released",
  "rolled-back": "Rolled back",
  failed: "Failed",
};

/** Gathers what a run left in its folder. */
async function reportInput({
  session,
  run,
  definition,
}: Pick<RunContext, "session" | "run" | "definition">): Promise<ReportInput> {
  const file = (...names: string[]): string => session.runs.path(run.id, ...names);
  const find = async <T>(name: string): Promise<T | undefined> =>
    (await findJson(file(name))) as T | undefined;
  const [dataReport, evaluation, decision, drift] = [
    await find<DataReport>("data-check.json"),
    await find<Evaluation>("evaluation.json"),
    await find<PromotionDecision>("decision.json"),
    await find<DriftReport>("drift.json"),
  ];
  const trained = await fileExists(file("model", modelFiles.lineage));
  const deployments = [];
  for (const environment of ["qa", "prod"]) {
    const deployment = await session.deployer.status(environment, definition.name);
    if (deployment.history.length > 0) deployments.push(deployment);
  }
  return {
    run: {
      id: run.id,
      model: run.version ?? run.model,
      startedAt: run.startedAt,
      ...(run.finishedAt !== undefined && { finishedAt: run.finishedAt }),
      outcome: `${outcomeWords[run.outcome]}: ${run.explanation}`,
      steps: run.steps,
    },
    definition,
    ...(dataReport && { dataReport }),
    ...(evaluation && { evaluation }),
    ...(decision && { decision }),
    ...(drift && { drift }),
    ...(trained && {
      lineage: await readLineage(file("model")),
      modelCard: await readFile(file("model", modelFiles.card), "utf8"),
    }),
    ...(run.canary && {
      canary: {
        stages: run.canary.map(({ reference, comparedWith, ...stage }) => ({
          ...stage,
          stable: reference,
          comparedWith,
        })),
      },
    }),
    ...(run.qa?.load && { load: run.qa.load }),
    ...(deployments.length > 0 && { deployments }),
  };
}

/** Writes the report of a run; returns its path. */
export async function writeRunReport(
  context: Pick<RunContext, "session" | "run" | "definition">,
): Promise<string> {
  // Loaded here: the plotting library is large, and only reports need it.
  const { writeReport } = require("./report/write-report") as typeof import("./report/write-report");
  const file = path.join(context.session.workspace.reports, `${context.run.id}.html`);
  await writeReport(file, await reportInput(context));
  return file;
}
