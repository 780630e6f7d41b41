import type { PredictionLog } from "../../../platform/predictions/prediction-writer";
import { call, closeServices, colour, colourRow, cost, costRow, json, openService } from "./service-fixture";
import { binaryRequest, inferUrl, readBinary, ways } from "./ways-to-ask";

afterAll(closeServices);

const app = openService(colour);
const numbers = openService(cost);
const [, , , columnsWay] = ways;
const tensors = (rows = [colourRow]) => {
  const body = columnsWay?.send(rows, colour.signature).body.toString() ?? "";
  return (JSON.parse(body) as { inputs: Record<string, unknown>[] }).inputs;
};
const url = "/v2/models/colour/infer";

describe("what is served", () => {
  test.each([
    ["/v2", { name: "mlops", version: expect.any(String), extensions: ["binary_tensor_data"] }],
    ["/v2/health/live", { live: true, ready: true }],
    ["/v2/health/ready", { live: true, ready: true }],
    ["/v2/models", { models: ["colour"] }],
    ["/v2/models/colour/ready", { name: "colour", version: "3", ready: true }],
    ["/v2/models/colour/versions/3/ready", { name: "colour", version: "3", ready: true }],
  ])("%s", async (path, body) => {
    const answer = await call(app, { url: path });
    expect([answer.status, answer.json]).toEqual([200, body]);
  });

  test.each(["/v2/models/colour", "/v2/models/colour/versions/3"])("%s tells the tensors", async (path) => {
    expect((await call(app, { url: path })).json).toEqual({
      name: "colour",
      versions: ["3"],
      platform: "onnx_onnxv1",
      inputs: [
        { name: "age", datatype: "FP64", shape: [-1] },
        { name: "bmi", datatype: "FP64", shape: [-1], parameters: { nullable: true } },
        { name: "smoker", datatype: "BOOL", shape: [-1] },
        { name: "constructor", datatype: "BYTES", shape: [-1], parameters: { nullable: true } },
        { name: "town", datatype: "BYTES", shape: [-1] },
      ],
      outputs: [
        { name: "prediction", datatype: "BYTES", shape: [-1] },
        { name: "probability", datatype: "FP64", shape: [-1] },
      ],
    });
  });

  test.each(["/v2/models/color", "/v2/models/colour/versions/2", "/v2/models/colour/versions/03/ready"])(
    "%s is not there",
    async (path) => {
      const answer = await call(app, { url: path });
      expect([answer.status, answer.json]).toEqual([404, { error: expect.stringContaining("not found") }]);
    },
  );

  test("a service that is closing is live but not ready", async () => {
    const closing = openService(cost, { life: { closing: true, ending: false } });
    const ready = await call(closing, { url: "/v2/health/ready" });
    expect([ready.status, ready.json]).toEqual([503, { live: true, ready: false }]);
    expect((await call(closing, { url: "/v2/health/live" })).status).toBe(200);
    const model = await call(closing, { url: "/v2/models/cost/ready" });
    expect([model.status, model.json]).toEqual([503, { error: "Model cost is not ready." }]);
  });
});

test("an answer names model, version, id, and each output with its shape", async () => {
  const answer = await call(app, json(url, { id: "42", inputs: tensors([colourRow, colourRow]) }));
  expect(answer.json).toEqual({
    model_name: "colour",
    model_version: "3",
    id: "42",
    outputs: [
      { name: "prediction", datatype: "BYTES", shape: [2], data: ["red", "red"] },
      { name: "probability", datatype: "FP64", shape: [2], data: [expect.any(Number), expect.any(Number)] },
    ],
  });
});

test("only the outputs asked for are answered, in their order", async () => {
  const outputs = [{ name: "probability" }, { name: "prediction" }];
  const answer = await call(app, json(url, { inputs: tensors(), outputs }));
  expect((answer.json.outputs as { name: string }[]).map(({ name }) => name)).toEqual([
    "probability",
    "prediction",
  ]);
  expect(answer.json.id).toBeUndefined();
});

