import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import {
  FrameEncoder,
  type PredictionSource,
  type ScoredRequest,
} from "../../../platform/predictions/prediction-frames";
import { decodeFrame } from "../../../platform/predictions/prediction-lines";
import type { PredictionRecord } from "../../../platform/predictions/prediction-record";
import type { PredictionLog } from "../../../platform/predictions/prediction-writer";
import type { Signature } from "../../../platform/model/signature";
import type { FeatureTable, Predictions } from "../../../platform/model/table";
import { buildApp, type AppOptions } from "../../../scoring/process/app";
import type { ScoringModel } from "../../../scoring/model/scorer";
import { readMarks } from "../../../scoring/http/request-marks";
import { row, signature } from "../model-fixture";

const testKey = "the-key-of-our-tests";

const limits: AppOptions["limits"] = {
  concurrency: 2,
  queueTimeoutMs: 1000,
  timeoutMs: 1000,
  maxRows: 3,
  maxBodyBytes: 2000,
};

/** Predicts twice the age; answers NaN for an age of 13 and fails for one of 14. */
class AgeModel implements ScoringModel {
  readonly signature = signature;

  predict({ columns }: FeatureTable): Promise<Predictions> {
    const ages = columns.get("age") as Float64Array;
    if (ages.includes(14)) return Promise.reject(new Error("the secret cause"));
    return Promise.resolve({ prediction: ages.map((age) => (age === 13 ? NaN : 2 * age)) });
  }
}

class SignModel implements ScoringModel {
  constructor(readonly signature: Signature) {}

  predict({ columns }: FeatureTable): Promise<Predictions> {
    const numbers = columns.get("x") as Float64Array;
    const [negative, positive] = this.signature.target.classes ?? [0, 1];
    const classes = Array.from(numbers, (x) => (x > 0 ? positive : negative));
    return Promise.resolve({
      prediction: typeof positive === "string" ? classes.map(String) : Float64Array.from(classes, Number),
      probability: numbers.map((x) => (x > 0 ? 0.75 : 0.25)),
    });
  }
}

class ListLog implements PredictionLog {
  readonly records: PredictionRecord[] = [];
  readonly counts = { accepted: 0, written: 0, dropped: 0, sampledOut: 0, spooledBytes: 0, failed: 0 };
  append(source: PredictionSource, request: ScoredRequest): undefined {
    const header = { ...source, format: 1, path: "" } as const;
    this.records.push(
      JSON.parse(decodeFrame(new FrameEncoder().encode(source, request), header)) as PredictionRecord,
    );
    return undefined;
  }
  flush = () => Promise.resolve(true);
  close = () => Promise.resolve();
}

const apps: FastifyInstance[] = [];

function ageApp(options: Partial<AppOptions> = {}): FastifyInstance {
  const app = buildApp({
    model: new AgeModel(),
    reference: "cost:3",
    example: { data: [row] },
    limits,
    ...options,
  });
  apps.push(app);
  return app;
}

function signApp(classes: readonly [string | number, string | number]): FastifyInstance {
  const model = new SignModel({
    task: "classification",
    inputs: [{ name: "x", type: "number", nullable: false }],
    target: { name: "y", classes },
  });
  return ageApp({ model, example: { data: [[1]] } });
}

interface Call {
  readonly method?: string;
  readonly url: string;
  readonly headers?: Record<string, string>;
  /** Sent as it is when it is text or bytes, else as JSON. */
  readonly payload?: unknown;
}

async function call(app: FastifyInstance, { method = "GET", url, headers, payload }: Call) {
  if (!app.server.listening) await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const raw = typeof payload === "string" || payload instanceof Uint8Array;
  const answer = await fetch(`http://127.0.0.1:${port}${url}`, {
    method,
    headers: { ...(payload !== undefined && { "content-type": "application/json" }), ...headers },
    ...(payload !== undefined && { body: raw ? payload : JSON.stringify(payload) }),
  });
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers) as Record<string, string>,
    body: (await answer.json()) as Record<string, unknown>,
  };
}

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

