import { minuteMs } from "../../platform/base/durations";
import type { AzureClient } from "../../platform/azure/azure-client";
import { JobHistory, type JobStep } from "../../platform/azure/job-history";
import { JobLog } from "../../platform/azure/job-log";
import { getJob, jobLink, listJobs, type Job } from "../../platform/azure/jobs";
import { PlatformError } from "../../platform/base/errors";
import type { TrainingState, WatchedTraining } from "../../platform/gate/training-watch";
import { outcomeOf, type TrainingStack } from "./training-stack";
import type { TrainingJob } from "../runs/training-job";

export type Stack = Pick<TrainingStack, "model" | "workspaceId" | "trackingUri">;

/** States of Azure Machine Learning; those that are not here wait: for a node, its image or their turn. */
const states: Readonly<Record<string, TrainingState>> = {
  Running: "running",
  Finalizing: "running",
  Completed: "done",
  Failed: "failed",
  NotResponding: "failed",
  CancelRequested: "stopped",
  Canceled: "stopped",
};

function watched({ name, status, createdAt }: Job, now: Date): WatchedTraining {
  return { id: name, state: states[status] ?? "waiting", startedAt: createdAt ?? now.toISOString() };
}

/** The newest jobs of the stack's model, newest first, at most `max`. */
export async function findJobs(
  client: AzureClient,
  { workspaceId, model }: Stack,
  max: number,
): Promise<Job[]> {
  const found: Job[] = [];
  for await (const job of listJobs(client, workspaceId)) {
    // Both the schedule and the endpoint name the experiment after the model.
    if (job.experiment === model) found.push(job);
    if (found.length >= max) break;
  }
  return found;
}

/** Minutes of a step until it ended, or now; 0 before it began. */
function minutesOf({ startedAt, endedAt }: JobStep, now: Date): number {
  if (startedAt === undefined) return 0;
  const end = endedAt === undefined ? now.getTime() : Date.parse(endedAt);
  return Math.max(0, end - Date.parse(startedAt)) / minuteMs;
}

/** When a job ended: with its last step; now while one has not. */
function endOf(steps: readonly JobStep[], { state }: WatchedTraining, now: Date): number | undefined {
  if (state === "running" || state === "waiting") return now.getTime();
  const ends = steps.flatMap(({ endedAt }) => (endedAt === undefined ? [] : [Date.parse(endedAt)]));
  return ends.length === 0 ? undefined : Math.max(...ends);
}

export async function describeJob(
  client: AzureClient,
  stack: Stack,
  job: Job,
  now: Date,
): Promise<TrainingJob> {
  const history = new JobHistory(client, { ...stack, experiment: job.experiment ?? stack.model });
  const steps = await history.steps(job.name);
  const metrics = await Promise.all(steps.map((step) => history.metricsOf(step)));
  const training = watched(job, now);
  const end = endOf(steps, training, now);
  const { version, explanation } = outcomeOf(job);
  return {
    ...training,
    status: job.status,
    ...(end !== undefined && { minutes: Math.max(0, end - Date.parse(training.startedAt)) / minuteMs }),
    nodeMinutes: steps.reduce((sum, step) => sum + step.nodes * minutesOf(step, now), 0),
    metrics: Object.assign({}, ...metrics) as Record<string, number>,
    ...(version !== undefined && { version }),
    ...(explanation !== undefined && { explanation }),
    link: jobLink(stack.workspaceId, job.name),
  };
}

/** The newest jobs of a stack as they are watched: by their states alone. */
export async function watchedJobs(client: AzureClient, stack: Stack, now: Date): Promise<WatchedTraining[]> {
  return (await findJobs(client, stack, 100)).map((job) => watched(job, now));
}

/** The newest jobs of a stack with what they took and measured, newest first. */
export async function listTrainingJobs(
  client: AzureClient,
  stack: Stack,
  { max, now }: { readonly max: number; readonly now: Date },
): Promise<TrainingJob[]> {
  const jobs: TrainingJob[] = [];
  // One after the other: each asks for several things, and Azure limits how many may be asked for.
  for (const job of await findJobs(client, stack, max)) jobs.push(await describeJob(client, stack, job, now));
  return jobs;
}

/** Refuses a job of another model. */
export function requireJobOf({ name, experiment }: Job, { model }: Pick<Stack, "model">): void {
  if (experiment === undefined || experiment === model) return;
  throw new PlatformError(
    "USAGE",
    `Job ${name} is one of ${experiment}, not of ${model}. Expected a job that \`mlops runs --target azure\` lists.`,
  );
}

/** A job of a stack, with the lines of its log. */
export async function openTrainingJob(
  client: AzureClient,
  stack: Stack,
  { id, now }: { readonly id: string; readonly now: Date },
): Promise<{ readonly job: TrainingJob; readonly log: readonly string[] }> {
  const job = await getJob(client, stack.workspaceId, id);
  requireJobOf(job, stack);
  const log: string[] = [];
  const place = { ...stack, experiment: job.experiment ?? stack.model };
  await new JobLog(client, { ...place, job: id, print: (line) => log.push(line) }).look();
  return { job: await describeJob(client, stack, job, now), log };
}
