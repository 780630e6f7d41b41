import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { runLoad, type LoadPlan } from "../../../deploy/tests/load";
import { makeCertificate } from "../../platform/http/certificate";
import { sendJson, startServer, type Received, type SmallServer } from "../../platform/http/http-server";

let server: SmallServer;
let received: Received[];
/** What becomes of the request with this number, from 1. */
let fate: (index: number) => "answer" | "fail" | "slow" | "hang up" | "ignore";

beforeEach(async () => {
  received = [];
  fate = () => "answer";
  server = await startServer((request, response) => {
    received.push(request);
    switch (fate(received.length)) {
      case "answer":
        return sendJson(response, 200, { result: [1] });
      case "fail":
        return sendJson(response, 500, { code: "INTERNAL" });
      case "slow":
        return void setTimeout(() => sendJson(response, 200, { result: [1] }), 60);
      case "hang up":
        return void response.socket?.end();
      case "ignore":
        return;
    }
  });
});

afterEach(() => server.close());

const plan = (more: { requests?: number; connections?: number; bodies?: string[] } = {}): LoadPlan => ({
  url: server.url,
  bodies: ["1", "2", "3"],
  connections: 2,
  requests: 40,
  ...more,
});

test("as many requests are sent as asked, to /score, every body as often as the others", async () => {
  const { requests, failures, requestsPerSecond } = await runLoad(plan({ requests: 60, connections: 3 }));
  expect([requests, failures]).toEqual([60, 0]);
  expect(requestsPerSecond).toBeGreaterThan(0);
  expect(received).toHaveLength(60);
  expect(new Set(received.map(({ method, path }) => `${method} ${path}`))).toEqual(new Set(["POST /score"]));
  expect(received[0]?.headers["content-type"]).toBe("application/json");
  const counts = ["1", "2", "3"].map((body) => received.filter((request) => request.body === body).length);
  expect(counts).toEqual([20, 20, 20]);
});

test("connections begin with different bodies", async () => {
  await runLoad(plan({ requests: 3, connections: 3 }));
  expect(received.map(({ body }) => body).sort()).toEqual(["1", "2", "3"]);
});

test("answers other than 2xx are failures", async () => {
  fate = (index) => (index % 4 === 0 ? "fail" : "answer");
  expect(await runLoad(plan())).toMatchObject({ requests: 40, failures: 10 });
});

test("a request whose connection is closed without an answer is a failure, the last one too", async () => {
  fate = (index) => (index % 8 === 0 ? "hang up" : "answer");
  expect(await runLoad(plan())).toMatchObject({ requests: 40, failures: 5 });
});

test("a server that is not there fails every request", async () => {
  await server.close();
  const { requests, failures, latencyMs } = await runLoad(plan({ requests: 10 }));
  expect(failures).toBe(requests);
  expect(failures).toBeGreaterThan(0);
  expect(latencyMs).toEqual({ p50: 0, p95: 0, p99: 0 });
});

test("latencies are what a client waits", async () => {
  fate = (index) => (index > 30 ? "slow" : "answer");
  const { latencyMs } = await runLoad(plan());
  expect(latencyMs.p50).toBeLessThan(60);
  expect(latencyMs.p95).toBeGreaterThanOrEqual(59);
  expect(latencyMs.p99).toBeGreaterThanOrEqual(latencyMs.p95);
});

test("a load of some seconds ends by itself; what is in flight then is no failure", async () => {
  fate = (index) => (index > 20 ? "ignore" : "answer");
  const timed: LoadPlan = { url: server.url, bodies: ["1", "2", "3"], connections: 2, seconds: 0.3 };
  expect(await runLoad(timed)).toMatchObject({ requests: 20, failures: 0 });
});

test("a load of some seconds goes on until so many requests were sent, however slow the server is", async () => {
  fate = (index) => (index % 4 === 0 ? "fail" : "slow");
  const timed: LoadPlan = { url: server.url, bodies: ["1"], connections: 2, seconds: 0.1 };
  const { requests, failures, latencyMs } = await runLoad({ ...timed, minRequests: 20 });
  // What was in flight when the time was over is not counted, nor is it a failure.
  expect(requests).toBe(20);
  expect(failures).toBeGreaterThanOrEqual(3);
  expect(failures).toBeLessThanOrEqual(6);
  expect(latencyMs.p50).toBeGreaterThanOrEqual(59);
  // What had time for more is not cut short.
  received = [];
  fate = () => "answer";
  expect((await runLoad({ ...timed, minRequests: 1 })).requests).toBeGreaterThan(1);
});

test("fewer requests than connections are sent, each once", async () => {
  fate = () => "answer";
  expect(await runLoad(plan({ connections: 8, requests: 3 }))).toMatchObject({ requests: 3, failures: 0 });
});

test("an aborted load ends with what it has, however many requests are left", async () => {
  fate = (index) => (index > 10 ? "ignore" : "answer");
  const abort = new AbortController();
  const load = runLoad(plan({ requests: 1_000 }), abort.signal);
  setTimeout(() => abort.abort(), 100);
  expect(await load).toMatchObject({ requests: 10, failures: 0 });
  // One that is aborted before it begins stops at its first look.
  fate = () => "ignore";
  expect(await runLoad(plan({ requests: 1_000 }), abort.signal)).toMatchObject({ requests: 0, failures: 0 });
});

test("a load of nothing is refused", async () => {
  await expect(runLoad(plan({ bodies: [] }))).rejects.toMatchObject({
    code: "USAGE",
    message:
      "There are no rows to send. A load test needs at least one. Hold out a larger fraction of the data.",
  });
});

describe("over TLS", () => {
  const headers = { authorization: "Bearer of-this-test" };

  async function load(certificate: string, pair: { key: string; cert: string }) {
    const seen: { host: string | undefined; key: string | undefined }[] = [];
    const secure = createServer(pair, (request, response) => {
      seen.push({ host: request.headers.host, key: request.headers.authorization });
      request.resume().once("end", () => response.end("{}"));
    });
    secure.listen(0, "127.0.0.1");
    await once(secure, "listening");
    const { port } = secure.address() as AddressInfo;
    try {
      const url = `https://localhost:${port}`;
      const timed = {
        url,
        bodies: ["1"],
        connections: 2,
        seconds: 0.3,
        minRequests: 1,
        certificate,
        headers,
      };
      return { result: await runLoad(timed), seen, host: `localhost:${port}` };
    } finally {
      secure.close();
      secure.closeAllConnections();
    }
  }

  test("requests reach the service with the certificate that it may show, under its name", async () => {
    const ours = await makeCertificate("scoring");
    const { result, seen, host } = await load(ours.cert, ours);
    expect(result.failures).toBe(0);
    // Beside those under way when the time was up.
    expect(seen.length).toBeGreaterThanOrEqual(result.requests);
    expect(result.requests).toBeGreaterThan(0);
    expect(new Set(seen.map((each) => each.host))).toEqual(new Set([host]));
  });

  test("no key goes to a server with another, and its requests count as failed", async () => {
    const [ours, theirs] = [await makeCertificate("scoring"), await makeCertificate("scoring")];
    const { result, seen } = await load(ours.cert, theirs);
    expect(seen).toEqual([]);
    expect(result.failures).toBeGreaterThan(0);
    expect(result.failures).toBe(result.requests);
  });
});
