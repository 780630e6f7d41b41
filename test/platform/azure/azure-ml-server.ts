import type { ServerResponse } from "node:http";
import { sendJson, startServer, type Received, type SmallServer } from "../http/http-server";
import { AzureClient } from "../../../platform/azure/azure-client";

export const workspaceId =
  "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws";

interface ServedJob {
  readonly name: string;
  readonly states: string[];
  readonly tags?: Record<string, string>;
  readonly experiment?: string;
  readonly createdAt?: string;
}

type Answer = (request: Received, response: ServerResponse) => boolean;

/** An endpoint and Azure Resource Manager on loopback, as their documentation has them: jobs are started, listed and asked for. */
export class AzureMlServer {
  readonly requests: Received[] = [];
  readonly jobs: ServedJob[] = [];
  /** Answers to the next requests, instead of the usual ones; false leaves a request to those. */
  readonly next: Answer[] = [];
  /** States that a job goes through, one each time it is asked for; the last one stays. */
  states = ["NotStarted", "Running", "Completed"];
  /** What a job's step prints. */
  log = "epoch 1\n";
  /** What the history says of a job's one step, beside its name. */
  step: Record<string, unknown> = {};
  /** What the step has written to its run, as training/job/job.ts does. */
  entries: Record<string, unknown> = { metrics: [{ key: "held_out_rmse", value: 54.35 }] };
  /** The same of the step of one job. */
  readonly entriesOf = new Map<string, Record<string, unknown>>();
  /** Jobs on a page of the list. */
  pageSize = 10;
  private server: SmallServer | undefined;

  async start(): Promise<void> {
    this.server = await startServer((request, response) => {
      this.requests.push(request);
      const special = this.next.shift();
      if (special?.(request, response) !== true) this.answer(request, response);
    });
  }

  close(): Promise<void> | undefined {
    return this.server?.close();
  }

  get url(): string {
    return this.server?.url ?? "";
  }

  client(signal?: AbortSignal): AzureClient {
    return new AzureClient({
      managementUrl: this.url,
      tokens: (scope) => Promise.resolve(`token-for-${scope}`),
      timing: { attempts: 3, firstPauseMs: 1, timeoutMs: 500, maxPauseMs: 2_000 },
      ...(signal && { signal }),
    });
  }

  private answer(request: Received, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.path, this.url);
    if (request.method === "POST" && pathname === "/jobs") return this.startJob(request, response);
    if (pathname === `${workspaceId}/jobs`) {
      const from = Number(searchParams.get("$skip") ?? 0);
      const page = this.jobs.slice(from, from + this.pageSize).map((job) => this.describe(job));
      const more = from + this.pageSize < this.jobs.length;
      const nextLink = `${this.url}${pathname}?api-version=2025-12-01&$skip=${from + this.pageSize}`;
      return sendJson(response, 200, { value: page, ...(more && { nextLink }) });
    }
    if (pathname.startsWith(`/history/v1.0${workspaceId}`)) return this.sendHistory(pathname, response);
    if (pathname.startsWith("/logs/")) return void response.writeHead(206).end(this.log);
    if (pathname.endsWith("/api/2.0/mlflow/runs/get")) {
      const ofJob = this.entriesOf.get((searchParams.get("run_id") ?? "").replace("step-1-of-", ""));
      return sendJson(response, 200, { run: { data: ofJob ?? this.entries } });
    }
    const job = this.jobs.find(({ name }) => pathname === `${workspaceId}/jobs/${name}`);
    if (job === undefined) return refuse(response, 404, "UserError", "no such job");
    sendJson(response, 200, this.describe(job));
    if (job.states.length > 1) job.states.shift();
  }

  /** A job has one step, which ends at once. */
  private sendHistory(pathname: string, response: ServerResponse): void {
    if (pathname.endsWith("/children")) {
      const [, job = ""] = /\/runs\/([^/]+)\/children$/.exec(pathname) ?? [];
      const runId = this.entriesOf.has(job) ? `step-1-of-${job}` : "step-1";
      return sendJson(response, 200, { value: [{ runId, displayName: "train", ...this.step }] });
    }
    const logFiles = pathname.includes("/step-1/")
      ? { "user_logs/std_log.txt": `${this.url}/logs/step-1` }
      : {};
    sendJson(response, 200, { status: "Completed", logFiles });
  }

  private describe({ name, states, tags, experiment, createdAt }: ServedJob) {
    const properties = { status: states[0], tags, experimentName: experiment };
    return { id: `${workspaceId}/jobs/${name}`, name, properties, systemData: { createdAt } };
  }

  startJob({ body }: Received, response?: ServerResponse): void {
    const { properties } = JSON.parse(body) as { properties: { tags: Record<string, string> } };
    const name = `batchjob-${this.jobs.length + 1}`;
    this.jobs.unshift({ name, states: [...this.states], tags: properties.tags });
    if (response) sendJson(response, 201, { id: `/x/${name}`, name, properties: {} });
  }
}

/** An error as Azure writes it. */
export function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  sendJson(response, status, { error: { code, message } });
}
