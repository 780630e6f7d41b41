import { logToMlflow } from "../../../../platform/registry/mlflow/mlflow-run-log";
import { openMlflowRegistry } from "../../../../platform/registry/mlflow/mlflow-registry";
import { useTemporaryFolder } from "../../base/temporary-folder";
import { makeModelDirectory } from "../model-fixture";
import { MlflowStandIn } from "./mlflow-stand-in";

const timing = { firstPauseMs: 5, maxPauseMs: 2000, timeoutMs: 1500 };
const run = { id: "20260102T030405-cost-0001", model: "cost" };
const entries = {
  parameters: { kind: "ridge" },
  metrics: { held_out_rmse: 50.5 },
  tags: { "mlops.model": "cost" },
  measuredAt: 1000,
};

describe.each([
  ["an MLflow server", false],
  ["an Azure Machine Learning workspace", true],
])("runs in %s", (_, azure) => {
  const folder = useTemporaryFolder();
  const warned: string[] = [];
  let server: MlflowStandIn;

  const connection = () => ({
    trackingUri: server.trackingUri,
    token: () => Promise.resolve("t0ken"),
    timing,
  });
  const log = (written: typeof entries | { tags: Record<string, string> } = entries): Promise<void> =>
    logToMlflow({ ...connection(), warn: (message) => void warned.push(message) }, run, written);

  beforeEach(async () => {
    warned.length = 0;
    server = await new MlflowStandIn(azure).start();
  });
  afterEach(() => server.close());

  test("a run is one run of the server, however often it is written to, and is finished in between", async () => {
    await log();
    await log({ tags: { "mlops.promote": "false" } });
    expect([...server.runs.values()]).toEqual([
      expect.objectContaining({
        info: expect.objectContaining({ status: "FINISHED" }),
        tags: expect.arrayContaining([{ key: "mlops_run", value: run.id }]),
        batches: expect.arrayContaining([
          expect.objectContaining({ metrics: [expect.objectContaining({ value: 50.5, timestamp: 1000 })] }),
          expect.objectContaining({ params: [{ key: "kind", value: "ridge" }] }),
          expect.objectContaining({ tags: [{ key: "mlops.promote", value: "false" }] }),
        ]),
      }),
    ]);
    expect(warned).toEqual([]);
  });

  test("a version that comes of a run belongs to the run that was logged; another one gets a run of its own", async () => {
    await log();
    const report = (error: Error): never => {
      throw error;
    };
    const registry = openMlflowRegistry({ ...connection(), report });
    const directory = await makeModelDirectory(folder("model"));
    await registry.register("cost", directory, { run: run.id });
    expect(server.runs.size).toBe(1);
    await registry.register("cost", directory, { run: "another" });
    // A name that could end the filter is none of ours.
    await registry.register("cost", directory, { run: "' OR run_id != '" });
    expect(server.versions.map(({ run_id: id }) => id)).toEqual(["run0", "run1", "run2"]);
  });

  test("a reply that is lost makes no second run", async () => {
    server.trouble("runs/create", "cut reply");
    await log();
    expect(server.runs.size).toBe(1);
    expect(warned).toEqual([]);
  });

  test("a server that refuses is told of, and does not stop the run", async () => {
    server.trouble("experiments", { status: 403 });
    await log();
    expect(warned).toEqual([expect.stringMatching(/^Not logged: .*403/)]);
  });
});