describe("POST /score", () => {
  test("answers a regression with a number per row, in row order", async () => {
    const answer = await call(ageApp(), {
      method: "POST",
      url: "/score",
      payload: { data: [row, { ...row, age: 1 }] },
    });
    expect(answer.status).toBe(200);
    const requestId = answer.headers["x-request-id"];
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.body).toEqual({ result: [80, 2], model: "cost:3", requestId });
  });

  test.each([
    ["texts", ["no", "yes"] as const],
    ["0 and 1", [0, 1] as const],
  ])("answers a classification with classes and probabilities for %s", async (_, classes) => {
    const answer = await call(signApp(classes), {
      method: "POST",
      url: "/score",
      payload: { data: [[1], [-1]] },
    });
    expect(answer.body).toMatchObject({
      result: [classes[1], classes[0]],
      classes,
      probabilities: [
        [0.25, 0.75],
        [0.75, 0.25],
      ],
    });
  });

  test.each([
    ["kept", "order-4711", true],
    ["replaced when it has a space", "order 4711", false],
    ["replaced when it is too long", "x".repeat(101), false],
  ])("a client's request id is %s", async (_, id, kept) => {
    const answer = await call(ageApp(), {
      method: "POST",
      url: "/score",
      headers: { "x-request-id": id },
      payload: { data: [row] },
    });
    expect(answer.headers["x-request-id"] === id).toBe(kept);
    expect(answer.body.requestId).toBe(answer.headers["x-request-id"]);
  });

  test.each<
    [string, { headers?: Record<string, string>; payload?: string | Buffer }, number, string, RegExp]
  >([
    ["no body", {}, 400, "BODY_INVALID", /^The body is not a JSON object\./],
    [
      "an empty body",
      { headers: { "content-type": "application/json" }, payload: "" },
      400,
      "BODY_INVALID",
      /^The body is/,
    ],
    ["a body that is not JSON", { payload: "{data}" }, 400, "BODY_INVALID", /^The body is not valid JSON: /],
    [
      "a body with NaN",
      { payload: '{"data":[[NaN]]}' },
      400,
      "BODY_INVALID",
      /^The body is not valid JSON: /,
    ],
    [
      "a body that is not UTF-8",
      { payload: Buffer.from([0x22, 0xff, 0x22]) },
      400,
      "BODY_INVALID",
      /^The body is not UTF-8 text/,
    ],
    [
      "another content type",
      { headers: { "content-type": "text/csv" }, payload: "1,2" },
      415,
      "MEDIA_TYPE_UNSUPPORTED",
      /^The body's type is not application\/json\. Send JSON\.$/,
    ],
    [
      "too large a body",
      { payload: `{"data":"${"x".repeat(2000)}"}` },
      413,
      "BODY_TOO_LARGE",
      /^The body has more than 2000 bytes, the maximum\./,
    ],
    ["too many rows", { payload: '{"data":[1,2,3,4]}' }, 413, "TOO_MANY_ROWS", /^The request has 4 rows\./],
    [
      "a number too large for a double",
      { payload: '{"data":[[1e400,1,true,"north","Aa"]]}' },
      400,
      "INPUT_INVALID",
      /^Row 0: "age" is Infinity/,
    ],
  ])("refuses %s", async (_, { headers, payload }, status, code, detail) => {
    const answer = await call(ageApp(), {
      method: "POST",
      url: "/score",
      ...(headers && { headers }),
      payload,
    });
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    expect(answer.body).toMatchObject({
      type: expect.stringMatching(/^urn:mlops:problem:[a-z-]+$/),
      status,
      code,
      detail: expect.stringMatching(detail),
      requestId: answer.headers["x-request-id"],
    });
  });

  test("lists faults by row and field", async () => {
    const answer = await call(ageApp(), {
      method: "POST",
      url: "/score",
      payload: { data: [{ ...row, age: "old" }] },
    });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([
      { row: 0, field: "age", message: '"age" is "old". A finite number is required.' },
    ]);
  });

  test.each([
    ["a prediction that is not finite", 13],
    ["a model that fails", 14],
  ])("says of %s only the request id", async (_, age) => {
    const answer = await call(ageApp(), {
      method: "POST",
      url: "/score",
      headers: { "x-request-id": "r1" },
      payload: { data: [{ ...row, age }] },
    });
    expect(answer.status).toBe(500);
    expect(answer.body).toEqual({
      type: "urn:mlops:problem:internal",
      title: "The service failed",
      status: 500,
      detail: "The service failed. Ask its operator about request r1.",
      code: "INTERNAL",
      requestId: "r1",
    });
  });
});

