import { AzureClient } from "../../../platform/azure/azure-client";
import { invokeRetraining, type RetrainingCall } from "../../../platform/azure/retraining";
import { AzureMlServer, refuse, workspaceId } from "./azure-ml-server";

describe("starting the training pipeline", () => {
  let server: AzureMlServer;
  beforeEach(async () => {
    server = new AzureMlServer();
    await server.start();
  });
  afterEach(() => server.close());

  const call = (): RetrainingCall => ({
    url: `${server.url}/jobs`,
    deployment: "retrain-1",
    workspaceId,
    model: "diabetes",
    inputs: { training_data: "azureml://data/" },
    request: "build-42",
  });
  const start = (signal?: AbortSignal) => invokeRetraining(server.client(signal), call());
  const posts = () => server.requests.filter(({ method }) => method === "POST");

  test("names the deployment and the data, with a token for the endpoint", async () => {
    expect(await start()).toEqual({ name: "batchjob-1", already: false });
    expect(posts()).toHaveLength(1);
    expect(posts()[0]?.headers).toMatchObject({
      authorization: "Bearer token-for-endpoint",
      "content-type": "application/json",
      "azureml-model-deployment": "retrain-1",
    });
    expect(JSON.parse(posts()[0]?.body ?? "")).toEqual({
      properties: {
        InputData: { training_data: { JobInputType: "UriFolder", Uri: "azureml://data/" } },
        properties: { experimentName: "diabetes", "mlops.request": "build-42" },
        tags: { "mlops.request": "build-42" },
      },
    });
    expect(server.requests[0]?.headers.authorization).toBe("Bearer token-for-management");
  });

  test("the same request starts one job, also when it is pages back", async () => {
    await start();
    for (let other = 0; other < 4; other += 1)
      server.jobs.unshift({ name: `other-${other}`, states: ["Running"] });
    server.pageSize = 2;
    expect(await start()).toEqual({ name: "batchjob-1", already: true });
    expect(posts()).toHaveLength(1);
  });

  test.each(["Failed", "Canceled", "NotResponding"])(
    "the same request starts another job when the first is %s, and finds that from then on",
    async (state) => {
      await start();
      for (const job of server.jobs) job.states.splice(0, 1, state);
      expect(await start()).toEqual({ name: "batchjob-2", already: false });
      expect(await start()).toEqual({ name: "batchjob-2", already: true });
      expect(posts()).toHaveLength(2);
    },
  );

  test("another request starts another job", async () => {
    await start();
    expect(await invokeRetraining(server.client(), { ...call(), request: "build-43" })).toEqual({
      name: "batchjob-2",
      already: false,
    });
  });

  test.each([
    [
      "a connection that is cut after it was started",
      (response: import("node:http").ServerResponse) => response.destroy(),
    ],
    [
      "a reply that is cut short",
      (response: import("node:http").ServerResponse) => {
        response.writeHead(201, { "content-type": "application/json" }).end('{"name": "batchj');
      },
    ],
    [
      "a gateway that has lost the reply",
      (response: import("node:http").ServerResponse) => refuse(response, 502, "BadGateway", ""),
    ],
  ])("%s starts no second job", async (_what, fail) => {
    server.next.push(
      () => false,
      (request, response) => {
        server.startJob(request);
        fail(response);
        return true;
      },
    );
    expect(await start()).toEqual({ name: "batchjob-1", already: false });
    expect(posts()).toHaveLength(1);
    expect(server.jobs).toHaveLength(1);
  });

  test("a failure of the server that has started nothing is told, not repeated", async () => {
    server.next.push(
      () => false,
      (_request, response) => {
        refuse(response, 500, "InternalServerError", "Try later.");
        return true;
      },
    );
    await expect(start()).rejects.toMatchObject({
      code: "AZURE_FAILED",
      message: expect.stringMatching(
        /HTTP 500 \(InternalServerError: Try later\)\. The fault is on its side/,
      ),
    });
    expect(posts()).toHaveLength(1);
  });

  test("a server that asks to wait is asked again, as it has not acted", async () => {
    server.next.push(
      () => false,
      (_request, response) => {
        response.setHeader("retry-after", "0");
        refuse(response, 429, "TooManyRequests", "Slow down.");
        return true;
      },
    );
    expect(await start()).toEqual({ name: "batchjob-1", already: false });
    expect(posts()).toHaveLength(2);
  });

  test.each([
    [401, /az login/],
    [403, /AzureML Data Scientist/],
    [404, /Expected deployment retrain-1 .*`npm run infra:up -- --stack <its stack>`/],
    [409, /Try again in a minute/],
  ])("HTTP %i is told once, with what to do", async (status, remedy) => {
    server.next.push(
      () => false,
      (_request, response) => {
        refuse(response, status, "Code", "Message.");
        return true;
      },
    );
    await expect(start()).rejects.toThrow(remedy);
    expect(posts()).toHaveLength(1);
    expect(server.jobs).toHaveLength(0);
  });

  test("a token is not sent where it could be read", async () => {
    const client = new AzureClient({
      managementUrl: "http://azure.example",
      tokens: () => Promise.resolve("t"),
    });
    await expect(invokeRetraining(client, call())).rejects.toMatchObject({
      code: "SETTINGS_INVALID",
      message: expect.stringContaining("http://azure.example is not encrypted"),
    });
  });

  test("a list whose next page is on another host is not followed", async () => {
    server.next.push((_request, response) => {
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ value: [], nextLink: "https://evil.example/jobs" }));
      return true;
    });
    expect(await start()).toEqual({ name: "batchjob-1", already: false });
  });

  test("ends when it is told to", async () => {
    const abort = new AbortController();
    server.next.push(() => {
      abort.abort();
      return false;
    });
    await expect(start(abort.signal)).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(server.jobs).toHaveLength(0);
  });
});
