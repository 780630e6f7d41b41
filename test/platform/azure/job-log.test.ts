import type { ServerResponse } from "node:http";
import { AzureClient } from "../../../platform/azure/azure-client";
import { JobLog } from "../../../platform/azure/job-log";
import { sendJson, startServer, type Received, type SmallServer } from "../http/http-server";
import { workspaceId } from "./azure-ml-server";

const history = `/history/v1.0${workspaceId}/experiments/diabetes/runs`;

/** Run history, blobs and MLflow of a workspace, as they are documented, for the job `job` and its steps. */
class History {
  readonly requests: Received[] = [];
  readonly next: ((response: ServerResponse) => void)[] = [];
  /** By run: its status, and what each of its logs holds. */
  readonly runs: Record<string, { status: string; logs: Record<string, string> }> = {
    job: { status: "Running", logs: {} },
  };
  readonly names: Record<string, string> = {};
  /** Instead of blobs. */
  blobStatus: number | undefined;
  private server: SmallServer | undefined;

  async start(): Promise<void> {
    this.server = await startServer((request, response) => {
      this.requests.push(request);
      const special = request.path.startsWith("/blob") ? undefined : this.next.shift();
      if (special) special(response);
      else this.answer(request, response);
    });
  }

  get url(): string {
    return this.server?.url ?? "";
  }

  close(): Promise<void> | undefined {
    return this.server?.close();
  }

  private answer({ path, headers }: Received, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(path, this.url);
    if (pathname === "/blob") return this.sendBlob(searchParams, String(headers.range), response);
    if (headers.authorization !== "Bearer a-token") return sendJson(response, 401, {});
    if (pathname === `${history}/job/children`) {
      const steps = Object.keys(this.runs).filter((run) => run !== "job");
      return sendJson(response, 200, {
        value: steps.map((runId) => ({ runId, displayName: this.names[runId] ?? null })),
      });
    }
    const run = new RegExp(`^${history}/([\\w-]+)/details$`).exec(pathname)?.[1];
    if (run !== undefined && this.runs[run]) return sendJson(response, 200, this.details(run));
    if (pathname !== `/mlflow/v1.0${workspaceId}/api/2.0/mlflow/runs/get`) return sendJson(response, 404, {});
    const metrics =
      searchParams.get("run_id") === "s-2"
        ? [
            { key: "rmse", value: 54.34567 },
            { key: "mae", value: 44 },
          ]
        : [];
    sendJson(response, 200, { run: { data: { metrics } } });
  }

  private details(run: string): unknown {
    const { status, logs } = this.runs[run] ?? { status: "", logs: {} };
    const address = (file: string): string =>
      `${this.url}/blob?run=${run}&file=${encodeURIComponent(file)}&sig=the-signature`;
    return {
      runId: run,
      status,
      logFiles: Object.fromEntries(Object.keys(logs).map((file) => [file, address(file)])),
    };
  }

  private sendBlob(asked: URLSearchParams, range: string, response: ServerResponse): void {
    if (this.blobStatus !== undefined) return void response.writeHead(this.blobStatus).end();
    const bytes = Buffer.from(this.runs[asked.get("run") ?? ""]?.logs[asked.get("file") ?? ""] ?? "");
    const [from = 0, to = 0] = (/^bytes=(\d+)-(\d+)$/.exec(range) ?? []).slice(1).map(Number);
    if (from >= bytes.length) return void response.writeHead(416).end();
    response.writeHead(206).end(bytes.subarray(from, to + 1));
  }
}