test("one output can be bytes while another is JSON", async () => {
  const outputs = [{ name: "probability", parameters: { binary_data: true } }, { name: "prediction" }];
  const plain = await call(app, json(url, { inputs: tensors() }));
  const mixed = await call(app, json(url, { inputs: tensors(), outputs }));
  const [, probability] = plain.json.outputs as { data: number[] }[];
  expect(readBinary(mixed).probabilities).toEqual(probability?.data);
  const head = mixed.bytes.subarray(0, Number(mixed.headers["inference-header-content-length"])).toString();
  expect(JSON.parse(head)).toMatchObject({
    outputs: [{ parameters: { binary_data_size: 8 } }, { name: "prediction", data: ["red"] }],
  });
});

describe("explain", () => {
  test("gives base and contributions that add up to the log-odds", async () => {
    const answer = await call(app, json(url, { inputs: tensors(), parameters: { explain: true } }));
    const outputs = answer.json.outputs as {
      name: string;
      shape: number[];
      data: number[];
      parameters?: object;
    }[];
    const [, probability, base, contributions] = outputs;
    expect(contributions?.shape).toEqual([1, 5]);
    expect(contributions?.parameters).toEqual({
      scale: "log-odds",
      features: "age,bmi,smoker,constructor,town",
    });
    const sum = [...(base?.data ?? []), ...(contributions?.data ?? [])].reduce(
      (total, part) => total + part,
      0,
    );
    expect(1 / (1 + Math.exp(-sum))).toBeCloseTo(probability?.data[0] ?? NaN, 12);
  });

  test("is implied by asking for its outputs", async () => {
    const answer = await call(app, json(url, { inputs: tensors(), outputs: [{ name: "contributions" }] }));
    expect(answer.json.outputs).toMatchObject([{ name: "contributions", shape: [1, 5] }]);
  });
});

