import { AzureClient } from "../../platform/azure/azure-client";
import { JobLog } from "../../platform/azure/job-log";
import { jobLink, watchJob } from "../../platform/azure/jobs";
import { invokeRetraining } from "../../platform/azure/retraining";
import { outcomeOf, readTrainingStack, requireModelOf } from "../trainings/training-stack";

/** The pipeline's one input, as infra/components/training/training-specs.ts names it. */
const dataInput = "training_data";

export interface RetrainRequest {
  readonly stack: string;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The model that is asked for, if one is. */
  readonly model?: string | undefined;
  /** The same request starts one job, however often it is made. */
  readonly request: string;
  /** Longest time to follow the job, milliseconds; it is not followed without. */
  readonly waitMs?: number | undefined;
  readonly report: (line: string) => void;
}

export interface RetrainResult {
  readonly job: string;
  readonly link: string;
  readonly model: string;
  readonly request: string;
  /** The job's state when it was last seen. */
  readonly status: string;
  /** What became of the candidate, once the job has ended. */
  readonly outcome?: string;
  readonly version?: string;
  /** Why, in a sentence. */
  readonly explanation?: string;
}

/** Starts the training pipeline of a stack, and follows it when there is time for that. */
export async function retrainInAzure(client: AzureClient, asked: RetrainRequest): Promise<RetrainResult> {
  const { stack, request, waitMs, report } = asked;
  const { model, workspaceId, retraining, trackingUri } = readTrainingStack(stack, asked.outputs);
  requireModelOf(stack, { model }, asked.model);
  const { url, deployment, dataUri } = retraining;
  const inputs = { [dataInput]: dataUri };
  const { name, already } = await invokeRetraining(client, {
    url,
    deployment,
    workspaceId,
    model,
    inputs,
    request,
  });
  const link = jobLink(workspaceId, name);
  report(`Job ${name} ${already ? "was started before by this request" : "is started"}: ${link}`);
  const started = { job: name, link, model, request };
  if (waitMs === undefined) return { ...started, status: "Started" };
  const log = new JobLog(client, {
    trackingUri,
    workspaceId,
    // The start names the experiment after the model; see platform/azure/retraining.ts.
    experiment: model,
    job: name,
    print: report,
  });
  const job = await watchJob(client, {
    workspaceId,
    name,
    timeoutMs: waitMs,
    report: ({ status }) => report(`${name}: ${status}`),
    look: () => log.look(),
  });
  for (const line of await log.metricLines()) report(line);
  return { ...started, status: job.status, ...outcomeOf(job) };
}
