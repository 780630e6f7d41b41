import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { row, writeCostModel } from "../../model-fixture";
import { KeepAliveClients } from "../../process/keep-alive-clients";
import { until, usePrograms, type ScoringProgram } from "../../process/scoring-program";

const start = usePrograms();
const folder = useTemporaryFolder();

beforeEach(() => writeCostModel(folder("model")));

function service(settings: Record<string, string> = {}): ScoringProgram {
  return start({ MLOPS_MODEL_DIRECTORY: folder("model"), ...settings });
}

async function score(port: number, data: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/score`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ data }),
  });
}

async function metricsAt(port: number): Promise<Map<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const series = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    series.map((line) => {
      const end = line.lastIndexOf(" ");
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

const linesOf = (program: ScoringProgram): Record<string, unknown>[] =>
  program.output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test("every request has one line, with the ids that its answer has", async () => {
  const program = service();
  const port = await program.port();
  const good = await score(port, [row, row], { "x-request-id": "r1" });
  const bad = await score(port, [{ ...row, age: "old" }], { "x-request-id": "r2" });
  const lost = await fetch(`http://127.0.0.1:${port}/nothing?secret=1`);
  program.signal("SIGTERM");
  await program.ended;
  const lines = linesOf(program).filter(({ msg }) => msg === "request");
  const traceOf = (answer: Response): string | undefined =>
    answer.headers.get("traceresponse")?.split("-")[1];
  expect(lines).toEqual([
    expect.objectContaining({
      requestId: "r1",
      traceId: traceOf(good),
      method: "POST",
      route: "/score",
      status: 200,
      rows: 2,
      model: "cost:1",
      ms: expect.any(Number),
    }),
    expect.objectContaining({
      requestId: "r2",
      traceId: traceOf(bad),
      status: 400,
      problem: "INPUT_INVALID",
    }),
    expect.objectContaining({ traceId: traceOf(lost), route: "", status: 404, problem: "NOT_FOUND" }),
  ]);
  // The path of a request may hold what must not be kept.
  expect(program.output).not.toContain("secret");
});

test("the metrics count what was asked, predicted and logged", async () => {
  const program = service({ MLOPS_PREDICTION_LOG: folder("log"), MLOPS_PREDICTION_LOG_FLUSH_MS: "10" });
  const port = await program.port();
  for (let count = 0; count < 3; count++) expect((await score(port, [row])).status).toBe(200);
  expect((await score(port, [])).status).toBe(400);
  await until(
    async () => (await metricsAt(port)).get('mlops_prediction_log_records_total{outcome="written"}') === 3,
  );
  const metrics = await metricsAt(port);
  expect(metrics.get('mlops_requests_total{dialect="score",status="2xx"}')).toBe(3);
  expect(metrics.get('mlops_requests_total{dialect="score",status="4xx"}')).toBe(1);
  expect(metrics.get('mlops_requests_refused_total{code="BODY_INVALID"}')).toBe(1);
  expect(metrics.get('mlops_model_info{model="cost",version="1"}')).toBe(1);
  expect(metrics.get("mlops_request_rows_count")).toBe(3);
  expect(metrics.get("process_resident_memory_bytes")).toBeGreaterThan(1e6);
});

test("the metrics of several workers are added up, whichever of them answers", async () => {
  const program = service({ MLOPS_WORKERS: "2" });
  const port = await program.port();
  // Each request on a connection of its own, so that both workers get some.
  for (let count = 0; count < 20; count++) {
    expect((await score(port, [row], { connection: "close" })).status).toBe(200);
  }
  for (let count = 0; count < 4; count++) {
    const metrics = await metricsAt(port);
    expect(metrics.get('mlops_requests_total{dialect="score",status="2xx"}')).toBe(20);
    expect(metrics.get('mlops_model_info{model="cost",version="1"}')).toBe(1);
  }
});

