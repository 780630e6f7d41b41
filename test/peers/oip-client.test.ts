import { askByScript, costs, describeUnless, rows, skipReason, useService } from "./python-tools";

describeUnless(skipReason, "clients of the Open Inference Protocol", () => {
  const service = useService();

  test("Triton's client gets the model's predictions, in JSON and in binary", async () => {
    const answer = await askByScript("oip_client.py", [service.url, "cost", JSON.stringify(rows)]);
    const expected = { id: "from-triton", prediction: costs };
    expect(answer).toEqual({
      live: true,
      ready: true,
      modelReady: true,
      otherReady: false,
      extensions: ["binary_tensor_data"],
      model: "cost",
      refused: "404",
      json: expected,
      binary: expected,
    });
  });

  test("KServe's client gets the model's predictions, in JSON and in binary", async () => {
    const answer = await askByScript("kserve_client.py", [service.url, "cost", JSON.stringify(rows)]);
    const expected = { id: "from-kserve", prediction: costs };
    expect(answer).toEqual({
      live: true,
      ready: true,
      modelReady: true,
      json: expected,
      binary: expected,
      binaryOutput: expected,
    });
  });
});
