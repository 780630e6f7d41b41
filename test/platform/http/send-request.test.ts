import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { sendRequest, type HttpRequest } from "../../../platform/http/send-request";
import { startServer, type Received, type SmallServer } from "./http-server";
import type { ServerResponse } from "node:http";

const timing = { attempts: 3, firstPauseMs: 1, maxPauseMs: 100, timeoutMs: 500 };
let server: SmallServer;
let requests: Received[];
let answers: ((response: ServerResponse) => void)[];

beforeEach(async () => {
  requests = [];
  answers = [];
  server = await startServer((request, response) => {
    requests.push(request);
    const answer = answers.shift();
    if (answer) answer(response);
    else response.end("done");
  });
});
afterEach(() => server.close());

const ask = (change: Partial<HttpRequest<string>> = {}): Promise<string> =>
  sendRequest(
    { method: "GET", url: server.url, read: ({ body }) => text(body), idempotent: true, ...change },
    timing,
  );

/** Half of a response, and then nothing; the connection stays open. */
const stall = (response: ServerResponse): void => {
  response.writeHead(200, { "content-length": "100" }).write("half");
};
const cut = (response: ServerResponse): void => {
  response.writeHead(200, { "content-length": "100" }).write("half");
  setImmediate(() => response.destroy());
};

test("a response is bounded in time to its end, not to its beginning", async () => {
  answers.push(stall, stall, stall);
  await expect(ask()).rejects.toThrow("sent no response within 0.5 s");
  expect(requests).toHaveLength(3);
});

test.each([
  ["that may be sent twice is sent again", true, 2],
  ["that may have been done is not", false, 1],
])("a request %s when its response is cut short", async (_what, idempotent, times) => {
  answers.push(cut);
  const outcome = await ask({ idempotent }).catch((error: Error) => error.message);
  expect(outcome).toBe(
    idempotent ? "done" : "closed the connection before the response was complete (ECONNRESET)",
  );
  expect(requests).toHaveLength(times);
});

test("a redirect is not followed: the token is for this server", async () => {
  answers.push((response) => response.writeHead(307, { location: `${server.url}/elsewhere` }).end());
  await expect(ask({ token: () => Promise.resolve("t") })).rejects.toThrow("returned HTTP 307");
  expect(requests).toHaveLength(1);
});

test("no compressed response is asked for", async () => {
  await ask();
  expect(requests[0]?.headers["accept-encoding"]).toBeUndefined();
});

test("a body that is streamed is read anew for each attempt", async () => {
  answers.push((response) => response.writeHead(503).end());
  await ask({ method: "PUT", body: () => Readable.from(["a ", "body"]) });
  expect(requests.map(({ body }) => body)).toEqual(["a body", "a body"]);
});

test("a body that cannot be read is no fault of the server", async () => {
  const body = (): Readable =>
    new Readable({ read: (): void => undefined }).on("newListener", function (this: Readable, event) {
      if (event === "error") setImmediate(() => this.destroy(new Error("the disk is broken")));
    });
  await expect(ask({ method: "PUT", body })).rejects.toThrow("the disk is broken");
  expect(requests).toHaveLength(0);
});

test("a server on this machine is asked directly, another by the proxy of the environment", async () => {
  const { HTTP_PROXY } = process.env;
  process.env.HTTP_PROXY = server.url;
  jest.resetModules();
  try {
    const fresh = require("../../../platform/http/send-request") as {
      sendRequest: typeof sendRequest;
    };
    const request = { method: "GET", read: () => Promise.resolve(), idempotent: true } as const;
    await fresh.sendRequest({ ...request, url: `${server.url}/near` }, timing);
    await fresh.sendRequest({ ...request, url: "http://mlflow.example/far" }, timing);
    expect(requests.map(({ path }) => path)).toEqual(["/near", "http://mlflow.example/far"]);
  } finally {
    if (HTTP_PROXY === undefined) delete process.env.HTTP_PROXY;
    else process.env.HTTP_PROXY = HTTP_PROXY;
  }
});
