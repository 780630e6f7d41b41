import { OnnxLike } from "./onnx-like";
import {
  call,
  closeServices,
  colour,
  colourRow,
  cost,
  costRow,
  json,
  limits,
  openService,
} from "./service-fixture";

afterAll(closeServices);

const app = openService(cost);
const body = { data: [costRow] };

describe("request ids are answered by the table of the Azure ML inference server", () => {
  test.each([
    ["none", {}, { own: true, legacy: "own", client: undefined }],
    ["x-request-id", { "x-request-id": "r" }, { own: "r", legacy: "r", client: undefined }],
    ["x-ms-request-id", { "x-ms-request-id": "l" }, { own: true, legacy: "l", client: "l" }],
    ["x-ms-client-request-id", { "x-ms-client-request-id": "c" }, { own: true, legacy: "c", client: "c" }],
    [
      "all",
      { "x-request-id": "r", "x-ms-request-id": "l", "x-ms-client-request-id": "c" },
      { own: "r", legacy: "l", client: "c" },
    ],
  ])("%s", async (_, headers, expected) => {
    for (const path of ["/score", "/"]) {
      const answer = await call(
        app,
        path === "/"
          ? { url: path, headers }
          : { ...json(path, body), headers: { ...headers, "content-type": "application/json" } },
      );
      const own = answer.headers["x-request-id"];
      expect(answer.status).toBe(200);
      if (expected.own === true) expect(own).toMatch(/^[0-9a-f-]{36}$/);
      else expect(own).toBe(expected.own);
      expect(answer.headers["x-ms-request-id"]).toBe(expected.legacy === "own" ? own : expected.legacy);
      expect(answer.headers["x-ms-client-request-id"]).toBe(expected.client);
    }
  });

  test.each(["x-request-id", "x-ms-request-id", "x-ms-client-request-id"])(
    "%s may have 100 characters, not 101",
    async (name) => {
      const send = (length: number) => call(app, { url: "/", headers: { [name]: "x".repeat(length) } });
      expect((await send(100)).headers[name]).toBe("x".repeat(100));
      const refused = await send(101);
      expect([refused.status, refused.json]).toEqual([
        431,
        expect.objectContaining({
          code: "REQUEST_ID_TOO_LONG",
          detail: `${name} has 101 characters. It may have at most 100.`,
        }),
      ]);
    },
  );

  test("TraceId is echoed", async () => {
    expect((await call(app, { url: "/", headers: { TraceId: "t-1" } })).headers.traceid).toBe("t-1");
  });
});

describe("headers about the run", () => {
  test("of an answer: how long it took, and that nothing failed", async () => {
    const { headers } = await call(app, json("/score", body));
    expect(headers["x-ms-run-fn-exec-ms"]).toMatch(/^\d+\.\d{3}$/);
    expect(headers["x-ms-run-function-failed"]).toBe("False");
    expect(headers["x-ms-server-version"]).toMatch(/^mlops\/\d/);
  });

  test("of a refused request: the model has not failed", async () => {
    const { headers } = await call(app, json("/score", { data: [] }));
    expect(headers["x-ms-run-function-failed"]).toBe("False");
    expect(headers["x-ms-run-fn-exec-ms"]).toBeUndefined();
  });

  test("of a failed model: that it failed", async () => {
    const failing = openService(cost, { model: new OnnxLike(cost, -1), example: { data: [[1, 2, 3]] } });
    const answer = await call(failing, json("/score", { data: [[-1, 2, 3]] }));
    expect(answer.status).toBe(500);
    expect(answer.headers["x-ms-run-function-failed"]).toBe("True");
    expect(answer.json.detail).toMatch(
      /^The service failed\. Ask its operator about request [0-9a-f-]{36}\.$/,
    );
  });
});

