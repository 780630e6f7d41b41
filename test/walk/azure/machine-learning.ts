import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson } from "../../platform/http/http-server";
import type { Call } from "./call";
import type { PlayedEntra } from "./entra";
import { MlflowRuns } from "./mlflow-runs";
import { runTrainingJob, type JobStep, type TrainingMeans } from "./training-job";

/** A job of a pipeline, with its steps. */
interface Job {
  readonly name: string;
  readonly workspaceId: string;
  status: "Running" | "Completed" | "Failed";
  tags: Record<string, string>;
  readonly steps: JobStep[];
}

const host = "westeurope.api.azureml.ms";

/**
 * Plays the parts of Azure Machine Learning that are asked for something: batch endpoints that start the published pipeline,
 * the jobs that Resource Manager lists, their logs, and tracking, which is a real MLflow server behind the workspace's address.
 */
export class PlayedMl {
  private readonly jobs: Job[] = [];

  constructor(
    private readonly mlflow: string,
    private readonly entra: PlayedEntra,
    private readonly means: TrainingMeans,
  ) {}

  /** `POST .../jobs` of an endpoint: starts the pipeline of the deployment that the caller names. */
  async invoke({ request, body, response }: Call): Promise<void> {
    if (this.entra.clientOf(request, ["https://ml.azure.com"]) === undefined) return refuse(response);
    const deployment = String(request.headers["azureml-model-deployment"]);
    const { properties } = JSON.parse(body) as {
      properties: {
        InputData: Record<string, { Uri: string }>;
        properties: { experimentName: string };
        tags: Record<string, string>;
      };
    };
    const pipeline = this.means.pipelineOf(deployment);
    const [input] = Object.values(properties.InputData);
    if (pipeline === undefined || input === undefined)
      return sendJson(response, 404, {
        error: { code: "UserError", message: `no deployment ${deployment}` },
      });
    const runs = new MlflowRuns(this.mlflow, properties.properties.experimentName);
    const name = await runs.start(properties.properties.experimentName);
    const { workspaceId } = pipeline;
    const job: Job = { name, workspaceId, status: "Running", tags: { ...properties.tags }, steps: [] };
    this.jobs.unshift(job);
    const run = { pipeline, runs, root: name, dataUri: input.Uri, steps: job.steps };
    void this.follow(job, runTrainingJob(run, this.means), runs);
    sendJson(response, 201, { id: `${workspaceId}/jobs/${name}`, name, properties: {} });
  }

  /** Jobs as Resource Manager tells of them; whether the address is of any. */
  answerJobs({ url: { pathname }, response }: Call): boolean {
    const [, workspace, name] = /^(.+\/workspaces\/[^/]+)\/jobs(?:\/([^/]+))?$/.exec(pathname) ?? [];
    if (workspace === undefined) return false;
    const own = this.jobs.filter(({ workspaceId }) => workspaceId === workspace);
    if (name === undefined) {
      sendJson(response, 200, { value: own.map(describe) });
      return true;
    }
    const job = own.find((each) => each.name === name);
    if (job === undefined) sendJson(response, 404, { error: { code: "UserError", message: "no such job" } });
    else sendJson(response, 200, describe(job));
    return true;
  }

  /** The workspace's own host: logs, histories, and MLflow below its address. */
  async answerWorkspace(call: Call): Promise<void> {
    const { request, url, response } = call;
    // The address of a log is signed.
    const audiences = ["https://management.azure.com", "https://ml.azure.com"];
    const signed = url.pathname.startsWith("/logs/");
    if (!signed && this.entra.clientOf(request, audiences) === undefined) return refuse(response);
    const tracked = /^\/mlflow\/v[\d.]+\/subscriptions\/.+\/workspaces\/[^/]+(\/.*)$/.exec(url.pathname)?.[1];
    if (tracked !== undefined) return this.passOn(call, `${tracked}${url.search}`);
    const [, step] = /^\/logs\/(.+)$/.exec(url.pathname) ?? [];
    if (step !== undefined) return this.sendLog(request, step, response);
    const [, run, what] = /\/runs\/([^/]+)\/(children|details)$/.exec(url.pathname) ?? [];
    const job = this.jobs.find((each) => each.name === run || each.steps.some(({ runId }) => runId === run));
    if (job === undefined) return sendJson(response, 404, { error: { message: url.pathname } });
    if (what === "children")
      return sendJson(response, 200, {
        value: job.steps.map(({ runId, name: displayName }) => ({ runId, displayName })),
      });
    const found = job.steps.find(({ runId }) => runId === run);
    const logFiles = found && { "user_logs/std_log.txt": `https://${host}/logs/${run}` };
    sendJson(response, 200, { status: found?.status ?? job.status, ...(logFiles && { logFiles }) });
  }

  private sendLog(request: IncomingMessage, run: string, response: ServerResponse): void {
    const log = this.jobs.flatMap(({ steps }) => steps).find(({ runId }) => runId === run)?.log ?? "";
    const bytes = Buffer.from(log);
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (from >= bytes.length) response.writeHead(416).end();
    else response.writeHead(206).end(bytes.subarray(from));
  }

  private async passOn({ request, bytes: body, response }: Call, path: string): Promise<void> {
    const { method = "GET", headers } = request;
    const type = headers["content-type"];
    const answer = await fetch(`${this.mlflow}${path}`, {
      method,
      ...(type !== undefined && { headers: { "content-type": type } }),
      ...(body.length > 0 && { body: new Uint8Array(body) }),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
    response.end(bytes);
  }

  private async follow(job: Job, ended: Promise<boolean>, runs: MlflowRuns): Promise<void> {
    const succeeded = await ended.catch((error: unknown) => {
      job.steps.push({ name: "pipeline", runId: randomUUID(), status: "Failed", log: `${String(error)}\n` });
      return false;
    });
    Object.assign(job.tags, await runs.tagsOf(job.name));
    await runs.end(job.name, succeeded);
    job.status = succeeded ? "Completed" : "Failed";
  }
}

const refuse = (response: ServerResponse): void =>
  sendJson(response, 401, { error: { code: "AuthenticationFailed", message: "no token" } });

const describe = ({ workspaceId, name, status, tags }: Job) => ({
  id: `${workspaceId}/jobs/${name}`,
  name,
  properties: { status, tags },
});