describe("the log of a job", () => {
  const std = "user_logs/std_log.txt";
  let server: History;
  let lines: string[];
  let log: JobLog;
  beforeEach(async () => {
    server = new History();
    await server.start();
    lines = [];
    const timing = { attempts: 2, firstPauseMs: 1, timeoutMs: 500, maxPauseMs: 100 };
    log = new JobLog(new AzureClient({ tokens: () => Promise.resolve("a-token"), timing }), {
      trackingUri: `${server.url}/mlflow/v1.0${workspaceId}`,
      workspaceId,
      experiment: "diabetes",
      job: "job",
      print: (line) => lines.push(line),
    });
  });
  afterEach(() => server.close());

  const since = async (): Promise<string[]> => {
    const before = lines.length;
    await log.look();
    return lines.slice(before);
  };

  test("comes line by line, each once, with the step's name", async () => {
    server.names["s-1"] = "train";
    expect(await since()).toEqual([]);
    server.runs["s-1"] = { status: "Running", logs: { [std]: "one\ntwo\nthr" } };
    expect(await since()).toEqual(["[train] one", "[train] two"]);
    server.runs["s-1"].logs[std] += "ee ⚙\n";
    expect(await since()).toEqual(["[train] three ⚙"]);
    expect(await since()).toEqual([]);
    server.runs["s-1"] = { status: "Completed", logs: { [std]: "one\ntwo\nthree ⚙\nthe end" } };
    expect(await since()).toEqual(["[train] the end"]);
    const asked = server.requests.length;
    expect(await since()).toEqual([]);
    // What has ended is not asked for again: the list of steps, and the job itself.
    expect(server.requests.slice(asked).map(({ path }) => path.split("/").at(-1))).toEqual([
      "children",
      "details",
    ]);
  });

  test("is that of the programs and of the pipeline, not the service's own", async () => {
    server.runs.job = {
      status: "Running",
      logs: { "logs/azureml/executionlogs.txt": "step train starts\n" },
    };
    server.runs["s-1"] = {
      status: "Running",
      logs: { "system_logs/lifecycler.txt": "x\n", [std]: "mine\n" },
    };
    expect(await since()).toEqual(["step train starts", "[s-1] mine"]);
  });

  test("may be larger than one answer", async () => {
    const text = "0123456789abcde\n".repeat(300_000);
    server.runs["s-1"] = { status: "Completed", logs: { [std]: text } };
    expect(await since()).toHaveLength(300_000);
  });

  test("begins no command of the agent that shows it", async () => {
    server.runs["s-1"] = {
      status: "Running",
      logs: { [std]: "##vso[task.setvariable variable=x]y\n##[error]z\n" },
    };
    expect(await since()).toEqual(["[s-1] ## vso[task.setvariable variable=x]y", "[s-1] ## [error]z"]);
  });

  test("is fetched without a token: its address is what opens it, and is not shown", async () => {
    server.runs["s-1"] = { status: "Running", logs: { [std]: "one\n" } };
    server.blobStatus = 403;
    expect(await since()).toEqual([
      "s-1/user_logs/std_log.txt cannot be read from here: its storage returned HTTP 403. The job's link shows it.",
    ]);
    // Once is enough.
    expect(await since()).toEqual([]);
    server.blobStatus = undefined;
    expect(await since()).toEqual(["[s-1] one"]);
    const blobs = server.requests.filter(({ path }) => path.startsWith("/blob"));
    expect(blobs.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined, undefined]);
  });

  test.each([404, 416])("that is not there yet (HTTP %d) comes later", async (status) => {
    server.runs["s-1"] = { status: "Running", logs: { [std]: "one\n" } };
    server.blobStatus = status;
    expect(await since()).toEqual([]);
    server.blobStatus = undefined;
    expect(await since()).toEqual(["[s-1] one"]);
  });

  test.each([
    [401, "Expected a token of the tenant"],
    [403, 'Give it the role "AzureML Data Scientist"'],
    [404, "Expected what the stack's last update created"],
    [409, "Something else is changing it now"],
    [429, "It is receiving too many requests"],
    [500, "The fault is on its side"],
  ])("that is refused with HTTP %d is said once, and ends nothing", async (status, remedy) => {
    const refuse = (response: ServerResponse): void => void response.writeHead(status).end("{}");
    server.next.push(refuse, refuse);
    const [line] = await since();
    expect(line).toContain("The log cannot be read: The list of the job's steps");
    expect(line).toContain(remedy);
    server.next.length = 0;
    server.runs["s-1"] = { status: "Running", logs: { [std]: "one\n" } };
    expect(await since()).toEqual(["[s-1] one"]);
  });

  test("without any answer is said, too", async () => {
    server.next.push(
      () => undefined,
      () => undefined,
    );
    expect((await since())[0]).toContain("sent no response within 0.5 s");
  });

  test("is followed by what each step measured", async () => {
    server.runs["s-1"] = { status: "Completed", logs: {} };
    server.runs["s-2"] = { status: "Completed", logs: {} };
    server.names["s-2"] = "evaluate";
    expect(await log.metricLines()).toEqual(["[evaluate] mae 44, rmse 54.35"]);
    server.next.push((response) => response.writeHead(403).end("{}"));
    expect((await log.metricLines())[0]).toContain("The metrics cannot be read: ");
  });
});
