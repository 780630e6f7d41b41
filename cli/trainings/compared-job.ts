import type { AzureClient } from "../../platform/azure/azure-client";
import { JobHistory, type StepEntries } from "../../platform/azure/job-history";
import { minuteMs } from "../../platform/base/durations";
import { shortDigest, type Digest } from "../../platform/base/files";
import { PlatformError } from "../../platform/base/errors";
import { metricNames, type Metrics } from "../../platform/definition/metric-names";
import type { TrainingState } from "../../platform/gate/training-watch";
import { promotionDecisionSchema } from "../../platform/metrics/evaluation";
import type { RunOutcome } from "../runs/runs";
import type { ComparedRun, RunSummary } from "../runs/run-summary";
import type { TrainingJob } from "../runs/training-job";
import { describeJob, findJobs, requireJobOf, type Stack } from "./azure-jobs";
import { getJob, type Job } from "../../platform/azure/jobs";
import { outcomeOf } from "./training-stack";

/** Metrics of one kind of rows, by their own names; `prefix` is what a job has put before them (platform/model/run-entries.ts). */
function metricsOfRows(metrics: StepEntries["metrics"], prefix: string): Metrics | undefined {
  const found = metricNames.flatMap((name) => {
    const value = metrics[`${prefix}_${name}`];
    return value === undefined ? [] : [[name, value] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** A parameter as it was before it became a text. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

function parametersOf({ parameters }: StepEntries): RunSummary["parameters"] {
  const { kind } = parameters;
  if (kind === undefined) return undefined;
  // The seed is of the run, not of the trainer.
  const settings = Object.entries(parameters).filter(([name]) => name !== "seed");
  const values = settings.map(([name, text]) => [name, valueOf(text)]);
  return { ...Object.fromEntries(values), kind } as RunSummary["parameters"];
}

function dataOf({ tags, metrics }: StepEntries): RunSummary["data"] {
  const digest = tags["mlops.data"];
  if (digest === undefined) return undefined;
  const { training_rows: trainingRows = 0, held_out_rows: heldOutRows = 0, data_rows: rows } = metrics;
  return {
    source: "the stack's data",
    digest: digest as Digest,
    rows: rows ?? trainingRows + heldOutRows,
    trainingRows,
    heldOutRows,
  };
}

function decisionOf({ tags }: StepEntries): RunSummary["decision"] {
  const { "mlops.promote": promote, "mlops.explanation": explanation, "mlops.champion": champion } = tags;
  const reason = promotionDecisionSchema.shape.reason.safeParse(tags["mlops.reason"]);
  if (promote === undefined || !reason.success) return undefined;
  return {
    promote: promote === "true",
    reason: reason.data,
    explanation: explanation ?? "",
    ...(champion !== undefined && { champion: { model: champion } }),
  };
}

function outcomeOfJob(state: TrainingState, version: string | undefined): RunOutcome {
  if (state === "waiting" || state === "running") return "running";
  if (state !== "done") return state;
  return version === undefined ? "kept" : "registered";
}

/** What a job has told of itself, as a run of this machine tells it: what is not there is absent. */
function summaryOfJob(job: TrainingJob, entries: StepEntries): RunSummary {
  const parameters = parametersOf(entries);
  const heldOut = metricsOfRows(entries.metrics, "held_out");
  const training = metricsOfRows(entries.metrics, "training");
  const data = dataOf(entries);
  const decision = decisionOf(entries);
  // Which rows were held out is told by their digest alone.
  const { mlops_held_out: split, "mlops.definition": definitionDigest } = entries.tags;
  return {
    id: job.id,
    startedAt: job.startedAt,
    outcome: outcomeOfJob(job.state, job.version),
    explanation: job.explanation ?? "",
    ...(job.version !== undefined && { version: job.version }),
    ...(job.nodeMinutes !== undefined && { trainingMs: job.nodeMinutes * minuteMs }),
    ...(parameters && { parameters }),
    ...(heldOut && { heldOut }),
    ...(training && { training }),
    ...(data && { data }),
    ...(split !== undefined && { split: `rows ${shortDigest(split)}` }),
    ...(definitionDigest !== undefined && { definitionDigest }),
    ...(decision && { decision }),
  };
}

/** A job by its name, or by the version that it registered. */
async function findJob(client: AzureClient, stack: Stack, name: string): Promise<Job> {
  if (!name.includes(":")) return getJob(client, stack.workspaceId, name);
  for (const job of await findJobs(client, stack, 100)) if (outcomeOf(job).version === name) return job;
  throw new PlatformError(
    "NOT_FOUND",
    `None of the newest 100 jobs of the stack has registered ${name}. Expected a job, or a version of one. \`mlops runs --target azure\` lists them.`,
  );
}

/** What a job of a stack is compared by. Its definition is known by its digest. */
export async function openComparedJob(
  client: AzureClient,
  stack: Stack,
  { name, now }: { readonly name: string; readonly now: Date },
): Promise<ComparedRun> {
  const job = await findJob(client, stack, name);
  requireJobOf(job, stack);
  const history = new JobHistory(client, { ...stack, experiment: job.experiment ?? stack.model });
  const told: StepEntries[] = [];
  for (const step of await history.steps(job.name)) told.push(await history.entriesOf(step));
  const entries = {
    metrics: Object.assign({}, ...told.map(({ metrics }) => metrics)) as StepEntries["metrics"],
    parameters: Object.assign({}, ...told.map(({ parameters }) => parameters)) as StepEntries["parameters"],
    tags: Object.assign({}, ...told.map(({ tags }) => tags)) as StepEntries["tags"],
  };
  return {
    summary: summaryOfJob(await describeJob(client, stack, job, now), entries),
    definition: undefined,
  };
}
