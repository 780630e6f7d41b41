import { z } from "zod";
import { AzureClient } from "../../platform/azure/azure-client";
import { JobLog } from "../../platform/azure/job-log";
import { jobLink, watchJob, type Job } from "../../platform/azure/jobs";
import { invokeRetraining } from "../../platform/azure/retraining";
import { PlatformError } from "../../platform/base/errors";

/** The outputs of a stack by which it retrains; infra/components/outputs.ts writes them. */
const outputsSchema = z.object({
  model: z.string().min(1),
  workspaceId: z.string().regex(/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/.+$/i),
  retraining: z.object({
    url: z.url(),
    deployment: z.string().min(1),
    dataUri: z.string().startsWith("azureml://"),
  }),
  /** Variables of the `mlops` command; the registry is the workspace's tracking URI. */
  environment: z.object({ cli: z.object({ MLOPS_REGISTRY: z.string().min(1) }) }),
});

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

function readOutputs(stack: string, outputs: Readonly<Record<string, unknown>>) {
  const result = outputsSchema.safeParse(outputs);
  if (result.success) return result.data;
  const missing = [...new Set(result.error.issues.map(({ path }) => path.join(".")))];
  throw new PlatformError(
    "CONFLICT",
    `Stack ${stack} has no retraining endpoint: its outputs lack ${missing.join(", ")}. Expected those of an update that succeeded. Run \`pulumi up --stack ${stack}\`.`,
  );
}

/** What the register step has written to the run of its pipeline; see training/job/job-log.ts. */
function outcomeOf({ tags }: Job): Pick<RetrainResult, "outcome" | "version" | "explanation"> {
  const { "mlops.outcome": outcome, "mlops.version": version, "mlops.explanation": explanation } = tags;
  return {
    ...(outcome !== undefined && { outcome }),
    ...(version !== undefined && { version }),
    ...(explanation !== undefined && { explanation }),
  };
}

/** Starts the training pipeline of a stack, and follows it when there is time for that. */
export async function retrainInAzure(client: AzureClient, asked: RetrainRequest): Promise<RetrainResult> {
  const { stack, request, waitMs, report } = asked;
  const { model, workspaceId, retraining, environment } = readOutputs(stack, asked.outputs);
  if (asked.model !== undefined && asked.model !== model) {
    throw new PlatformError(
      "USAGE",
      `Stack ${stack} trains ${model}, not ${asked.model}. A stack has one model. Leave --model out, or name the stack of ${asked.model}.`,
    );
  }
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
    trackingUri: environment.cli.MLOPS_REGISTRY,
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
