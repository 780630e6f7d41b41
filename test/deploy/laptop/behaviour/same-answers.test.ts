import { once } from "node:events";
import { request, type IncomingHttpHeaders, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { Proxy } from "../../../../deploy/laptop/proxy";
import { createPublicServer } from "../../../../deploy/laptop/public-server";
import type { SupervisedScoring } from "../../../../deploy/laptop/supervised-scoring";
import { TrackSampler } from "../../../../deploy/laptop/track-sampler";
import { TrafficSplitter } from "../../../../deploy/laptop/traffic-splitter";
import { closeGracefully, listen } from "../../../../platform/http/listening";
import {
  closeServices,
  cost,
  costRow,
  openService,
  type Row,
} from "../../../scoring/dialects/service-fixture";

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function ask(port: number, { method, path, headers = {}, body }: Asked): Promise<Answer> {
  const sent = request({ host: "127.0.0.1", port, method, path, headers, agent: false });
  // Bytes: headers in front of a text would be written in its encoding.
  sent.end(body && Buffer.from(body));
  const [answer] = (await once(sent, "response")) as [import("node:http").IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks).toString() };
}

/** Of an answer what has to be equal: not the time, the connection, new ids and the gateway's own headers. */
function comparable({ status, headers, body }: Answer) {
  const own = ["date", "connection", "keep-alive", "traceresponse", "x-ms-run-fn-exec-ms"];
  const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
  const kept = Object.entries(headers).filter(
    ([name]) => !own.includes(name) && !["x-mlops-track", "x-mlops-model"].includes(name),
  );
  const names = kept.map(([name, value]) => [name, String(value).replace(uuid, "<new>")]);
  return { status, headers: Object.fromEntries(names) as object, body: body.replace(uuid, "<new>") };
}

let direct: number;
let gateway: number;
let server: Server;
const proxy = new Proxy({ report: () => undefined, testKey: "key" });

beforeAll(async () => {
  const service = openService(cost, {
    readMetrics: () => Promise.resolve("up 1\n"),
    corsOrigins: ["https://shop.example"],
  });
  await service.listen({ host: "127.0.0.1", port: 0 });
  direct = (service.server.address() as AddressInfo).port;
  const scoring = {
    ready: true,
    release: { model: "cost:3" },
    use: <T>(_waitMs: number, work: (port: number) => T) => work(direct),
    settle: () => Promise.resolve(),
  } as unknown as SupervisedScoring;
  const stable = { name: "stable", scoring, sampler: new TrackSampler() } as const;
  const routing = { stable, splitter: new TrafficSplitter({ weight: 0, shadow: 0 }) };
  server = createPublicServer({ routing: () => routing, proxy, testKey: "key", report: () => undefined });
  gateway = await listen(server, { host: "127.0.0.1", port: 0 });
});
afterAll(async () => {
  await closeGracefully(server);
  proxy.close();
  await closeServices();
});

const json = { "content-type": "application/json" };
const score = (headers: Record<string, string>, rows: readonly Row[] = [costRow]): Asked => ({
  method: "POST",
  path: "/score",
  headers: { ...json, "x-request-id": "r1", ...headers },
  body: JSON.stringify({ data: rows }),
});
const infer = (body: object, path = "/v2/models/cost/infer"): Asked => ({
  method: "POST",
  path,
  headers: json,
  body: JSON.stringify(body),
});
const long = "x".repeat(101);
/** The bytes of a text in UTF-8, as Node.js has the bytes of headers. */
const bytesOf = (text: string): string => Buffer.from(text).toString("latin1");

