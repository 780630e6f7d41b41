import { METHODS, request } from "node:http";
import type { AddressInfo } from "node:net";
import { call, closeServices, cost, openService } from "../dialects/service-fixture";

afterAll(closeServices);

const app = openService(cost, { readMetrics: () => Promise.resolve("") });

/** Addresses as they are called, with the methods that they take. */
const addresses = {
  "/": "GET, HEAD, OPTIONS",
  "/score": "OPTIONS, POST",
  "/healthz": "GET, HEAD, OPTIONS",
  "/readyz": "GET, HEAD, OPTIONS",
  "/metadata": "GET, HEAD, OPTIONS",
  "/metrics": "GET, HEAD, OPTIONS",
  "/openapi.json": "GET, HEAD, OPTIONS",
  "/swagger.json": "GET, HEAD, OPTIONS",
  "/docs": "GET, HEAD, OPTIONS",
  "/ping": "GET, HEAD, OPTIONS",
  "/health": "GET, HEAD, OPTIONS",
  "/version": "GET, HEAD, OPTIONS",
  "/invocations": "OPTIONS, POST",
  "/v2": "GET, HEAD, OPTIONS",
  "/v2/health/live": "GET, HEAD, OPTIONS",
  "/v2/health/ready": "GET, HEAD, OPTIONS",
  "/v2/models": "GET, HEAD, OPTIONS",
  "/v2/models/cost": "GET, HEAD, OPTIONS",
  "/v2/models/cost/ready": "GET, HEAD, OPTIONS",
  "/v2/models/cost/infer": "OPTIONS, POST",
  "/v2/models/cost/versions/3": "GET, HEAD, OPTIONS",
  "/v2/models/cost/versions/3/ready": "GET, HEAD, OPTIONS",
  "/v2/models/cost/versions/3/infer": "OPTIONS, POST",
} as const;

function send(
  url: string,
  method: string,
): Promise<{ status: number; allow: string | undefined; body: string; type: string | undefined }> {
  const { port } = app.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path: url, method, headers: { "content-length": 0 } }, (reply) => {
      let body = "";
      reply.setEncoding("utf8");
      reply.on("data", (chunk: string) => (body += chunk));
      reply.on("end", () =>
        resolve({
          status: reply.statusCode ?? 0,
          allow: reply.headers.allow,
          body,
          type: reply.headers["content-type"],
        }),
      );
    })
      .on("error", reject)
      .end();
  });
}

beforeAll(async () => {
  await app.listen({ host: "127.0.0.1", port: 0 });
});

describe.each(Object.entries(addresses))("%s", (url, allow) => {
  test("refuses every other method with 405 and says which there are", async () => {
    const methods = METHODS.filter((method) => !allow.split(", ").includes(method) && method !== "CONNECT");
    expect(methods.length).toBeGreaterThan(25);
    for (const method of methods) {
      const answer = await send(url, method);
      expect([method, answer.status, answer.allow]).toEqual([method, 405, allow]);
      if (method === "HEAD") continue;
      const isMlflow = ["/invocations", "/ping", "/health", "/version"].includes(url);
      const shape = url.startsWith("/v2") ? "error" : isMlflow ? "error_code" : "code";
      expect(Object.keys(JSON.parse(answer.body) as object)).toContain(shape);
    }
  });

  test("answers OPTIONS with the methods", async () => {
    const answer = await send(url, "OPTIONS");
    expect([answer.status, answer.allow, answer.body]).toEqual([204, allow, ""]);
  });

  test("answers HEAD as GET, without a body", async () => {
    if (!allow.includes("HEAD")) return;
    const [head, get] = [await send(url, "HEAD"), await send(url, "GET")];
    expect([head.status, head.type, head.body]).toEqual([200, get.type, ""]);
  });
});

test("the description has every address, and no other", async () => {
  const { json } = await call(app, { url: "/openapi.json" });
  const paths = json.paths as Record<string, Record<string, unknown>>;
  const described = Object.entries(paths).flatMap(([path, item]) =>
    ["get", "post"]
      .filter((method) => method in item)
      .map((method) => `${method} ${path.replace("{model}", "cost").replace("{version}", "3")}`),
  );
  const taken = Object.entries(addresses).map(
    ([url, allow]) => `${allow.includes("POST") ? "post" : "get"} ${url}`,
  );
  expect(described.sort()).toEqual(taken.sort());
  // The routes of the framework are the same, so that none is left out here.
  expect(app.printRoutes({ commonPrefix: false }).match(/\((GET, HEAD|POST)\)/g)).toHaveLength(taken.length);
});

test.each([
  ["/v2/models/%zz", 400],
  [`/v2/models/${"x".repeat(500)}`, 404],
  [`/v2/models/${"x".repeat(15_000)}`, 404],
  ["/%2e%2e/etc/passwd", 404],
  ["//score", 404],
  ["/SCORE", 404],
  ["/score;x", 404],
])("%s is refused", async (url, status) => {
  const answer = await send(url, "GET");
  expect(answer.status).toBe(status);
  expect(answer.type).toMatch(/json/);
});
