import { z } from "zod";
import { PlatformError } from "../../base/errors";
import type { MlflowConnection } from "./mlflow-client";
import { MlflowClient } from "./mlflow-client";

/** Where a run's parameters, figures and tags go. */
export interface Tracking {
  /** A parameter is set once; the same value again does nothing. */
  logParameters(parameters: Readonly<Record<string, string>>): Promise<void>;
  /** Finite numbers, and when they were measured, in milliseconds since 1970: now, unless it is said. */
  logMetrics(metrics: Readonly<Record<string, number>>, measuredAt?: number): Promise<void>;
  setTags(tags: Readonly<Record<string, string>>): Promise<void>;
  /** How many other runs of the run's experiment have the tag, which has no dot; at most 1,000 are looked at. */
  countOthers(tag: string, value: string): Promise<number>;
}

/** What the server takes in one call: 100 of each is the least of its limits. */
const maxAtOnce = 100;

/** The most that Azure Machine Learning and MLflow give at once. */
const maxFound = 1000;

const runAnswer = z.object({ run: z.object({ info: z.object({ experiment_id: z.string() }) }) });
const runsAnswer = z.object({
  runs: z.array(z.object({ info: z.object({ run_id: z.string() }) })).optional(),
});

export class MlflowTracking implements Tracking {
  constructor(
    private readonly client: MlflowClient,
    private readonly runId: string,
  ) {}

  logParameters(parameters: Readonly<Record<string, string>>): Promise<void> {
    return this.log(
      "params",
      Object.entries(parameters).map(([key, value]) => ({ key, value })),
    );
  }

  async logMetrics(
    metrics: Readonly<Record<string, number>>,
    // One time for all attempts: a server that gets the same value of the same time twice keeps one.
    timestamp = Date.now(),
  ): Promise<void> {
    const wrong = Object.entries(metrics).filter(([, value]) => !Number.isFinite(value));
    if (wrong.length > 0) {
      const named = wrong.map(([key, value]) => `${key} = ${value}`).join(", ");
      throw new PlatformError(
        "INPUT_INVALID",
        `Not logged: ${named}. Expected finite numbers. Leave the metric out.`,
      );
    }
    await this.log(
      "metrics",
      Object.entries(metrics).map(([key, value]) => ({ key, value, timestamp, step: 0 })),
    );
  }

  setTags(tags: Readonly<Record<string, string>>): Promise<void> {
    return this.log(
      "tags",
      Object.entries(tags).map(([key, value]) => ({ key, value })),
    );
  }

  async countOthers(tag: string, value: string): Promise<number> {
    const run = await this.client.call({
      method: "GET",
      path: "runs/get",
      query: { run_id: this.runId },
      answer: runAnswer,
    });
    const body = {
      experiment_ids: [run.run.info.experiment_id],
      filter: `tags.${tag} = '${value}'`,
      max_results: maxFound,
    };
    const { runs = [] } = await this.client.call({
      method: "POST",
      path: "runs/search",
      body,
      answer: runsAnswer,
    });
    return runs.filter(({ info }) => info.run_id !== this.runId).length;
  }

  private async log(kind: "params" | "metrics" | "tags", items: readonly object[]): Promise<void> {
    for (let first = 0; first < items.length; first += maxAtOnce) {
      const body = { run_id: this.runId, [kind]: items.slice(first, first + maxAtOnce) };
      await this.client.call({ method: "POST", path: "runs/log-batch", body, answer: z.unknown() });
    }
  }
}

/** Opens the tracking of a run that exists: in a job of Azure ML the one that MLFLOW_RUN_ID names. */
export function openMlflowTracking({
  runId,
  ...connection
}: MlflowConnection & { readonly runId: string }): Tracking {
  return new MlflowTracking(new MlflowClient(connection), runId);
}
