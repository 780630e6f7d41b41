import { z } from "zod";
import { parseTrackingUri, type MlflowAddress } from "../settings/mlflow-address";
import type { AzureClient } from "./azure-client";

/** Where the history of jobs is kept. */
export interface JobPlace {
  /** Of the workspace: `azureml://westeurope.api.azureml.ms/mlflow/...`. Logs are had from the same host. */
  readonly trackingUri: string;
  readonly workspaceId: string;
  /** Name of the jobs' experiment. */
  readonly experiment: string;
}

/** A step of a job, which is a run of its own. */
export interface JobStep {
  readonly run: string;
  readonly name: string;
  /** ISO 8601; absent before a node has begun it. */
  readonly startedAt?: string;
  /** ISO 8601; absent until it has ended. */
  readonly endedAt?: string;
  /** Nodes that it has at once. */
  readonly nodes: number;
}

const time = z.string().nullish();
const stepsSchema = z.object({
  value: z.array(
    z.object({
      runId: z.string(),
      displayName: z.string().nullish(),
      startTimeUtc: time,
      endTimeUtc: time,
      compute: z.object({ instanceCount: z.number().int().positive().nullish() }).nullish(),
    }),
  ),
});
const textsSchema = z.array(z.object({ key: z.string(), value: z.string() })).nullish();
const entriesSchema = z.object({
  run: z.object({
    data: z.object({
      metrics: z.array(z.object({ key: z.string(), value: z.number() })).nullish(),
      params: textsSchema,
      tags: textsSchema,
    }),
  }),
});

/** What a step has written to its run, by name, each in alphabetical order. */
export interface StepEntries {
  readonly metrics: Readonly<Record<string, number>>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

function byName<T>(entries: readonly { readonly key: string; readonly value: T }[] | null | undefined) {
  const sorted = [...(entries ?? [])].sort((a, b) => a.key.localeCompare(b.key));
  return Object.fromEntries(sorted.map(({ key, value }) => [key, value]));
}

/** What a workspace has recorded of the jobs of an experiment: their steps, when they ran, and what they measured. */
export class JobHistory {
  private readonly tracking: MlflowAddress;

  constructor(
    private readonly client: AzureClient,
    private readonly place: JobPlace,
  ) {
    this.tracking = parseTrackingUri(place.trackingUri);
  }

  /** Address of what is recorded of a run. */
  runUrl(run: string): string {
    const { workspaceId, experiment } = this.place;
    return `${this.tracking.origin}/history/v1.0${workspaceId}/experiments/${encodeURIComponent(experiment)}/runs/${encodeURIComponent(run)}`;
  }

  async steps(job: string): Promise<JobStep[]> {
    const { value } = await this.client.call({
      what: "The list of the job's steps",
      scope: "management",
      method: "GET",
      url: `${this.runUrl(job)}/children`,
      answer: stepsSchema,
    });
    return value.map(({ runId, displayName, startTimeUtc, endTimeUtc, compute }) => ({
      run: runId,
      name: displayName ?? runId,
      ...(typeof startTimeUtc === "string" && { startedAt: startTimeUtc }),
      ...(typeof endTimeUtc === "string" && { endedAt: endTimeUtc }),
      // A step of the training pipeline asks for no more than one node.
      nodes: compute?.instanceCount ?? 1,
    }));
  }

  /** What a step has measured, by the metric's name, in alphabetical order. */
  async metricsOf(step: Pick<JobStep, "run" | "name">): Promise<StepEntries["metrics"]> {
    return (await this.entriesOf(step)).metrics;
  }

  /** What a step has measured, by which settings, and what else it says of itself. */
  async entriesOf({ run, name }: Pick<JobStep, "run" | "name">): Promise<StepEntries> {
    const answer = await this.client.call({
      what: `The metrics of ${name}`,
      scope: "management",
      method: "GET",
      url: `${this.tracking.base}/api/2.0/mlflow/runs/get?run_id=${encodeURIComponent(run)}`,
      answer: entriesSchema,
    });
    const { metrics, params, tags } = answer.run.data;
    return { metrics: byName(metrics), parameters: byName(params), tags: byName(tags) };
  }
}
