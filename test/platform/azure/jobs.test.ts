import { jobLink, watchJob, type Job } from "../../../platform/azure/jobs";
import { AzureMlServer, refuse, workspaceId } from "./azure-ml-server";

describe("following a job", () => {
  let server: AzureMlServer;
  beforeEach(async () => {
    server = new AzureMlServer();
    await server.start();
  });
  afterEach(() => server.close());

  const watch = (report?: (job: Job) => void, timeoutMs = 10_000, signal?: AbortSignal) =>
    watchJob(server.client(signal), {
      workspaceId,
      name: "job-1",
      pauseMs: 1,
      timeoutMs,
      ...(report && { report }),
    });
  const serve = (...states: string[]) =>
    server.jobs.push({ name: "job-1", states, tags: { "mlops.outcome": "registered" } });

  test.each(["Completed", "Failed", "Canceled", "NotResponding"])(
    "ends when it is %s, and tells each state once",
    async (end) => {
      serve("NotStarted", "Queued", "Queued", "Running", "Running", "Finalizing", end);
      const told: string[] = [];
      const job = await watch(({ status }) => told.push(status));
      expect(job).toMatchObject({ name: "job-1", status: end, tags: { "mlops.outcome": "registered" } });
      expect(told).toEqual(["NotStarted", "Queued", "Running", "Finalizing", end]);
      expect(server.requests[0]).toMatchObject({
        method: "GET",
        path: `${workspaceId}/jobs/job-1?api-version=2025-12-01`,
        headers: { authorization: "Bearer token-for-management" },
      });
    },
  );

  test("waits for a job that is not listed yet, and over failures of Azure", async () => {
    serve("Running", "Completed");
    server.next.push(
      (_request, response) => {
        refuse(response, 404, "UserError", "");
        return true;
      },
      // More than one look asks for.
      ...Array.from({ length: 4 }, () => (_request: unknown, response: Parameters<typeof refuse>[0]) => {
        refuse(response, 503, "ServiceUnavailable", "");
        return true;
      }),
    );
    expect(await watch()).toMatchObject({ status: "Completed" });
  });

  test("a job that there is not is told after some looks", async () => {
    await expect(watch()).rejects.toMatchObject({
      code: "AZURE_FAILED",
      message: expect.stringContaining("HTTP 404"),
    });
    expect(server.requests).toHaveLength(5);
  });

  test("who may not look is told at once", async () => {
    server.next.push((_request, response) => {
      refuse(response, 403, "AuthorizationFailed", "No.");
      return true;
    });
    await expect(watch()).rejects.toThrow(/HTTP 403 \(AuthorizationFailed: No\).*AzureML Data Scientist/);
    expect(server.requests).toHaveLength(1);
  });

  test("a job that takes too long goes on, and the message says where", async () => {
    serve("Running");
    await expect(watch(undefined, 30)).rejects.toThrow(
      /^Job job-1 has not ended in 0 min; it was Running and goes on\. Look at https:\/\/ml\.azure\.com\/runs\/job-1\?wsid=/,
    );
  });

  test("ends when it is told to", async () => {
    serve("Running");
    const abort = new AbortController();
    const watching = watch(() => abort.abort(), 10_000, abort.signal);
    await expect(watching).rejects.toMatchObject({ code: "INTERRUPTED" });
  });

  test("a link leads to the job in its workspace", () => {
    expect(jobLink(workspaceId, "job 1")).toBe(`https://ml.azure.com/runs/job%201?wsid=${workspaceId}`);
  });
});