describe("what is wrong is told in one text", () => {
  const [age, ...others] = tensors();
  const bad = (change: object) => ({ inputs: [{ ...age, ...change }, ...others] });
  test.each<[string, unknown, RegExp]>([
    [
      "a datatype of another kind",
      bad({ datatype: "BYTES", data: ["40"] }),
      /"age" has the datatype BYTES\. FP64/,
    ],
    [
      "a datatype that is none",
      bad({ datatype: "FP99" }),
      /Input "age" has the datatype "FP99"\. Allowed: BOOL, INT8/,
    ],
    ["a shape that is none", bad({ shape: [0] }), /Input "age" has the shape \[0\]/],
    ["a shape of three dimensions", bad({ shape: [1, 1, 1] }), /Input "age" has the shape/],
    ["a shape that is too large", bad({ shape: [1e15] }), /Input "age" has 1 values\. Its shape/],
    [
      "fewer values than its shape",
      bad({ shape: [2] }),
      /Input "age" has 1 values\. Its shape \[2\] means 2/,
    ],
    [
      "another number of rows",
      bad({ shape: [2], data: [1, 2] }),
      /"bmi" has the shape \[1\]\. \[2\] or \[2, 1\] is required/,
    ],
    [
      "nesting that is not its shape",
      bad({ shape: [1, 1], data: [[1, 2]] }),
      /of another shape than \[1, 1\]/,
    ],
    ["a fraction as INT64", bad({ datatype: "INT64", data: [1.5] }), /Input "age" has 1\.5 as value 0/],
    [
      "an integer that is too large",
      bad({ datatype: "INT8", data: [128] }),
      /Input "age" has 128 as value 0/,
    ],
    ["true as a number", bad({ data: [true] }), /Row 0: "age" is true/],
    [
      "an empty text",
      { inputs: [age, ...others.slice(0, 3), { ...others[3], data: [""] }] },
      /"town" is ""\. Use null/,
    ],
    [
      "an empty text for a missing one",
      { inputs: tensors().map((input) => (input.name === "constructor" ? { ...input, data: [""] } : input)) },
      /Row 0: "constructor" is ""\. Allowed/,
    ],
    ["a tensor twice", { inputs: [age, age, ...others] }, /Input "age" appears twice/],
    ["no tensor", { inputs: [] }, /"inputs" is \[\]/],
    ["no inputs", {}, /"inputs" is undefined/],
    ["a misspelt property", { inputs: tensors(), output: [] }, /The body has "output"\. Allowed: "id"/],
    ["a misspelt property of a tensor", bad({ type: 1 }), /input 0 has "type"/],
    [
      "an unknown parameter",
      { inputs: tensors(), parameters: { explian: true } },
      /"parameters" of the body has "explian"/,
    ],
    ["a parameter of another type", { inputs: tensors(), parameters: { explain: 1 } }, /"explain" is 1/],
    [
      "a codec that means other values",
      bad({ parameters: { content_type: "base64" } }),
      /"content_type" is "base64"/,
    ],
    [
      "an output that is none",
      { inputs: tensors(), outputs: [{ name: "logits" }] },
      /The model has no output "logits"/,
    ],
    [
      "an output twice",
      { inputs: tensors(), outputs: [{ name: "prediction" }, { name: "prediction" }] },
      /Output "prediction" is asked for twice\. Ask for it once\./,
    ],
    ["an id with NUL", { id: "a\0b", inputs: tensors() }, /"id" has the character NUL/],
    ["an id that is a number", { id: 7, inputs: tensors() }, /"id" is 7/],
    ["another model's name", { model_name: "cost", inputs: tensors() }, /"model_name" is "cost", but/],
    ["a model's name that is none", { model_name: "", inputs: tensors() }, /"model_name" is "", but/],
    ["a version that is a number", { model_version: 3, inputs: tensors() }, /"model_version" is 3, but/],
    ["another version", { model_version: "2", inputs: tensors() }, /"model_version" is "2", but/],
    [
      "bytes that are not there",
      bad({ data: undefined, parameters: { binary_data_size: 8 } }),
      /Input "age" has the binary_data_size 8\. 0 bytes/,
    ],
    [
      "texts in a tensor of all features",
      { inputs: [{ name: "x", shape: [1, 5], datatype: "FP64", data: [1, 2, 3, 4, 5] }] },
      /"smoker" is in input "x"\. It is a boolean/,
    ],
  ])("%s", async (_, body, error) => {
    const answer = await call(app, json(url, body));
    expect([answer.status, answer.json]).toEqual([400, { error: expect.stringMatching(error) }]);
  });

  const c = Buffer.from(Float64Array.of(1).buffer);
  const head = (size: unknown, name = "a") => ({
    name,
    shape: [1],
    datatype: "FP64",
    parameters: { binary_data_size: size },
  });
  const binary = (inputs: object[], parts: Buffer[]) =>
    binaryRequest("/v2/models/cost/infer", { inputs }, parts);
  test.each([
    ["too few bytes", binary([head(4)], [c]), /Input "a" has 4 bytes of binary data\. .* mean 8/],
    ["more bytes than there are", binary([head(16)], [c]), /Input "a" has the binary_data_size 16\. 8 bytes/],
    ["a size that is none", binary([head(-8)], [c]), /Input "a" has the binary_data_size -8/],
    [
      "bytes left over",
      binary([head(8), head(8, "b"), head(8, "c")], [c, c, c, c]),
      /has 8 bytes of binary data that belong to no input/,
    ],
    [
      "NaN where a value must be",
      binary([head(8), head(8, "b"), head(8, "c")], [Buffer.from(Float64Array.of(NaN).buffer), c, c]),
      /Row 0: "a" is NaN/,
    ],
    [
      "infinity",
      binary([head(8), head(8, "b"), head(8, "c")], [c, c, Buffer.from(Float64Array.of(Infinity).buffer)]),
      /Row 0: "c" is Infinity/,
    ],
    [
      "a BOOL of 2",
      binary([{ ...head(1), datatype: "BOOL" }], [Buffer.of(2)]),
      /Input "a" has 2 as value 0\. BOOL is 0 or 1/,
    ],
    [
      "BYTES that end early",
      binary([{ ...head(5), datatype: "BYTES" }], [Buffer.of(9, 0, 0, 0, 65)]),
      /Input "a" ends within value 0/,
    ],
    [
      "BYTES that are no text",
      binary([{ ...head(5), datatype: "BYTES" }], [Buffer.of(1, 0, 0, 0, 255)]),
      /Input "a" has bytes as value 0 that are not UTF-8/,
    ],
    [
      "an INT64 that is no number",
      binary([{ ...head(8), datatype: "INT64" }], [Buffer.from(BigInt64Array.of(2n ** 60n).buffer)]),
      /Input "a" has 1152921504606846976 as value 0/,
    ],
  ])("in bytes: %s", async (_, sent, error) => {
    const answer = await call(numbers, sent);
    expect([answer.status, answer.json]).toEqual([400, { error: expect.stringMatching(error) }]);
  });

  test.each(["x", "99999", "-1"])("a header length of %s", async (length) => {
    const sent = binary([head(8)], [c]);
    const headers = { ...sent.headers, "inference-header-content-length": length };
    const answer = await call(numbers, { ...sent, headers });
    expect([answer.status, answer.json]).toEqual([
      400,
      { error: expect.stringContaining("Inference-Header-Content-Length is") },
    ]);
  });

  test("too many rows", async () => {
    const body = {
      inputs: [{ name: "x", shape: [51, 3], datatype: "FP64", data: new Array<number>(153).fill(1) }],
    };
    expect((await call(numbers, json("/v2/models/cost/infer", body))).status).toBe(413);
  });
});