describe("explain", () => {
  interface Explained {
    readonly result: readonly number[];
    readonly probabilities?: readonly (readonly number[])[];
    readonly explanation: {
      readonly scale: string;
      readonly base: number;
      readonly contributions: Record<string, number>[];
    };
  }
  const sumOf = ({ explanation: { base, contributions } }: Explained, row: number) =>
    Object.values(contributions[row] ?? {}).reduce((sum, part) => sum + part, base);

  test("gives contributions that add up to the prediction", async () => {
    const answer = await call(app, json("/score?explain=true", { data: [costRow, { a: -3, b: 1e4, c: 7 }] }));
    const explained = answer.json as unknown as Explained;
    expect(explained.explanation.scale).toBe("prediction");
    expect(Object.keys(explained.explanation.contributions[0] ?? {})).toEqual(["a", "b", "c"]);
    explained.result.forEach((value, row) => {
      expect(Math.abs(sumOf(explained, row) - value)).toBeLessThanOrEqual(
        1e-9 * Math.max(1, Math.abs(value)),
      );
    });
  });

  test("is about the log-odds of a classification, with one number per category", async () => {
    const classes = openService(colour);
    const answer = await call(
      classes,
      json("/score?explain=true", {
        data: [colourRow, { ...colourRow, constructor: null, town: "Elsewhere" }],
      }),
    );
    const explained = answer.json as unknown as Explained;
    expect(explained.explanation.scale).toBe("log-odds");
    expect(explained.explanation.contributions[1]).toMatchObject({ constructor: -0.9, town: 0, smoker: 1.3 });
    explained.probabilities?.forEach(([, positive = NaN], row) => {
      expect(sumOf(explained, row)).toBeCloseTo(Math.log(positive / (1 - positive)), 9);
    });
  });

  test("is not there unless asked for", async () => {
    expect((await call(app, json("/score", body))).json.explanation).toBeUndefined();
    expect((await call(app, json("/score?explain=false", body))).json.explanation).toBeUndefined();
  });

  test("is refused for a model that is not linear, in every dialect", async () => {
    const other = openService(cost, { model: new OnnxLike(cost) });
    const inputs = [{ name: "x", shape: [1, 3], datatype: "FP64", data: [1, 2, 3] }];
    const answers = await Promise.all([
      call(other, json("/score?explain=true", { data: [[1, 2, 3]] })),
      call(other, json("/v2/models/cost/infer", { inputs, parameters: { explain: true } })),
      call(other, json("/invocations", { instances: [[1, 2, 3]], params: { explain: true } })),
    ]);
    for (const answer of answers) {
      expect(answer.status).toBe(400);
      expect(answer.bytes.toString()).toContain("cost:3 is neither a linear model nor boosted trees");
    }
    expect((await call(other, json("/score", { data: [[1, 2, 3]] }))).status).toBe(200);
  });

  test.each([
    ["?explain=1", /"explain" is "1"\. Expected true or false/],
    ["?explain", /"explain" is ""/],
    ["?explain=true&explain=true", /"explain" is "true" and "true"/],
    ["?explian=true", /The address has the parameter "explian"\. Allowed: "explain"/],
  ])("%s is refused", async (query, detail) => {
    const answer = await call(app, json(`/score${query}`, body));
    expect([answer.status, answer.json.detail]).toEqual([400, expect.stringMatching(detail)]);
  });
});

test("a number too large to be calculated with is the request's fault, not the service's", async () => {
  const answer = await call(
    app,
    json("/score", {
      data: [
        [1, 2, 3],
        [1, -1.7e308, 1e300],
      ],
    }),
  );
  expect([answer.status, answer.json.errors]).toEqual([
    400,
    [
      {
        row: 1,
        field: "b",
        message: expect.stringMatching(/^"b" is -1\.7e\+308\. The model has no finite prediction/),
      },
    ],
  ]);
});

describe("pages of other sites (CORS)", () => {
  const preflight = { origin: "https://a.example", "access-control-request-method": "POST" };

  test("may not call the service unless a setting says so", async () => {
    const asked = await call(app, { url: "/score", headers: preflight }, "OPTIONS");
    expect([asked.status, asked.headers["access-control-allow-origin"]]).toEqual([204, undefined]);
    expect(asked.headers.allow).toBe("OPTIONS, POST");
  });

  test.each([
    ["the site that is allowed", ["https://a.example"], "https://a.example"],
    ["any site", ["*"], "*"],
    ["another site", ["https://b.example"], undefined],
  ])("%s", async (_, corsOrigins, allowed) => {
    const service = openService(cost, { corsOrigins });
    const asked = await call(service, { url: "/score", headers: preflight }, "OPTIONS");
    expect([asked.status, asked.headers["access-control-allow-origin"]]).toEqual([204, allowed]);
    expect(asked.headers["access-control-allow-methods"]).toBe(allowed && "POST");
    const sent = json("/score", body);
    const answer = await call(service, {
      ...sent,
      headers: { ...sent.headers, origin: "https://a.example" },
    });
    expect([answer.status, answer.headers["access-control-allow-origin"]]).toEqual([200, allowed]);
    if (!corsOrigins.includes("*")) expect(answer.headers.vary?.toLowerCase()).toContain("origin");
    const refused = await call(service, {
      ...json("/score", {}),
      headers: { ...sent.headers, origin: "https://a.example" },
    });
    expect([refused.status, refused.headers["access-control-allow-origin"]]).toEqual([400, allowed]);
  });
});

test("columns are refused when they have more rows than are allowed", async () => {
  const many = new Array<number>(limits.maxRows + 1).fill(1);
  const answer = await call(app, json("/score", { data: { a: many, b: many, c: many } }));
  expect([answer.status, answer.json.code]).toEqual([413, "TOO_MANY_ROWS"]);
});

describe("prediction intervals", () => {
  const interval = { coverage: 0.9, margin: 12.5 };
  const signature = { ...cost.signature, target: { ...cost.signature.target, interval } };
  const sure = openService({ ...cost, signature }, { example: body });

  test("are given where they are asked for", async () => {
    const { json: answer } = await call(sure, json("/score?intervals=true&explain=true", body));
    const { result } = answer as unknown as { readonly result: readonly number[] };
    expect(answer.intervals).toEqual(result.map((value) => [value - 12.5, value + 12.5]));
    expect(answer.explanation).toBeDefined();
    expect((await call(sure, json("/score", body))).json).not.toHaveProperty("intervals");
  });

  test("are described by the service that has them, and by no other", async () => {
    const described = async (service: typeof app) => {
      const { bytes } = await call(service, { url: "/openapi.json" });
      return bytes.toString().includes("the greatest target to be expected; 90 % of targets lie between");
    };
    expect([await described(sure), await described(app)]).toEqual([true, false]);
  });

  test("are refused by a model without", async () => {
    const answer = await call(app, json("/score?intervals=true", body));
    expect([answer.status, answer.json.detail]).toEqual([
      400,
      'cost:3 has no prediction intervals: it was trained without. Leave out "intervals".',
    ]);
  });
});
