import { readFile } from "node:fs/promises";
import path from "node:path";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { writeCertificate } from "../../../platform/http/certificate";
import { useIdentityEndpoint } from "../../../platform/azure/identity-endpoint";
import { row, writeCostModel } from "../../model-fixture";
import { until, usePrograms } from "../../process/scoring-program";
import { Collector } from "../collector";

const start = usePrograms();
const folder = useTemporaryFolder();
const collectors: Collector[] = [];
const identityEndpoint = useIdentityEndpoint();

const traceId = "0af7651916cd43dd8448eb211c80319c";
const parentId = "b7ad6b7169203331";
const listing = path.join(__dirname, "../../process/fixtures/listing-scoring.ts");

/** The items of a body for Application Insights. */
const itemsOf = (text: string): unknown[] => text.split("\n").flatMap((line) => JSON.parse(line) as unknown);

/** Answers as Application Insights' ingestion does, taking all items or, with another status, none. */
const ingestion = (status: number) => (text: string) => {
  const itemsReceived = itemsOf(text).length;
  const errors = Array.from({ length: status === 200 ? 0 : itemsReceived }, (_, index) => ({
    index,
    statusCode: status,
    message: "not now",
  }));
  return { status, body: { itemsReceived, itemsAccepted: itemsReceived - errors.length, errors } };
};

beforeEach(() => writeCostModel(folder("model")));
afterEach(async () => {
  await Promise.all(collectors.splice(0).map((collector) => collector.stop()));
});

async function collect(tls?: { readonly cert: Buffer; readonly key: Buffer }): Promise<Collector> {
  const collector = await Collector.start(tls);
  collectors.push(collector);
  return collector;
}

/** The service with what exports telemetry, or without it. */
function service(settings: Record<string, string>, program?: string) {
  return start(
    {
      MLOPS_MODEL_DIRECTORY: folder("model"),
      MLOPS_PREDICTION_LOG: folder("log"),
      ...settings,
    },
    program,
  );
}

