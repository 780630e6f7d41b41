import { z } from "zod";
import { MlflowClient } from "../../../../platform/registry/mlflow/mlflow-client";
import { MlflowStandIn } from "./mlflow-stand-in";
import type { Trouble } from "./mlflow-stand-in";

const timing = { firstPauseMs: 5, maxPauseMs: 2000 };
const search = { method: "GET", path: "registered-models/search", answer: z.object({}) } as const;
const create = {
  method: "POST",
  path: "runs/create",
  body: {},
  answer: z.object({}),
  idempotent: false,
} as const;

describe("a call of MLflow's REST API", () => {
  let server: MlflowStandIn;

  beforeEach(async () => {
    server = await new MlflowStandIn().start();
  });
  afterEach(() => server.close());

  const client = (timeoutMs = 10_000): MlflowClient =>
    new MlflowClient({
      trackingUri: server.trackingUri,
      token: () => Promise.resolve("t0ken"),
      timing: { ...timing, timeoutMs },
    });

  async function failure(work: () => Promise<unknown>): Promise<string> {
    const error: unknown = await work().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: "MLFLOW_FAILED", status: 503 });
    const { message } = error as Error;
    expect(message).not.toContain("t0ken");
    return message.replaceAll(new URL(server.origin).host, "<server>");
  }

  const html = { "content-type": "text/html" };

  test.each<[string, Trouble, number, string]>([
    [
      "nobody it knows asks",
      { status: 401 },
      1,
      'HTTP 401. Expected a token that the server knows. Run "az login" for an Azure Machine Learning workspace, or set MLFLOW_TRACKING_TOKEN to a token that has not expired.',
    ],
    [
      "the identity may not",
      { status: 403, body: '{"error":{"code":"Forbidden","message":"no\\n role."}}' },
      1,
      'HTTP 403 (Forbidden: no role). Expected an identity that may do this. Give it the role "AzureML Data Scientist" on the workspace, or the permission on the MLflow server; for a file, try again, as the address of an upload expires.',
    ],
    [
      "the address is not MLflow's",
      { status: 404, body: "<html>", headers: html },
      1,
      "HTTP 404. Expected an MLflow server that has it. Correct the tracking URI.",
    ],
    [
      "the server names a fault",
      { status: 400, body: '{"error_code":"INVALID_PARAMETER_VALUE","message":"bad filter"}' },
      1,
      "HTTP 400 (INVALID_PARAMETER_VALUE: bad filter). Correct what it names.",
    ],
    [
      "it leads elsewhere",
      { status: 302, headers: { location: "https://login.example" } },
      1,
      "HTTP 302. Redirects are not followed. Set the tracking URI to the final address.",
    ],
    [
      "it asks for a longer pause than there is patience",
      { status: 429, headers: { "retry-after": "3600" } },
      1,
      "HTTP 429. It asks to wait 3600 s. It is receiving too many requests. Try again later.",
    ],
    [
      "it receives too many requests",
      { status: 429 },
      4,
      "HTTP 429. It is receiving too many requests. Try again later.",
    ],
    [
      "it fails",
      { status: 503 },
      4,
      "HTTP 503. The fault is the server's. Look at its log, or try again later.",
    ],
  ])("that fails because %s says so", async (_why, trouble, attempts, message) => {
    server.trouble(search.path, ...Array<Trouble>(attempts).fill(trouble));
    expect(await failure(() => client().call(search))).toBe(
      `registered-models/search failed: MLflow (<server>) returned ${message}`,
    );
    expect(server.count(search.path)).toBe(attempts);
  });

  const unusable =
    "Expected a response of MLflow's REST API. Check the server and what stands in front of it, and try again.";

  test.each<[string, Trouble, number, string]>([
    ["takes too long", "silence", 4, "sent no response within 0.3 s"],
    ["breaks off", "half a reply", 4, "closed the connection before the response was complete (ECONNRESET)"],
    [
      "is a page of a proxy",
      { status: 200, body: "<html>", headers: html },
      1,
      'returned content of type "text/html" instead of JSON',
    ],
    ["is no JSON", { status: 200, body: '{"a":' }, 4, "returned a response that is not valid JSON"],
    [
      "has other fields",
      { status: 200, body: "[]" },
      1,
      "returned JSON that is not as documented (the top level)",
    ],
  ])("whose answer %s says so", async (_why, trouble, attempts, reason) => {
    server.trouble(search.path, ...Array<Trouble>(attempts).fill(trouble));
    expect(await failure(() => client(trouble === "silence" ? 300 : 10_000).call(search))).toBe(
      `registered-models/search failed: MLflow (<server>) ${reason}. ${unusable}`,
    );
    expect(server.count(search.path)).toBe(attempts);
  });

  test("to a server that is down says how to go on", async () => {
    const trackingUri = server.origin;
    await server.close();
    const down = new MlflowClient({ trackingUri, timing });
    const error: unknown = await down.call(create).catch((thrown: unknown) => thrown);
    const { port } = new URL(trackingUri);
    expect(error).toMatchObject({
      code: "MLFLOW_FAILED",
      message: `runs/create failed: MLflow (127.0.0.1:${port}) could not be reached: connect ECONNREFUSED 127.0.0.1:${port}. Expected an MLflow server there. Start it, or correct the tracking URI (MLOPS_REGISTRY).`,
      maybeDone: false,
    });
    server = await new MlflowStandIn().start();
  });

  test("waits as long as the server asks for", async () => {
    server.trouble(search.path, { status: 429, headers: { "retry-after": "1" } });
    const started = performance.now();
    await client().call(search);
    expect(performance.now() - started).toBeGreaterThan(990);
  });

  test.each<[Trouble, number]>([
    ["cut before", 1],
    ["half a reply", 1],
    [{ status: 500 }, 1],
    [{ status: 429 }, 2],
  ])("that makes something new each time, and meets %j, is sent %d times", async (trouble, times) => {
    server.trouble(create.path, trouble);
    await client()
      .call(create)
      .catch(() => undefined);
    expect(server.count(create.path)).toBe(times);
  });

  test("asks for a token again for each attempt", async () => {
    let asked = 0;
    const token = (): Promise<string> => Promise.resolve(`t${(asked += 1)}`);
    server.trouble(search.path, { status: 500 });
    await new MlflowClient({ trackingUri: server.trackingUri, token, timing }).call(search);
    expect(server.seen.map(({ authorization }) => authorization)).toEqual(["Bearer t1", "Bearer t2"]);
  });

  test.each<[string, Trouble]>([
    ["while it waits for an answer", "silence"],
    ["in the pause before it is sent again", { status: 429, headers: { "retry-after": "2" } }],
  ])("ends %s, when its process is told to end, and none is sent after it", async (_, trouble) => {
    const controller = new AbortController();
    server.trouble(create.path, trouble);
    const told = new MlflowClient({ trackingUri: server.trackingUri, timing, signal: controller.signal });
    const interrupted = {
      code: "INTERRUPTED",
      message: expect.stringMatching(/^The process was told to stop/),
    };
    const called = told.makeOnce(
      () => told.call(create),
      () => told.call(search).then(() => undefined),
    );
    const outcome = expect(called).rejects.toMatchObject(interrupted);
    while (server.count(create.path) === 0) await new Promise((resolve) => setImmediate(resolve));
    // The answer has come, or is waited for, a little later.
    await new Promise((resolve) => setTimeout(resolve, 100));
    controller.abort();
    await outcome;
    await expect(told.call(search)).rejects.toMatchObject(interrupted);
    expect([server.count(create.path), server.count(search.path)]).toEqual([1, 0]);
  });
});
