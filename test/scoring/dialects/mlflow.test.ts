import { call, closeServices, colour, colourRow, cost, json, openService } from "./service-fixture";

afterAll(closeServices);

const app = openService(colour);
const numbers = openService(cost);
const csv = (body: string) => ({ url: "/invocations", body, headers: { "content-type": "text/csv" } });

test("a prediction is a row of the model's outputs, as MLflow's server answers for this model directory", async () => {
  const answer = await call(app, json("/invocations", { dataframe_records: [colourRow] }));
  expect(answer.json).toEqual({ predictions: [{ prediction: "red", probability: expect.any(Number) }] });
  const regression = await call(numbers, json("/invocations", { instances: [[1, 2, null]] }));
  expect(regression.json).toEqual({ predictions: [{ prediction: expect.any(Number) }] });
});

test("predictions are explained when the parameters say so", async () => {
  const answer = await call(
    numbers,
    json("/invocations", { instances: [[1, 2, 3]], params: { explain: true } }),
  );
  const { predictions, explanation } = answer.json as {
    predictions: { prediction: number }[];
    explanation: { base: number; contributions: Record<string, number>[] };
  };
  const parts = Object.values(explanation.contributions[0] ?? {});
  expect(parts.reduce((sum, part) => sum + part, explanation.base)).toBeCloseTo(
    predictions[0]?.prediction ?? NaN,
    9,
  );
});

test.each([
  ["/ping", "\n", "text/plain; charset=utf-8"],
  ["/health", "\n", "text/plain; charset=utf-8"],
  ["/version", expect.stringMatching(/^\d+\.\d+\.\d+$/), "text/plain; charset=utf-8"],
])("GET %s", async (url, body, type) => {
  const answer = await call(app, { url });
  expect([answer.status, answer.bytes.toString(), answer.headers["content-type"]]).toEqual([200, body, type]);
});

test("a service that is closing does not answer a ping", async () => {
  const closing = openService(cost, { life: { closing: true, ending: false } });
  const answer = await call(closing, { url: "/ping" });
  expect([answer.status, answer.json.error_code]).toEqual([503, "TEMPORARILY_UNAVAILABLE"]);
});

describe("a body that is not as MLflow has it is refused in MLflow's words", () => {
  const split = (frame: object) => ({ dataframe_split: frame });
  test.each<[string, unknown, RegExp]>([
    [
      "none of the forms",
      {},
      /The body has none of them\. Expected a JSON object with exactly one of "dataframe_split"/,
    ],
    ["two forms", { instances: [], inputs: [] }, /The body has "instances" and "inputs"/],
    ["another property", { instances: [], rows: 1 }, /The body has "rows"/],
    ["a list", [1], /The body is not a JSON object/],
    [
      "parameters",
      { instances: [[1, 2, 3]], params: { temperature: 1 } },
      /"temperature".*the model has no other parameters/,
    ],
    ["no columns", split({ data: [[1]] }), /"columns" is undefined/],
    ["no data", split({ columns: ["a"] }), /"data" is undefined/],
    ["empty data", split({ columns: ["a"], data: [] }), /"data" is \[\]/],
    [
      "rows by name in split",
      split({ columns: ["a", "b", "c"], data: [{}] }),
      /Row 0: The row is \{\.\.\.\}/,
    ],
    [
      "100,000 columns",
      split({ columns: Array.from({ length: 100_000 }, (_, index) => `c${index}`), data: [[1]] }),
      /The rows have more than 23 columns, but the model has 3 features/,
    ],
    ["a column twice", split({ columns: ["a", "b", "c", "c"], data: [[1, 2, 3, 4]] }), /"c" appears twice/],
    [
      "a column that is no text",
      split({ columns: ["a", "b", 7], data: [[1, 2, 3]] }),
      /"7" is not a feature of the model\. Remove it/,
    ],
    [
      "a short row",
      split({ columns: ["c", "a", "b"], data: [[1, 2]] }),
      /Row 0: 2 values are given\. 3 are required: c, a, b/,
    ],
    [
      "an index of another length",
      split({ columns: ["a", "b", "c"], data: [[1, 2, 3]], index: [0, 1] }),
      /"index" is/,
    ],
    ["rows by position in records", { dataframe_records: [[1, 2, 3]] }, /Row 0: The row is/],
    [
      "columns of different lengths",
      { inputs: { a: [1], b: [1, 2], c: [1] } },
      /"b" has 2 values, but "a" has 1/,
    ],
    ["a column that is a number", { inputs: { a: 1, b: [1], c: [1] } }, /"a" is 1\. An array/],
    ["columns that are empty", { inputs: { a: [], b: [], c: [] } }, /no values/],
    ["a text as number", { instances: [["1", 2, 3]] }, /Row 0: "a" is "1"/],
  ])("%s", async (_, body, message) => {
    const answer = await call(numbers, json("/invocations", body));
    expect([answer.status, answer.json]).toEqual([
      400,
      { error_code: "INVALID_PARAMETER_VALUE", message: expect.stringMatching(message) },
    ]);
  });

  test("too many rows", async () => {
    const answer = await call(numbers, json("/invocations", { instances: new Array(51).fill([1, 2, 3]) }));
    expect(answer.status).toBe(413);
  });
});

describe("CSV", () => {
  test("may have quotes, empty fields for what is missing, a byte order mark, and True for true", async () => {
    const lines = ['\uFEFFtown,"smoker",age,bmi,constructor', '"Aå",True,4.0e1,25.5,1', "B b,false,-1,,"];
    const answer = await call(app, csv(`${lines.join("\r\n")}\r\n\r\n`));
    const rows = [colourRow, { age: -1, bmi: null, smoker: false, constructor: null, town: "B b" }];
    const expected = await call(app, json("/invocations", { dataframe_records: rows }));
    expect([answer.status, answer.json]).toEqual([200, expected.json]);
  });

  test.each([
    ["a text for a number", "a,b,c\n1,x,3", /Row 0: "b" is "x"/],
    ["a NaN", "a,b,c\n1,NaN,3", /Row 0: "b" is "NaN"/],
    ["infinity", "a,b,c\n1,2,1e999", /Row 0: "c" is Infinity/],
    ["a hexadecimal number", "a,b,c\n1,2,0x10", /Row 0: "c" is "0x10"/],
    ["nothing where a value must be", "a,b,c\n1,,3", /Row 0: "b" is null/],
    ["a missing column", "a,b\n1,2", /"c" is missing/],
    ["a misspelt column", "a,B,c\n1,2,3", /"B" is not a feature of the model\. Did you mean "b"/],
    ["a column twice", "a,b,c,c\n1,2,3,4", /has the column "c" twice/],
    ["a row that is too long", "a,b,c\n1,2,3\n1,2,3,4", /Row 1 of the CSV has 4 fields; its header has 3/],
    ["a quote that is never closed", 'a,b,c\n1,2,"3', /Line 2 of the CSV has a quote that is never closed/],
    ["text after a quote", 'a,b,c\n1,2,"3"4', /Line 2 of the CSV has text after a closing quote/],
    [
      "a quote within a field",
      'a,b,c\n1,2,3"',
      /Line 2 of the CSV has a quote inside a field that does not start with one/,
    ],
    ["no rows", "a,b,c\n", /no values/],
    ["nothing", "", /The body is empty/],
    ["bytes that are no text", Buffer.of(0xff, 0xfe), /not UTF-8/],
  ])("with %s is refused", async (_, body, message) => {
    const answer = await call(numbers, { ...csv(""), body });
    expect([answer.status, answer.json.message]).toEqual([400, expect.stringMatching(message)]);
  });
});