describe("what a worker has counted stays in the sum", () => {
  const scored = 'mlops_requests_total{dialect="score",status="2xx"}';
  const accepted = 'mlops_prediction_log_records_total{outcome="accepted"}';

  /** Asks both workers, until the primary has heard of every request. */
  async function startTwo(): Promise<{ program: ScoringProgram; port: number; workers: number[] }> {
    const program = service({ MLOPS_WORKERS: "2", MLOPS_PREDICTION_LOG: folder("log") });
    const port = await program.port();
    await until(() => program.output.match(/"msg":"ready"/g)?.length === 3);
    for (let count = 0; count < 30; count++) {
      expect((await score(port, [row], { connection: "close" })).status).toBe(200);
    }
    // Longer than a worker takes to tell what it has counted.
    await sleep(600);
    const children = await readFile(`/proc/${program.child.pid}/task/${program.child.pid}/children`, "utf8");
    return { program, port, workers: children.trim().split(" ").map(Number) };
  }

  test.each(["SIGKILL", "SIGTERM"] as const)(
    "when it ends by %s, its prediction log included",
    async (signal) => {
      const { program, port, workers } = await startTwo();
      for (const worker of workers) {
        const ready = program.output.match(/"msg":"ready"/g)?.length ?? 0;
        process.kill(worker, signal);
        await until(() => program.output.match(/"msg":"ready"/g)?.length === ready + 1);
      }
      expect((await score(port, [row])).status).toBe(200);
      const metrics = await metricsAt(port);
      expect([metrics.get(scored), metrics.get(accepted), metrics.get("mlops_request_rows_count")]).toEqual([
        31, 31, 31,
      ]);
      expect(metrics.get('mlops_model_info{model="cost",version="1"}')).toBe(1);
    },
  );

  test("also what it answered last, when it is told to end", async () => {
    const { program, port, workers } = await startTwo();
    const client = new KeepAliveClients(1, { port, body: JSON.stringify({ data: [row] }) });
    await until(() => client.answers > 20);
    process.kill(workers[0] ?? 0, "SIGTERM");
    await until(() => program.output.match(/"msg":"ready"/g)?.length === 4);
    const { statuses } = await client.end();
    const answers = statuses["200"] ?? 0;
    expect((await metricsAt(port)).get(scored)).toBe(30 + answers);
  });

  test("and one that stands still does not keep the others from answering", async () => {
    const { port, workers } = await startTwo();
    const [first = 0] = workers;
    process.kill(first, "SIGSTOP");
    try {
      // The one that stands still may get connections, too, and answers none.
      const answers = Array.from({ length: 6 }, () => metricsAt(port));
      expect((await Promise.any(answers)).get(scored)).toBe(30);
      process.kill(first, "SIGCONT");
      await Promise.all(answers);
    } finally {
      process.kill(first, "SIGCONT");
    }
  });
});

test("what is redacted is nowhere on the disk, and the record names it", async () => {
  const program = service({
    MLOPS_PREDICTION_LOG: folder("log"),
    MLOPS_PREDICTION_LOG_REDACT: "town, age",
    MLOPS_PREDICTION_LOG_FLUSH_MS: "10",
  });
  const port = await program.port();
  await score(port, [{ ...row, town: "Springfield" }], { "x-request-id": "r1" });
  program.signal("SIGTERM");
  expect(await program.ended).toBe(0);
  const files = await readdir(folder("log"), { recursive: true, withFileTypes: true });
  const texts = await Promise.all(
    files.filter((file) => file.isFile()).map((file) => readFile(`${file.parentPath}/${file.name}`, "utf8")),
  );
  expect(texts.join("")).not.toContain("Springfield");
  expect(JSON.parse(texts.join(""))).toMatchObject({
    id: "r1",
    inputs: [{ bmi: row.bmi, smoker: row.smoker, region: row.region }],
    redacted: ["age", "town"],
  });
});

test("a feature to redact that the model does not have stops the start: it may be misspelt", async () => {
  const program = service({ MLOPS_PREDICTION_LOG: folder("log"), MLOPS_PREDICTION_LOG_REDACT: "twon" });
  expect(await program.ended).toBe(2);
  expect(program.output).toContain(
    "MLOPS_PREDICTION_LOG_REDACT names twon, which the model does not have. Its features are age, bmi, smoker, region, town. Correct the setting.",
  );
});

test("a spool that cannot be made stops the start", async () => {
  const file = folder("model", "MLmodel");
  const program = service({ MLOPS_PREDICTION_LOG: folder("log"), MLOPS_SPOOL: file });
  expect(await program.ended).toBe(1);
  expect(program.output).toContain("A part of the path is a file, not a folder.");
});

test("the signature in the address of the log is in no line", async () => {
  const address = "http://127.0.0.1:1/account/container";
  const program = service({
    MLOPS_PREDICTION_LOG: `${address}?sig=secret`,
    MLOPS_SPOOL: folder("spool"),
    MLOPS_PREDICTION_LOG_FLUSH_MS: "10",
  });
  const port = await program.port();
  expect((await score(port, [row])).status).toBe(200);
  await until(() => program.output.includes("cannot be written"));
  program.signal("SIGTERM");
  expect(await program.ended).toBe(0);
  expect(program.output).toContain(address);
  expect(program.output).toContain("left on the spool: 1.");
  expect(program.output).not.toContain("secret");
});