async function score(
  port: number,
  id: string,
  age: unknown = 40,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/score`, {
    method: "POST",
    headers: {
      ...headers,
      "content-type": "application/json",
      "x-request-id": id,
      traceparent: `00-${traceId}-${parentId}-01`,
    },
    body: JSON.stringify({ data: [{ ...row, age }, row] }),
  });
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
}

const valuesOf = (attributes: readonly Attribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

function spansIn(collector: Collector): Span[] {
  return collector.received
    .filter(({ path }) => path === "/v1/traces")
    .flatMap(({ text }) => {
      const body = JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
      return body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
    });
}

describe("without an address to export to", () => {
  test("nothing that exports is even loaded", async () => {
    const program = service({}, listing);
    const port = await program.port();
    expect((await score(port, "r1")).status).toBe(200);
    program.child.send({ list: true });
    const { packages } = (await program.message()) as { packages: string[] };
    expect(packages).toContain("fastify");
    expect(packages.filter((name) => /^@(azure|opentelemetry)\//.test(name))).toEqual([
      // prom-client takes the types of a span's context from it.
      ...(packages.includes("@opentelemetry/api") ? ["@opentelemetry/api"] : []),
    ]);
  });

  test.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" }, /^OTEL_EXPORTER_OTLP_ENDPOINT is "collector:4318"\./],
    [
      { APPLICATIONINSIGHTS_CONNECTION_STRING: "InstrumentationKey=secret" },
      /^APPLICATIONINSIGHTS_CONNECTION_STRING is not valid \(its value is not shown\)\./,
    ],
    [
      { APPLICATIONINSIGHTS_AUTHENTICATION_STRING: "Authorization=Key" },
      /^APPLICATIONINSIGHTS_AUTHENTICATION_STRING is "Authorization=Key"\. Expected Authorization=AAD/,
    ],
  ])("one that is none is refused: %j", async (settings, message) => {
    const program = service(settings);
    expect(await program.ended).toBe(2);
    expect(program.output).toMatch(message);
    expect(program.output).not.toContain("secret");
  });
});

describe("to an OTLP endpoint", () => {
  test("the span of our own test says so, as queries about clients ask; one without the key does not", async () => {
    const collector = await collect();
    const key = "the-key-of-our-tests";
    const program = service({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, MLOPS_TEST_KEY: key });
    const port = await program.port();
    for (const [id, mark] of Object.entries({ ours: key, theirs: "another-key-of-16" })) {
      expect((await score(port, id, 40, { "x-mlops-test": mark })).status).toBe(200);
    }
    // A track that a client has chosen is not judged by its requests; by our tests it is.
    const chosen = { "x-mlops-chosen": "1" };
    expect((await score(port, "chosen", 40, chosen)).status).toBe(200);
    expect((await score(port, "chosen-ours", 40, { ...chosen, "x-mlops-test": key })).status).toBe(200);
    program.signal("SIGTERM");
    expect(await program.ended).toBe(0);
    const marks = spansIn(collector)
      .map(({ attributes }) => valuesOf(attributes))
      .flatMap((values) =>
        "mlops.request.id" in values
          ? [[values["mlops.request.id"], [values["mlops.mark"], values["mlops.chosen"]]]]
          : [],
      );
    expect(Object.fromEntries(marks)).toEqual({
      ours: ["test", undefined],
      theirs: [undefined, undefined],
      chosen: [undefined, true],
      "chosen-ours": ["test", undefined],
    });
    expect(program.output).not.toContain(key);
  });

  test("go a span per request with its wait and the model's run, and metrics", async () => {
    const collector = await collect();
    const program = service({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_RESOURCE_ATTRIBUTES: "service.name=my-service",
    });
    const port = await program.port();
    const answer = await score(port, "r1");
    const refused = await score(port, "r2", "old");
    expect([answer.status, refused.status]).toEqual([200, 400]);
    program.signal("SIGTERM");
    expect(await program.ended).toBe(0);

    const spans = spansIn(collector);
    const [, , spanId] = answer.headers.get("traceresponse")?.split("-") ?? [];
    const server = spans.find((span) => span.spanId === spanId);
    expect(server).toMatchObject({ name: "POST /score", traceId, parentSpanId: parentId });
    expect(valuesOf(server?.attributes ?? [])).toEqual({
      "http.request.method": "POST",
      "http.route": "/score",
      "http.response.status_code": 200,
      "mlops.request.id": "r1",
      "mlops.model": "cost:1",
      "mlops.rows": 2,
    });
    const children = spans.filter(({ parentSpanId }) => parentSpanId === spanId);
    expect(children.map(({ name }) => name).sort()).toEqual(["model run", "queue"]);
    // In nanoseconds: each span has read the machine's clock by itself, which may have been set a little meanwhile.
    const tolerance = 10_000_000n;
    for (const child of children) {
      const [start, end] = [BigInt(child.startTimeUnixNano), BigInt(child.endTimeUnixNano)];
      expect(start).toBeGreaterThanOrEqual(BigInt(server?.startTimeUnixNano ?? 0) - tolerance);
      expect(end).toBeLessThanOrEqual(BigInt(server?.endTimeUnixNano ?? 0) + tolerance);
    }
    const other = spans
      .map(({ attributes }) => valuesOf(attributes))
      .find((values) => values["mlops.request.id"] === "r2");
    expect(other).toMatchObject({ "http.response.status_code": 400, "error.type": "INPUT_INVALID" });

    const metrics = collector.received
      .filter(({ path }) => path === "/v1/metrics")
      .map(({ text }) => text)
      .join();
    for (const name of [
      "http.server.request.duration",
      "mlops.model.run",
      "mlops.predictions",
      "mlops.prediction_log.records",
    ]) {
      expect(metrics).toContain(`"${name}"`);
    }
    expect(metrics).toContain("my-service");
    // The line in the log and the span are found by the same id.
    expect(program.output).toContain(`"traceId":"${traceId}"`);
  });

  test("that is away, requests and the end of the process do not wait for it, and the log says so once", async () => {
    const away = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1", OTEL_BSP_SCHEDULE_DELAY: "50" };
    const program = service({ ...away, OTEL_METRIC_EXPORT_INTERVAL: "100" });
    const port = await program.port();
    for (let count = 0; count < 5; count++) expect((await score(port, `r${count}`)).status).toBe(200);
    const begun = performance.now();
    program.signal("SIGTERM");
    expect(await program.ended).toBe(0);
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(program.output.match(/Telemetry cannot be exported: /g)).toHaveLength(1);
  });
});

describe("to Application Insights", () => {
  async function insights(): Promise<{ collector: Collector; settings: Record<string, string> }> {
    const files = { key: folder("key.pem"), certificate: folder("cert.pem") };
    await writeCertificate("ingestion", files);
    const collector = await collect({
      key: await readFile(files.key),
      cert: await readFile(files.certificate),
    });
    collector.answer = ingestion(200);
    const key = "12345678-1234-4234-8234-123456789012";
    return {
      collector,
      settings: {
        APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${key};IngestionEndpoint=${collector.url}/`,
        NODE_EXTRA_CA_CERTS: files.certificate,
      },
    };
  }

  const textOf = (collector: Collector): string => collector.received.map(({ text }) => text).join("\n");

  test("go requests under the caller's trace, and metrics; nothing goes anywhere else", async () => {
    const { collector, settings } = await insights();
    const program = service(settings);
    const answer = await score(await program.port(), "r1");
    program.signal("SIGTERM");
    expect(await program.ended).toBe(0);
    const items = collector.received.flatMap(({ text }) => itemsOf(text));
    const request = items.find((item) => (item as { name: string }).name.endsWith("Request")) as {
      tags: Record<string, string>;
      data: { baseData: Record<string, unknown> };
    };
    expect(request.tags).toMatchObject({
      "ai.operation.id": traceId,
      "ai.operation.parentId": parentId,
      "ai.cloud.role": "mlops-scoring",
    });
    expect(request.data.baseData).toMatchObject({
      id: answer.headers.get("traceresponse")?.split("-")[2],
      name: "POST /score",
      responseCode: "200",
      success: true,
      properties: expect.objectContaining({ "mlops.request.id": "r1", "mlops.model": "cost:1" }),
    });
    expect(textOf(collector)).toContain("mlops.model.run");
    expect(textOf(collector)).not.toContain("Statsbeat");
    expect(program.output).not.toContain("12345678-1234");
  });

  test("go requests signed in, as the identity that the process has, when it is to sign in", async () => {
    const { collector, settings } = await insights();
    const program = service({
      ...settings,
      ...(await identityEndpoint("https://monitor.azure.com", "token-of-the-identity")),
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: "Authorization=AAD",
    });
    await score(await program.port(), "r1");
    program.signal("SIGTERM");
    expect(await program.ended).toBe(0);
    expect(textOf(collector)).toContain("r1");
    expect([...new Set(collector.received.map(({ authorization }) => authorization))]).toEqual([
      "Bearer token-of-the-identity",
    ]);
    expect(program.output).not.toContain("token-of-the-identity");
  });

  test.each([
    ["is throttled", 429],
    ["is busy", 503],
  ])("that %s, what it did not take is sent again", async (_, status) => {
    const { collector, settings } = await insights();
    collector.answer = (text) => ingestion(collector.received.length > 2 ? 200 : status)(text);
    const program = service({ ...settings, OTEL_BSP_SCHEDULE_DELAY: "50" });
    expect((await score(await program.port(), "r-late")).status).toBe(200);
    await until(() => textOf(collector).split("r-late").length > 3);
    program.signal("SIGTERM");
    expect(await program.ended).toBe(0);
    expect(program.output).not.toContain("cannot be exported");
  });

  test.each([
    ["over its quota", 402],
    ["refusing what it gets", 206],
  ])("that is %s, requests go on", async (_, status) => {
    const { collector, settings } = await insights();
    collector.answer = ingestion(status);
    const program = service(settings);
    const port = await program.port();
    for (let count = 0; count < 3; count++) expect((await score(port, `r${count}`)).status).toBe(200);
    program.signal("SIGTERM");
    expect(await program.ended).toBe(0);
  });
});
