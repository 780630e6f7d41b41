import { askByScript, costs, describeUnless, rows, skipReason, useService } from "./python-tools";

describeUnless(skipReason, "MLflow's client of its scoring server", () => {
  const service = useService();

  test("gets the model's predictions in every format that MLflow writes", async () => {
    const answer = await askByScript("mlflow_client.py", [service.url, JSON.stringify(rows)]);
    expect(answer).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      client: costs,
      serving_input: costs,
      records: costs,
      inputs: costs,
      csv: costs,
    });
  });
});