describe("the prediction log", () => {
  test("gets what was answered, with inputs by name", async () => {
    const log = new ListLog();
    await call(ageApp({ log }), {
      method: "POST",
      url: "/score",
      headers: { "x-request-id": "r1" },
      payload: { data: [[40, null, true, "south", "Aa"]] },
    });
    expect(log.records).toEqual([
      {
        id: "r1",
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        model: "cost:3",
        inputs: [{ ...row, bmi: null }],
        outputs: [80],
      },
    ]);
  });

  test.each([
    ["a refused request", {}, { data: [] }],
    ["a failed request", {}, { data: [{ ...row, age: 14 }] }],
    ["a copy whose answer nobody uses", { "x-mlops-shadow": testKey }, { data: [row] }],
    ["a copy of a test", { "x-mlops-shadow": testKey, "x-mlops-test": testKey }, { data: [row] }],
  ])("does not get %s", async (_, headers, payload) => {
    const log = new ListLog();
    await call(ageApp({ log, readMark: readMarks(testKey) }), {
      method: "POST",
      url: "/score",
      headers,
      payload,
    });
    expect(log.records).toEqual([]);
  });

  test.each<[string, string, Record<string, string>, boolean]>([
    ["one with the key is a test", testKey, { "x-mlops-test": testKey }, true],
    ["one without a mark is not", testKey, {}, false],
    ["a mark without the key says nothing", testKey, { "x-mlops-test": "1" }, false],
    ["neither does one for a copy", testKey, { "x-mlops-shadow": "1" }, false],
    ["nor another key", testKey, { "x-mlops-test": "another-key-of-16" }, false],
    ["a chosen id says nothing", testKey, { "x-request-id": "mlops-test-load-1" }, false],
    ["a service without a key knows no tests", "", { "x-mlops-test": "", "x-mlops-shadow": "1" }, false],
  ])("marks the requests of tests: %s", async (_, key, headers, test) => {
    const log = new ListLog();
    const app = ageApp({ log, ...(key !== "" && { readMark: readMarks(key) }) });
    await call(app, { method: "POST", url: "/score", headers, payload: { data: [row] } });
    expect(log.records.map((record) => record.test ?? false)).toEqual([test]);
  });
});

describe("other addresses", () => {
  test.each([
    ["/healthz", { status: "ok" }],
    ["/readyz", { status: "ready", model: "cost:3" }],
    ["/metadata", { model: "cost:3", ...signature }],
  ])("GET %s answers", async (url, body) => {
    const answer = await call(ageApp(), { url });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(body);
  });

  test.each([
    ["GET", "/score", "OPTIONS, POST"],
    ["DELETE", "/score?x=1", "OPTIONS, POST"],
    ["POST", "/metadata", "GET, HEAD, OPTIONS"],
  ] as const)("%s %s is answered with the methods there are", async (method, url, allow) => {
    const answer = await call(ageApp(), { method, url });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe(allow);
    expect(answer.body).toMatchObject({ code: "METHOD_NOT_ALLOWED" });
  });

  test.each(["/score/", "/scores", "/__proto__"])(
    "%s is not found, and the answer says what there is",
    async (url) => {
      const answer = await call(ageApp(), { url });
      expect(answer.status).toBe(404);
      expect(answer.body.detail).toBe(`There is nothing at ${url}. GET /openapi.json lists what there is.`);
    },
  );
});

test("a model that cannot score its own example never gets ready", async () => {
  const app = ageApp({ example: { data: [{ ...row, age: 13 }] } });
  await expect(app.ready()).rejects.toThrow(
    "cost:3 cannot score its own example: The model's prediction for row 0 is NaN.",
  );
});

test("requests above concurrency and queue time are answered with 503 and when to come again", async () => {
  let end = (): void => undefined;
  const held = new Promise<void>((resolve) => (end = resolve));
  const model = new AgeModel();
  let scored = 0;
  const slow: ScoringModel = {
    signature,
    predict: async (table) => {
      // The first is the example at start.
      if ((scored += 1) > 1) await held;
      return model.predict(table);
    },
  };
  const app = ageApp({ model: slow, limits: { ...limits, concurrency: 1, queueTimeoutMs: 5 } });
  await app.ready();
  const first = call(app, { method: "POST", url: "/score", payload: { data: [row] } });
  const second = await call(app, { method: "POST", url: "/score", payload: { data: [row] } });
  expect(second.status).toBe(503);
  expect(second.headers["retry-after"]).toBe("1");
  expect(second.body.code).toBe("BUSY");
  end();
  expect((await first).status).toBe(200);
});
