import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { driftedColumns, missedTrainings, watchFindings } from "../../../infra/components/watching/queries";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { writeCertificate } from "../../platform/http/certificate";
import { Collector } from "../../scoring/telemetry/collector";

const folder = useTemporaryFolder();
const collectors: Collector[] = [];
afterEach(async () => {
  for (const collector of collectors.splice(0)) await collector.stop();
});

async function collect(tls?: { cert: Buffer; key: Buffer }): Promise<Collector> {
  const collector = await Collector.start(tls);
  collectors.push(collector);
  return collector;
}

/** Exit code of a process that sends two drifted columns of three, of diabetes:3 in prod, and a training that is overdue. */
const send = (settings: Record<string, string>): Promise<number> =>
  new Promise((resolve) => {
    const program = ["--require", "tsx/cjs", path.join(__dirname, "fixtures", "send-gauges.ts")];
    const env = { ...process.env, ...settings };
    const child = execFile(process.execPath, program, { env }, () => resolve(child.exitCode ?? -1));
  });

interface Otlp {
  readonly resourceMetrics: {
    readonly scopeMetrics: {
      readonly metrics: {
        readonly name: string;
        readonly gauge: { readonly dataPoints: { asInt: number; attributes: unknown }[] };
      }[];
    }[];
  }[];
}

test("the columns that drifted go to an OTLP endpoint, with the version", async () => {
  const collector = await collect();
  expect(await send({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })).toBe(0);
  expect(collector.received.map((request) => request.path)).toEqual(["/v1/metrics"]);
  const text = collector.received[0]?.text ?? "";
  const metrics = (JSON.parse(text) as Otlp).resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap((scope) => scope.metrics),
  );
  expect(metrics.map(({ name, gauge }) => [name, gauge.dataPoints[0]?.asInt])).toEqual([
    ["mlops.drift.columns", 2],
    ["mlops.drift.rows", 500],
    ["mlops.performance.fell", 1],
    ["mlops.monitor.decision", 0],
    ["mlops.training.faults", 0],
  ]);
  // Of each kind, none too: an alert ends by it.
  expect(metrics[3]?.gauge.dataPoints.map(({ asInt }) => asInt)).toEqual([0, 1, 0]);
  expect(metrics[4]?.gauge.dataPoints.map(({ asInt, attributes }) => [asInt, attributes])).toEqual(
    [
      [0, "failed"],
      [0, "hanging"],
      [1, "overdue"],
    ].map(([count, fault]) => [
      count,
      [
        { key: "mlops.model", value: { stringValue: "diabetes" } },
        { key: "mlops.fault", value: { stringValue: fault } },
      ],
    ]),
  );
  const labels = [{ key: "mlops.model", value: { stringValue: "diabetes:3" } }];
  expect(metrics[0]?.gauge.dataPoints[0]?.attributes).toEqual(labels);
});

test("Application Insights gets them under the names that the alert asks for", async () => {
  const files = { key: folder("key.pem"), certificate: folder("cert.pem") };
  await writeCertificate("ingestion", files);
  const collector = await collect({
    key: await readFile(files.key),
    cert: await readFile(files.certificate),
  });
  collector.answer = () => ({ status: 200, body: { itemsReceived: 2, itemsAccepted: 2, errors: [] } });
  const code = await send({
    APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=12345678-1234-4234-8234-123456789012;IngestionEndpoint=${collector.url}/`,
    NODE_EXTRA_CA_CERTS: files.certificate,
  });
  expect(code).toBe(0);
  const text = collector.received.map((request) => request.text).join("\n");
  expect(text).toContain('"name":"mlops.drift.columns","kind":"Aggregation","value":2');
  expect(text).toContain('"mlops.model":"diabetes:3"');
  expect(driftedColumns).toContain('Name == "mlops.drift.columns"');
  expect(driftedColumns).toContain('Properties["mlops.model"]');
  expect(text).toContain('"name":"mlops.performance.fell","kind":"Aggregation","value":1');
  expect(watchFindings).toContain('Name == "mlops.performance.fell"');
  expect(text).toContain('"name":"mlops.monitor.decision","kind":"Aggregation","value":1');
  expect(text).toContain('"mlops.decision":"alert"');
  expect(watchFindings).toContain('Name == "mlops.monitor.decision"');
  expect(watchFindings).toContain('Properties["mlops.decision"]) == "alert"');
  expect(text).toContain('"name":"mlops.training.faults","kind":"Aggregation","value":1');
  expect(text).toContain('"mlops.fault":"overdue"');
  expect(missedTrainings).toContain('Name == "mlops.training.faults"');
  expect(missedTrainings).toContain('Properties["mlops.fault"]');
});

test("what is refused is an error, not silence", async () => {
  const collector = await collect();
  collector.answer = () => ({ status: 400, body: {} });
  expect(await send({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })).toBe(1);
  expect(collector.received).toHaveLength(1);
});
