import { latencyShares } from "../../../platform/release/deployment";
import { InsightsSamples } from "../../../deploy/azure/insights-samples";
import { startServer, type Received, type SmallServer } from "../../platform/http/http-server";

const shares = latencyShares;
const columns = [
  ...["model", "requests", "failures", "refusals", "tests", "testFailures"],
  ...shares.map((share) => `p${String(Math.round(1000 * share)).padStart(4, "0")}`),
  ...["count", "total", "squares"],
];
/** Latencies of a row, by what a share takes. */
const took = (ms: (share: number) => number | null): (number | null)[] => shares.map(ms);
const since = new Date("2026-11-01T10:00:00Z");
const models = ["cost:1", "cost:2"];

let server: SmallServer;
let received: Received[];
let answers: { status: number; body: string }[];

beforeEach(async () => {
  received = [];
  answers = [];
  server = await startServer((request, response) => {
    received.push(request);
    const { status, body } = answers.shift() ?? { status: 500, body: "" };
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  });
});

afterEach(() => server.close());

function answerRows(...rows: unknown[][]): void {
  const table = { name: "PrimaryResult", columns: columns.map((name) => ({ name })), rows };
  answers.push({ status: 200, body: JSON.stringify({ tables: [table] }) });
}

function samples(): InsightsSamples {
  return new InsightsSamples({
    appId: "00000000-0000-4000-8000-00000000000a",
    origin: server.url,
    token: () => Promise.resolve("token-1"),
    timing: { attempts: 2, firstPauseMs: 1 },
  });
}

test("classes come as a list in text", async () => {
  columns.push("classes");
  answerRows([
    ...["cost:1", 10, 0, 0, 0, 0],
    ...took(() => null),
    ...[null, null, null],
    '[{"name":"a, b","count":7},{"name":"__proto__","count":3}]',
  ]);
  const found = await samples().since(since, models);
  columns.pop();
  expect(found.get("cost:1")?.classes).toEqual([
    { name: "a, b", count: 7 },
    { name: "__proto__", count: 3 },
  ]);
});

test("each version has a sample of its own, with mean and deviation from the sums", async () => {
  answerRows(
    ["cost:1", 100, 2, 7, 20, 1, ...took((share) => 10 * share), 200, 400, 1000],
    ["cost:2", 3, 3, 0, 0, 0, ...took(() => null), null, null, null],
  );
  const found = await samples().since(since, models);
  expect(Object.fromEntries(found)).toEqual({
    "cost:1": {
      requests: 100,
      failures: 2,
      refusals: 7,
      tests: { requests: 20, failures: 1 },
      latencyMs: { p50: 5, p95: 9.5, p99: 9.9 },
      latencyQuantiles: shares.map((share) => ({ share, ms: 10 * share })),
      predictions: { count: 200, mean: 2, standardDeviation: 1 },
    },
    "cost:2": { requests: 3, failures: 3 },
  });
  expect(received[0]).toMatchObject({
    method: "POST",
    path: "/v1/apps/00000000-0000-4000-8000-00000000000a/query",
    headers: { authorization: "Bearer token-1", "content-type": "application/json" },
  });
});

test("only what these versions predicted since then is asked for", async () => {
  answerRows();
  expect(await samples().since(since, models)).toEqual(new Map());
  const { query } = JSON.parse(received[0]?.body ?? "") as { query: string };
  expect(query).toContain("timestamp >= datetime(2026-11-01T10:00:00.000Z)");
  expect(query).toContain('model in ("cost:1", "cost:2")');
  // Refusals and failures take no time worth comparing.
  expect(query).toContain(
    "where code < 400 | summarize (p0000, p0100, p0200, p0300, p0400, p0500, p0600, p0700, p0800, p0850, p0880, p0900, p0920, p0940, p0950, p0960, p0970, p0980, p0990, p1000) = percentilesw(duration, itemCount, 0, 10, 20, 30, 40, 50, 60, 70, 80, 85, 88, 90, 92, 94, 95, 96, 97, 98, 99, 100) by model",
  );
  expect(query).toContain('isTest = isnotempty(tostring(customDimensions["mlops.mark"]))');
  // Who chooses a track would choose how it is judged.
  expect(query).toContain('and isempty(tostring(customDimensions["mlops.chosen"]))');
  // What clients' ordinary requests are refused for, and no smoke test's misspelt one.
  expect(query).toContain(
    "requests = sumif(itemCount, true), failures = sumif(itemCount, code >= 500), refusals = sumif(itemCount, code in (400, 404, 413, 415, 422) and not(isTest)), tests = sumif(itemCount, isTest), testFailures = sumif(itemCount, code >= 500 and isTest) by model",
  );
  expect(query).toContain(
    'name matches regex @"^(POST /score|POST /v2/models/[^/]+/infer|POST /v2/models/[^/]+/versions/[^/]+/infer|POST /invocations)$"',
  );
});

test("a variance that rounding takes below zero is none", async () => {
  answerRows(["cost:1", 2, 0, 0, 0, 0, ...took(() => 1), 3, 0.3, 0.029999999999999995]);
  const found = await samples().since(since, models);
  expect(found.get("cost:1")?.predictions?.standardDeviation).toBe(0);
});

test("a server that is busy is asked again", async () => {
  answers.push({ status: 429, body: "{}" });
  answerRows(["cost:1", 1, 0, 0, 0, 0, ...took(() => 1), null, null, null]);
  expect((await samples().since(since, models)).get("cost:1")?.requests).toBe(1);
  expect(received).toHaveLength(2);
});

test.each([
  [403, "{}", /HTTP 403\. Expected an identity with the role Monitoring Reader/],
  [200, '{"tables":[]}', /returned JSON that is not as documented \(tables\)\. Try again/],
  [200, '{"tab', /returned a response that is not valid JSON\. Try again/],
  [
    200,
    '{"tables":[{"columns":[{"name":"model"}],"rows":[["cost:1"]]}]}',
    /returned JSON that is not as documented \(0\.requests, /,
  ],
])("an answer of %d %s is explained", async (status, body, message) => {
  answers.push({ status, body }, { status, body });
  await expect(samples().since(since, models)).rejects.toMatchObject({
    code: "DEPLOYMENT_FAILED",
    message: expect.stringMatching(message),
  });
});
