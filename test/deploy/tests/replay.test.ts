import { awaitLogged, replayRows, type Replay } from "../../../deploy/tests/replay";
import type { PredictionRecord } from "../../../platform/predictions/prediction-record";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { sendJson, startServer, type Received, type SmallServer } from "../../platform/http/http-server";
import { logRecords } from "../../cli/watching/watch-fixture";

const never = new AbortController().signal;
const rows = Array.from({ length: 25 }, (_, age) => ({ age }));

describe("replaying rows", () => {
  let server: SmallServer;
  let received: Received[];
  let refused: number;

  beforeEach(async () => {
    [received, refused] = [[], -1];
    server = await startServer((request, response) => {
      received.push(request);
      const { data } = JSON.parse(request.body) as { data: { age: number }[] };
      if (data[0]?.age === refused) sendJson(response, 422, { detail: "age is odd" });
      else sendJson(response, 200, { result: [1] });
    });
  });

  afterEach(() => server.close());

  const replay = (): Replay => ({ url: server.url, rows, prefix: "run", headers: { "x-mlops-test": "key" } });

  test("marks each as a test's", async () => {
    await replayRows(replay(), never);
    expect(received.map(({ headers }) => headers["x-mlops-test"])).toEqual(rows.map(() => "key"));
  });

  test("sends each once, in a request of its own, with an id that says which", async () => {
    await replayRows(replay(), never);
    const sent = received.map(({ headers, body }) => [headers["x-request-id"], JSON.parse(body) as unknown]);
    expect(sent).toHaveLength(25);
    expect(new Map(sent as [string, unknown][])).toEqual(
      new Map(rows.map((row, index) => [`run-${index}`, { data: [row] }])),
    );
  });

  test("ends at the first that fails, and names it", async () => {
    refused = 7;
    await expect(replayRows(replay(), never)).rejects.toMatchObject({
      code: "DEPLOYMENT_FAILED",
      message: `${server.url}/score, asked for held-out row 8, answered 422: {"detail":"age is odd"}. All of them have to be answered. Look at the service's log.`,
    });
  });

  test("says that nobody answers", async () => {
    await server.close();
    await expect(replayRows(replay(), never)).rejects.toMatchObject({
      code: "DEPLOYMENT_FAILED",
      message: expect.stringMatching(
        /^http:\S+\/score, asked for held-out row \d, did not answer: connect ECONNREFUSED/,
      ) as unknown,
    });
  });

  test("ends when it is aborted", async () => {
    await expect(replayRows(replay(), AbortSignal.abort())).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(received).toEqual([]);
  });
});

describe("waiting for the log", () => {
  const folder = useTemporaryFolder();
  const log = { environment: "prod", model: "cost", from: new Date("2026-11-21T00:00:00Z") };
  const record = (id: string, time = "2026-11-21T00:30:00.000Z"): PredictionRecord => ({
    id,
    time,
    model: "cost:1",
    inputs: [{ age: 1 }],
    outputs: [2],
    test: true,
  });

  test("counts each request of the replay once, and no other", async () => {
    const predictions = openLocalStorage(folder());
    const reading = { predictions, report: jest.fn(), signal: never };
    const early = record("run-2", "2026-11-20T23:59:59.999Z");
    const unmarked: PredictionRecord = {
      id: "run-3",
      time: record("run-3").time,
      model: "cost:1",
      inputs: [],
      outputs: [],
    };
    await logRecords(predictions, [
      record("run-0"),
      record("run-0"),
      record("run-1"),
      record("other-2"),
      early,
      unmarked,
    ]);
    expect(await awaitLogged(reading, log, "run-", 2)).toBe(2);
  });

  test("goes on until all are there", async () => {
    const predictions = openLocalStorage(folder());
    const reading = { predictions, report: jest.fn(), signal: never };
    await logRecords(predictions, [record("run-0")]);
    const waiting = awaitLogged(reading, log, "run-", 2);
    await logRecords(predictions, [record("run-1")]);
    expect(await waiting).toBe(2);
  });

  test("ends when it is aborted", async () => {
    const reading = {
      predictions: openLocalStorage(folder()),
      report: jest.fn(),
      signal: AbortSignal.abort(),
    };
    await expect(awaitLogged(reading, log, "run-", 1)).rejects.toMatchObject({ name: "AbortError" });
  });
});
