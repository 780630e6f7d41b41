import { z } from "zod";
import { PlatformError } from "../base/errors";
import { RemoteError } from "../http/remote-error";
import { pauseUnless } from "../http/retries";
import type { AzureClient } from "./azure-client";

/** Properties of a job by which the request that started it is found again. */
export const requestProperty = "mlops.request";

const apiVersion = "2025-12-01";
const texts = z.record(z.string(), z.string().nullish()).nullish();
const jobSchema = z.object({
  name: z.string(),
  properties: z.object({
    status: z.string().nullish(),
    experimentName: z.string().nullish(),
    tags: texts,
    properties: texts,
  }),
  systemData: z.object({ createdAt: z.string().nullish() }).nullish(),
});
const pageSchema = z.object({ value: z.array(jobSchema), nextLink: z.string().nullish() });

/** A job of Azure Machine Learning, as Azure Resource Manager tells of it. */
export interface Job {
  readonly name: string;
  /** `NotStarted`, `Running`, `Completed`, and some twelve more. */
  readonly status: string;
  readonly experiment?: string;
  /** When it was submitted, ISO 8601. */
  readonly createdAt?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
}

/** States that a job does not leave. */
const ends = ["Completed", "Failed", "Canceled", "NotResponding"] as const;
const hasEnded = ({ status }: Job): boolean => (ends as readonly string[]).includes(status);

function known(record: z.output<typeof texts>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

function toJob({ name, properties, systemData }: z.output<typeof jobSchema>): Job {
  const { experimentName: experiment } = properties;
  const createdAt = systemData?.createdAt;
  return {
    name,
    status: properties.status ?? "NotStarted",
    ...(typeof experiment === "string" && { experiment }),
    ...(typeof createdAt === "string" && { createdAt }),
    tags: known(properties.tags),
    properties: known(properties.properties),
  };
}

/** Where people look at a job. */
export function jobLink(workspaceId: string, name: string): string {
  return `https://ml.azure.com/runs/${encodeURIComponent(name)}?wsid=${workspaceId}`;
}

/** How a job is now. */
export async function getJob(client: AzureClient, workspaceId: string, name: string): Promise<Job> {
  const job = await client.call({
    what: `The state of job ${name}`,
    scope: "management",
    method: "GET",
    url: `${client.managementUrl}${workspaceId}/jobs/${encodeURIComponent(name)}?api-version=${apiVersion}`,
    answer: jobSchema,
  });
  return toJob(job);
}

/** Pages of the newest jobs that are looked through: a request is at most some minutes old when it is looked for. */
const maxPages = 5;

/** The newest pipeline jobs of a workspace, newest first, a page at a time as they are asked for. */
export async function* listJobs(client: AzureClient, workspaceId: string): AsyncIterable<Job> {
  const first = `${client.managementUrl}${workspaceId}/jobs?api-version=${apiVersion}&jobType=Pipeline&listViewType=ActiveOnly`;
  for (let url: string | undefined = first, page = 1; url !== undefined && page <= maxPages; page += 1) {
    const { value, nextLink }: z.output<typeof pageSchema> = await client.call({
      what: "The list of jobs",
      scope: "management",
      method: "GET",
      url,
      answer: pageSchema,
    });
    yield* value.map(toJob);
    url = nextLink ?? undefined;
    // The token that is sent opens the subscription: it goes to no other host that an answer may name.
    if (url !== undefined && new URL(url).origin !== new URL(first).origin) return;
  }
}

/** The job that a request has started, if one has and it did not end without a result: then the request may start another. */
export async function findJob(
  client: AzureClient,
  workspaceId: string,
  request: string,
): Promise<Job | undefined> {
  for await (const job of listJobs(client, workspaceId)) {
    const isOfRequest = [job.tags, job.properties].some((texts) => texts[requestProperty] === request);
    if (isOfRequest && (job.status === "Completed" || !hasEnded(job))) return job;
  }
  return undefined;
}

export interface WatchOptions {
  readonly workspaceId: string;
  readonly name: string;
  /** Pause between two looks, milliseconds. */
  readonly pauseMs?: number;
  /** Longest time to wait, milliseconds. */
  readonly timeoutMs: number;
  /** Told of each new state. */
  readonly report?: (job: Job) => void;
  /** Done at each look, also the last: to show what else is new. */
  readonly look?: () => Promise<void>;
}

/** Looks that may fail in a row: some minutes without a response from Azure do not end the watch of a job of hours. */
const maxFailedLooks = 5;

/** A job that was just started may not be listed yet. */
const passing = (error: unknown): boolean =>
  error instanceof RemoteError && (error.transient || error.httpStatus === 404);

/** Follows a job to its end. Throws when that takes longer than it may; the job goes on. */
export async function watchJob(client: AzureClient, options: WatchOptions): Promise<Job> {
  const { workspaceId, name, pauseMs = 15_000, timeoutMs, report, look } = options;
  const deadline = Date.now() + timeoutMs;
  for (let [failed, told] = [0, ""]; ;) {
    try {
      const job = await getJob(client, workspaceId, name);
      failed = 0;
      if (job.status !== told) report?.(job);
      told = job.status;
      await look?.();
      if (hasEnded(job)) return job;
    } catch (error) {
      failed += 1;
      if (!passing(error) || failed >= maxFailedLooks) throw error;
    }
    if (Date.now() + pauseMs > deadline) {
      throw new PlatformError(
        "AZURE_FAILED",
        `Job ${name} has not ended in ${Math.round(timeoutMs / 60_000)} min; it was ${told || "not seen"} and goes on. Look at ${jobLink(workspaceId, name)}, or wait longer.`,
      );
    }
    await pauseUnless(client.signal, pauseMs);
  }
}
