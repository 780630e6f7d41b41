import { request } from "node:http";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { call, closeServices, colour, colourRow, json, openService } from "../service-fixture";

afterAll(closeServices);

const app = openService(colour);
const text = JSON.stringify(colourRow);
const deep = (open: string, close: string) => `${open.repeat(100_000)}1${close.repeat(100_000)}`;
const json_ = { "content-type": "application/json" };

/** For each dialect, a body that is good but for the place of `value`. */
const dialects: readonly (readonly [string, string, (row: string) => string])[] = [
  ["/score", "/score", (row) => `{"data":[${row}]}`],
  ["/score by column", "/score", (row) => `{"data":${row}}`],
  [
    "V2",
    "/v2/models/colour/infer",
    (row) => `{"inputs":[{"name":"age","shape":[1],"datatype":"FP64","data":${row}}]}`,
  ],
  ["V2 parameters", "/v2/models/colour/infer", (row) => `{"inputs":[],"parameters":${row}}`],
  ["MLflow records", "/invocations", (row) => `{"dataframe_records":[${row}]}`],
  ["MLflow split", "/invocations", (row) => `{"dataframe_split":{"columns":["age"],"data":[${row}]}}`],
  ["MLflow params", "/invocations", (row) => `{"instances":[${text}],"params":{"explain":${row}}}`],
];

describe.each(dialects)("%s", (_, url, bodyOf) => {
  test.each([
    ["100,000 arrays in each other", deep("[", "]")],
    ["100,000 objects in each other", deep('{"a":', "}")],
    ["a value 100,000 arrays deep", `{"age":${deep("[", "]")}}`],
    ["a text of 100,000 characters", JSON.stringify("x".repeat(100_000))],
    ["a name of 100,000 characters", `{"${"x".repeat(100_000)}":1}`],
    ["NaN", "NaN"],
    ["Infinity in an array", "[Infinity]"],
    ["a row with NaN", '{"age":NaN}'],
    ["names of Object.prototype", '{"__proto__":{"age":1},"constructor":{"prototype":{}},"toString":1}'],
    ["null", "null"],
    ["an object that is empty", "{}"],
  ])("%s is refused with 400 in few words", async (_name, value) => {
    const answer = await call(app, { url, body: bodyOf(value), headers: json_ });
    expect(answer.status).toBe(400);
    expect(answer.bytes.length).toBeLessThan(3000);
  });
});

test("nothing that was sent has changed the prototype of all objects", () => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>).age).toBeUndefined();
});

describe("a name that is there twice in one object is refused", () => {
  const twice = text.replace("{", '{"age":41,');
  const escaped = text.replace("{", '{"\\u0061ge":41,');
  const columns = JSON.stringify(
    Object.fromEntries(Object.entries(colourRow).map(([name, value]) => [name, [value]])),
  );
  test.each([
    ["in a row", "/score", `{"data":[${twice}]}`, "age"],
    ["written in another way", "/score", `{"data":[${escaped}]}`, "age"],
    ["in the body", "/score", `{"data":[${text}], "data" :[${text}]}`, "data"],
    ["in columns", "/score", `{"data":${columns.replace("{", '{"age" \n\t:[1],')}}`, "age"],
    ["in an invocation", "/invocations", `{"dataframe_records":[${text},${twice}]}`, "age"],
    [
      "in a tensor",
      "/v2/models/colour/infer",
      JSON.stringify({
        inputs: Object.entries({
          age: "FP64",
          bmi: "FP64",
          smoker: "BOOL",
          constructor: "BYTES",
          town: "BYTES",
        }).map(([name, datatype]) => ({ name, shape: [1], datatype, data: [colourRow[name]] })),
      }).replace('"shape":[1]', '"shape":[1],"shape":[1]'),
      "shape",
    ],
  ])("%s", async (_, url, body, name) => {
    const answer = await call(app, { url, body, headers: json_ });
    expect([answer.status, answer.bytes.toString()]).toEqual([
      400,
      expect.stringMatching(new RegExp(`The body has \\\\"${name}\\\\" twice in one object`)),
    ]);
  });

  test("but not when a text only looks like it", async () => {
    const row = { ...colourRow, town: '","age":1,"age":2,\\' };
    const answer = await call(app, json("/score", { data: [row, row] }));
    expect(answer.status).toBe(200);
  });
});

describe("a body of another type is refused with 415", () => {
  const types = [
    undefined,
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/jsonx",
    "text/csv",
    "application/octet-stream",
  ];
  test.each(types.map((type) => [type] as const))("%s at /score", async (type) => {
    const answer = await call(app, {
      url: "/score",
      body: `{"data":[${text}]}`,
      ...(type !== undefined && { headers: { "content-type": type } }),
    });
    expect([answer.status, answer.json.code]).toEqual([415, "MEDIA_TYPE_UNSUPPORTED"]);
  });

  test.each([
    ["/invocations", "text/plain"],
    ["/invocations", "application/json; charset=latin1"],
    ["/invocations", "application/json; version=2"],
    ["/invocations", "text/csv; header=absent"],
    ["/v2/models/colour/infer", "text/csv"],
    ["/v2/models/colour/infer", "application/octet-stream"],
  ])("%s does not take %s", async (url, type) => {
    const answer = await call(app, { url, body: "{}", headers: { "content-type": type } });
    expect(answer.status).toBe(415);
  });

  test.each(["/score", "/invocations", "/v2/models/colour/infer"])(
    "%s does not take a compressed body",
    async (url) => {
      const answer = await call(app, { url, body: "{}", headers: { ...json_, "content-encoding": "gzip" } });
      expect(answer.status).toBe(415);
    },
  );
});

/** Sends a body of which each chunk is the same, until all is sent or there is an answer. */
function sendMuch(service: FastifyInstance, url: string, headers: Record<string, string>): Promise<number> {
  const { port } = service.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const message = request({ host: "127.0.0.1", port, path: url, method: "POST", headers }, (reply) => {
      reply.resume();
      resolve(reply.statusCode ?? 0);
      message.destroy();
    });
    // A refused sender finds its connection closed; the answer was there before.
    message.on("error", reject);
    const chunk = Buffer.alloc(64 * 1024, " ");
    for (let sent = 0; sent < 10_000_000; sent += chunk.length) message.write(chunk);
    message.end();
  });
}

describe("a body of 10 MB is refused with 413", () => {
  test.each(["/score", "/invocations", "/v2/models/colour/infer"])("at %s", async (url) => {
    await call(app, { url: "/healthz" });
    expect(await sendMuch(app, url, json_)).toBe(413);
  });
});

test("the service still answers after all this", async () => {
  expect((await call(app, json("/score", { data: [colourRow] }))).status).toBe(200);
});
