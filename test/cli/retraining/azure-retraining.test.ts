import { retrainInAzure, type RetrainRequest } from "../../../cli/retraining/azure-retraining";
import { AzureMlServer, workspaceId } from "../../platform/azure/azure-ml-server";

describe("mlops retrain --target azure", () => {
  let server: AzureMlServer;
  let lines: string[];
  beforeEach(async () => {
    lines = [];
    server = new AzureMlServer();
    await server.start();
  });
  afterEach(() => server.close());

  /** As infra/components/outputs.ts leaves them. */
  const outputs = () => ({
    model: "diabetes",
    workspaceId,
    retraining: {
      name: "retraining-endpoint1a2b3c4d",
      url: `${server.url}/jobs`,
      deployment: "retrain-1",
      dataUri: "azureml://data/",
    },
    environment: { cli: { MLOPS_REGISTRY: `${server.url}/mlflow/v1.0${workspaceId}` } },
    scoringUrl: "",
  });
  const run = (change: Partial<RetrainRequest> = {}) =>
    retrainInAzure(server.client(), {
      stack: "qa",
      outputs: outputs(),
      request: "build-42",
      report: (line) => lines.push(line),
      ...change,
    });
  const link = `https://ml.azure.com/runs/batchjob-1?wsid=${workspaceId}`;

  test("starts the pipeline of the stack and says where to look", async () => {
    expect(await run()).toEqual({
      job: "batchjob-1",
      link,
      model: "diabetes",
      request: "build-42",
      status: "Started",
    });
    expect(lines).toEqual([`Job batchjob-1 is started: ${link}`]);
  });

  test("says that the same request had started it", async () => {
    await run();
    expect(await run()).toMatchObject({ job: "batchjob-1" });
    expect(lines[1]).toBe(`Job batchjob-1 was started before by this request: ${link}`);
    expect(server.jobs).toHaveLength(1);
  });

  test("follows a job that ended before, to what has become of the candidate", async () => {
    server.jobs.push({
      name: "batchjob-1",
      states: ["Completed"],
      tags: {
        "mlops.request": "build-42",
        "mlops.outcome": "registered",
        "mlops.version": "diabetes:7",
      },
    });
    expect(await run({ waitMs: 10_000 })).toEqual({
      job: "batchjob-1",
      link,
      model: "diabetes",
      request: "build-42",
      status: "Completed",
      outcome: "registered",
      version: "diabetes:7",
    });
  });

  test("shows the log of a job that it follows, and what was measured", async () => {
    server.states = ["Completed"];
    await run({ waitMs: 10_000 });
    const shown = lines.filter((line) => !line.startsWith("batchjob-1: "));
    expect(shown.slice(1)).toEqual(["[train] epoch 1", "[train] held_out_rmse 54.35"]);
  });

  test("a job that failed is a result, and has no outcome", async () => {
    server.states = ["Failed"];
    const result = await run({ waitMs: 10_000 });
    expect(result.status).toBe("Failed");
    expect(result).not.toHaveProperty("outcome");
    expect(lines).toContain("batchjob-1: Failed");
  });

  test("another model than the stack's is refused", async () => {
    await expect(run({ model: "titanic" })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("Stack qa trains diabetes, not titanic"),
    });
    expect(server.requests).toHaveLength(0);
  });

  test("a stack that was not updated yet is told, with what to run", async () => {
    await expect(run({ outputs: { model: "diabetes", workspaceId } })).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringMatching(
        /outputs lack retraining, environment\..*npm run infra:up -- --stack qa/,
      ),
    });
  });
});
