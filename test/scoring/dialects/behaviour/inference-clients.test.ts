import { call, closeServices, colour, colourRow, cost, json, openService } from "../service-fixture";
import { binaryRequest, ways } from "../ways-to-ask";

afterAll(closeServices);

const app = openService(colour);
const numbers = openService(cost);
const [, , , columnsWay] = ways;
const tensors = () => {
  const body = columnsWay?.send([colourRow], colour.signature).body.toString() ?? "";
  return (JSON.parse(body) as { inputs: Record<string, unknown>[] }).inputs;
};
const url = "/v2/models/colour/infer";

describe("a body may repeat the model of its address, as KServe's client does", () => {
  const addresses = [url, "/v2/models/colour/versions/3/infer"];
  const repeated = [
    { model_name: "colour" },
    { model_version: "3" },
    { model_name: "colour", model_version: "3" },
  ];
  test.each(
    addresses.flatMap((address) => repeated.map((model) => [JSON.stringify(model), address, model] as const)),
  )("%s to %s", async (_, address, model) => {
    const plain = await call(app, json(address, { inputs: tensors() }));
    const answer = await call(app, json(address, { ...model, inputs: tensors() }));
    expect([answer.status, answer.json]).toEqual([200, plain.json]);
  });

  test("in its JSON part, with bytes after it", async () => {
    const names = ["a", "b", "c"];
    const bytes = names.map((_, value) => Buffer.from(Float64Array.of(value).buffer));
    const head = { shape: [1], datatype: "FP64", parameters: { binary_data_size: 8 } };
    const inputs = names.map((name) => ({ ...head, name }));
    const send = (model: object) => binaryRequest("/v2/models/cost/infer", { ...model, inputs }, bytes);
    const answer = await call(numbers, send({ model_name: "cost" }));
    expect([answer.status, answer.json]).toEqual([200, (await call(numbers, send({}))).json]);
    expect((await call(numbers, send({ model_name: "colour" }))).status).toBe(400);
  });
});

test.each([
  ["FP32", [1.5, 2.5], Buffer.from(Float32Array.of(1.5, 2.5).buffer)],
  ["INT64", [-3, 4], Buffer.from(BigInt64Array.of(-3n, 4n).buffer)],
  ["INT8", [-3, 4], Buffer.from(Int8Array.of(-3, 4).buffer)],
  ["UINT16", [3, 65_535], Buffer.from(Uint16Array.of(3, 65_535).buffer)],
  ["UINT64", [3, 4], Buffer.from(BigUint64Array.of(3n, 4n).buffer)],
])("numbers may be sent as %s, as JSON and as bytes", async (datatype, values, bytes) => {
  const others = ["b", "c"].map((name) => ({ name, shape: [2], datatype: "FP64", data: [1, 2] }));
  const head = { name: "a", shape: [2, 1], datatype };
  const infer = "/v2/models/cost/infer";
  const expected = await call(
    numbers,
    json("/score", { data: values.map((a, row) => [a, row + 1, row + 1]) }),
  );
  const asJson = await call(numbers, json(infer, { inputs: [...others, { ...head, data: values }] }));
  const binary = { ...head, parameters: { binary_data_size: bytes.length } };
  const asBytes = await call(numbers, binaryRequest(infer, { inputs: [...others, binary] }, [bytes]));
  for (const { json: body } of [asJson, asBytes]) {
    expect((body.outputs as { data: unknown }[])[0]?.data).toEqual(expected.json.result);
  }
});

test("a number that FP32 does not have is what it is in FP32, as JSON and as bytes", async () => {
  const rest = ["b", "c"].map((name) => ({ name, shape: [1], datatype: "FP64", data: [1] }));
  const head = { name: "a", shape: [1], datatype: "FP32" };
  const bytes = Buffer.from(Float32Array.of(0.1).buffer);
  const infer = "/v2/models/cost/infer";
  const asJson = await call(numbers, json(infer, { inputs: [{ ...head, data: [0.1] }, ...rest] }));
  const binary = { ...head, parameters: { binary_data_size: 4 } };
  const asBytes = await call(numbers, binaryRequest(infer, { inputs: [binary, ...rest] }, [bytes]));
  expect(asBytes.status).toBe(200);
  expect(asJson.json.outputs).toEqual(asBytes.json.outputs);
});