describe("the gateway answers as the service does", () => {
  test.each<[string, Asked, number]>([
    ["a score", score({}), 200],
    ["a refusal", score({}, [{}]), 400],
    ["the metrics", { method: "GET", path: "/metrics" }, 200],
    ["the length of the metrics alone", { method: "HEAD", path: "/metrics" }, 200],
    ["the length of a description", { method: "HEAD", path: "/openapi.json" }, 200],
    ["which methods there are", { method: "OPTIONS", path: "/score" }, 204],
    [
      "another site's question",
      {
        method: "OPTIONS",
        path: "/score",
        headers: { origin: "https://shop.example", "access-control-request-method": "POST" },
      },
      204,
    ],
    ["an address that is not there", { method: "GET", path: "/nothing" }, 404],
    ["a method that is not taken", { method: "DELETE", path: "/score" }, 405],
    ["an address that cannot be read", { method: "GET", path: "/v2/models/%E0%A4%A" }, 400],
    ["an id that is too long", score({ "x-request-id": long }), 431],
    ["an id of the longest length", score({ "x-request-id": "x".repeat(100) }), 200],
    ["an id that is none", score({ "x-request-id": "a b" }), 200],
    ["another id that is too long", score({ "x-ms-request-id": long }), 431],
    ["a long id in V2", { ...infer({ inputs: [] }), headers: { ...json, "x-request-id": long } }, 431],
    ["an id in letters beyond ASCII", score({ "x-ms-request-id": bytesOf("é東") }), 200],
    ["a model that is not there", infer({ inputs: [] }, `/v2/models/${long}/infer`), 404],
    ["a compressed body", score({ "content-encoding": "gzip" }), 415],
  ])("%s", async (_, asked, status) => {
    const [own, passed] = [await ask(direct, asked), await ask(gateway, asked)];
    expect(own.status).toBe(status);
    expect(comparable(passed)).toEqual(comparable(own));
  });

  test("its own health with a length, also to HEAD", async () => {
    const body = '{"status":"ok"}';
    const got = await ask(gateway, { method: "GET", path: "/healthz" });
    expect([got.headers["content-length"], got.body]).toEqual([String(body.length), body]);
    const head = await ask(gateway, { method: "HEAD", path: "/healthz" });
    expect([head.status, head.headers["content-length"], head.body]).toEqual([200, String(body.length), ""]);
  });
});

test("what has no body has no length, and HEAD has that of the body left out", async () => {
  const { headers } = await ask(gateway, { method: "HEAD", path: "/metrics" });
  expect(headers["content-length"]).toBe(String("up 1\n".length));
  expect(
    (await ask(gateway, { method: "OPTIONS", path: "/score" })).headers["content-length"],
  ).toBeUndefined();
});

test("a model that is not there is not found, in the protocol's words, whatever its length", async () => {
  const { status, body, headers } = await ask(direct, infer({ inputs: [] }, `/v2/models/${long}/infer`));
  expect([status, headers["content-type"]]).toEqual([404, "application/json; charset=utf-8"]);
  expect(JSON.parse(body)).toEqual({ error: expect.stringMatching(/^Model "x+\.\.\. not found/) as string });
});

test("an id in letters beyond ASCII comes back as the bytes that were sent", async () => {
  for (const port of [direct, gateway]) {
    const { headers } = await ask(port, score({ "x-ms-request-id": bytesOf("é東") }));
    expect(Buffer.from(String(headers["x-ms-request-id"]), "latin1").toString()).toBe("é東");
  }
});

test.each([
  ["what is not HTTP", "HELLO\r\n\r\n", 400],
  ["headers that are too large", `GET /score HTTP/1.1\r\nhost: a\r\nx: ${"a".repeat(20_000)}\r\n\r\n`, 431],
])("%s is refused as by a process of the service", async (_, text, status) => {
  const socket = connect(gateway, "127.0.0.1", () => socket.write(text));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const [head = "", body = ""] = Buffer.concat(chunks).toString().split("\r\n\r\n");
  expect(head).toContain(`HTTP/1.1 ${status} `);
  expect(head).toContain("application/problem+json");
  expect(JSON.parse(body)).toMatchObject({ status, code: "REQUEST_INVALID" });
});
