import { openMlflowTracking } from "../../../../platform/registry/mlflow/mlflow-tracking";
import { MlflowStandIn } from "./mlflow-stand-in";

describe("the tracking of a run", () => {
  let server: MlflowStandIn;

  beforeEach(async () => {
    server = await new MlflowStandIn().start();
    server.runs.set("r1", { info: { run_id: "r1" } });
  });
  afterEach(() => server.close());

  const open = (runId = "r1") =>
    openMlflowTracking({ trackingUri: server.trackingUri, runId, timing: { firstPauseMs: 5 } });
  const batches = (): Record<string, { key: string; value: unknown }[]>[] =>
    (server.runs.get("r1")?.batches ?? []) as Record<string, { key: string; value: unknown }[]>[];

  test("takes any number of parameters, figures and tags, 100 at a time", async () => {
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`p${index}`, `${index}`]));
    await open().logParameters(many);
    await open().logMetrics({ rmse: 50.6, r2: -0.5 });
    await open().setTags({ data: "sha256:1" });
    expect(batches().map(({ params }) => params?.length)).toEqual([100, 100, 1, undefined, undefined]);
    expect(batches().flatMap(({ params = [] }) => params)).toContainEqual({ key: "p200", value: "200" });
    expect(batches()[3]).toMatchObject({
      metrics: [
        { key: "rmse", value: 50.6, step: 0 },
        { key: "r2", value: -0.5, step: 0 },
      ],
    });
    expect(batches()[4]).toMatchObject({ run_id: "r1", tags: [{ key: "data", value: "sha256:1" }] });
  });

  test("logs a figure once when the reply is lost: the second time is the first one's", async () => {
    server.trouble("runs/log-batch", "cut reply");
    await open().logMetrics({ rmse: 50.6 });
    expect(batches()).toHaveLength(2);
    expect(batches()[0]).toEqual(batches()[1]);
  });

  test("refuses what is not a number, and logs none of the others", async () => {
    await expect(open().logMetrics({ rmse: Number.NaN, r2: 1, mae: Infinity })).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: "Not logged: rmse = NaN, mae = Infinity. Expected finite numbers. Leave the metric out.",
    });
    expect(batches()).toEqual([]);
  });

  test("counts the other runs of its experiment that have a tag", async () => {
    for (const id of ["r1", "r2", "r3", "r4"])
      server.runs.set(id, { info: { run_id: id, experiment_id: "7" } });
    expect(await open().countOthers("rows", "abc")).toBe(0);
    for (const id of ["r1", "r2", "r3"]) await open(id).setTags({ rows: "abc" });
    await open("r4").setTags({ rows: "xyz" });
    expect(await open().countOthers("rows", "abc")).toBe(2);
  });

  test("says that there is no such run", async () => {
    await expect(open("r2").setTags({ a: "b" })).rejects.toMatchObject({
      code: "MLFLOW_FAILED",
      message: expect.stringContaining("RESOURCE_DOES_NOT_EXIST: Run with id=r2 not found"),
    });
  });
});