test("a tritonclient's request, which says no content type, is taken", async () => {
  const { body } = json(inferUrl(cost.signature), {
    inputs: ["a", "b", "c"].map((name) => ({ name, shape: [1], datatype: "FP64", data: [costRow[name]] })),
  });
  expect((await call(numbers, { url: inferUrl(cost.signature), body })).status).toBe(200);
});

test("what is null is absent", async () => {
  const absent = await call(app, json(url, { inputs: tensors() }));
  const body = {
    ...{ id: null, parameters: null, outputs: null, model_name: null, model_version: null },
    inputs: tensors().map((input) => ({ ...input, parameters: null })),
  };
  const answer = await call(app, json(url, body));
  expect([answer.status, answer.json]).toEqual([200, absent.json]);
  const output = { ...body, outputs: [{ name: "prediction", parameters: null }] };
  expect((await call(app, json(url, output))).json.outputs).toMatchObject([{ name: "prediction" }]);
});

describe("the id of a request", () => {
  const logged: string[] = [];
  const log = {
    append: (_source: unknown, { id }: { id: string }) => void logged.push(id),
  } as unknown as PredictionLog;
  const logging = openService(colour, { log });
  const send = (id: unknown) => {
    const sent = json(url, { id, inputs: tensors() });
    return call(logging, { ...sent, headers: { ...sent.headers, "x-request-id": "header" } });
  };

  test.each([
    ["its own, which its client knows", "r 1, 東京", "r 1, 東京"],
    ["that of the header, when it has none", undefined, "header"],
    ["that of the header, when it is null", null, "header"],
    ["that of the header, when it is empty", "", "header"],
    ["as long as others may be", "x".repeat(100), "x".repeat(100)],
  ])("is in the prediction log %s", async (_, id, expected) => {
    const answer = await send(id);
    expect([answer.status, answer.json.id]).toEqual([200, id ?? undefined]);
    expect(logged.splice(0)).toEqual([expected]);
    expect(answer.headers["x-request-id"]).toBe("header");
  });

  test("is refused when it is longer than others may be", async () => {
    const answer = await send("x".repeat(101));
    expect([answer.status, answer.json]).toEqual([
      400,
      { error: '"id" has 101 characters. It may have at most 100.' },
    ]);
    expect(logged).toEqual([]);
  });
});
