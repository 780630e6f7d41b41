import { appendFile, cp, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openMlflowRegistry } from "../../../platform/registry/mlflow/mlflow-registry";
import type { Registry } from "../../../platform/registry/registry";
import { readLineage } from "../../../platform/model/model-directory";
import { readSettings } from "../../../platform/settings/settings";
import { checkJob, evaluateJob, registerJob, trainJob, type JobContext } from "../../../training/job/job";
import { MlflowStandIn } from "../../platform/registry/mlflow/mlflow-stand-in";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import {
  sourceProgram,
  start,
  stepFlags,
  writeDataFolder,
  type EndedStep,
  type JobStep,
} from "./job-fixture";

const model = "diabetes";
const variables = ["MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_TOKEN", "MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID"];

describe("the steps of a job", () => {
  const folder = useTemporaryFolder();
  let server: MlflowStandIn;
  let outside: NodeJS.ProcessEnv;
  let warnings: string[];
  /** A candidate and the decision that lets it pass, made once. */
  let made: string;

  beforeAll(async () => {
    made = await mkdtemp(path.join(tmpdir(), "mlops-job-made-"));
    const data = await writeDataFolder(path.join(made, "data"));
    const context = contextOf({});
    const [report, candidate] = [path.join(made, "report"), path.join(made, "candidate")];
    await checkJob(context, { model, data, report });
    await trainJob(context, { model, data, checked: report, candidate });
    const decision = path.join(made, "decision");
    await evaluateJob(context, { model, data, candidate, decision, registry: path.join(made, "empty") });
  });
  afterAll(() => rm(made, { recursive: true, force: true }));

  beforeEach(async () => {
    warnings = [];
    outside = { ...process.env };
    server = await new MlflowStandIn(true).start();
    server.tokens = ["t0ken"];
    for (const id of ["check1", "train1", "evaluate1", "register1", "pipeline1"]) addRun(id);
  });
  afterEach(async () => {
    process.env = outside;
    await server.close();
  });

  function addRun(id: string): void {
    const artifact_uri = `azureml://host/mlflow/v1.0/subscriptions/0001/experiments/e/runs/${id}/artifacts`;
    server.runs.set(id, { info: { run_id: id, experiment_id: "e", artifact_uri, status: "RUNNING" } });
  }

  /** What a job of Azure Machine Learning has in its environment. */
  function jobEnv(run: string, changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return {
      MLFLOW_TRACKING_URI: server.trackingUri,
      MLFLOW_TRACKING_TOKEN: "t0ken",
      MLFLOW_RUN_ID: run,
      MLFLOW_EXPERIMENT_ID: "e",
      MLFLOW_EXPERIMENT_NAME: "diabetes",
      AZUREML_RUN_ID: run,
      AZUREML_ROOT_RUN_ID: "pipeline1",
      ...changes,
    };
  }

  function contextOf(env: NodeJS.ProcessEnv): JobContext {
    for (const name of variables) delete process.env[name];
    Object.assign(process.env, env);
    const signal = new AbortController().signal;
    return { settings: readSettings("training", env), env, signal, warn: (text) => warnings.push(text) };
  }

  function registry(): Registry {
    const report = (error: Error): void => {
      throw error;
    };
    const token = (): Promise<string> => Promise.resolve("t0ken");
    return openMlflowRegistry({ trackingUri: server.trackingUri, token, report });
  }

  /** What was logged to a run, by name. */
  function logged(run: string, kind: "params" | "metrics" | "tags"): Record<string, unknown> {
    type Batch = Record<string, { key: string; value: unknown }[] | undefined>;
    const batches = (server.runs.get(run)?.batches ?? []) as Batch[];
    return Object.fromEntries(
      batches.flatMap((batch) => batch[kind] ?? []).map(({ key, value }) => [key, value]),
    );
  }

  async function wholeRun(env: NodeJS.ProcessEnv = {}): Promise<Awaited<ReturnType<typeof registerJob>>> {
    const [report, candidate, decision] = [folder("report"), folder("candidate"), folder("decision")];
    const data = folder("data");
    const at = (step: string): JobContext => contextOf(jobEnv(`${step}1`, env));
    await checkJob(at("check"), { model, data, report });
    await trainJob(at("train"), { model, data, checked: report, candidate });
    await evaluateJob(at("evaluate"), { model, data, candidate, decision });
    return registerJob(at("register"), { model, candidate, decision });
  }

  test("hand a candidate on by folders, write to their runs, and register it from the job's", async () => {
    await writeDataFolder(folder("data"));
    const outcome = await wholeRun();
    expect(outcome).toMatchObject({ "mlops.outcome": "registered", "mlops.version": "diabetes:1" });
    expect(logged("check1", "metrics")).toEqual({ data_rows: 442, data_errors: 0, data_warnings: 0 });
    expect(logged("train1", "params")).toEqual({
      kind: "ridge",
      alpha: expect.any(String),
      seed: expect.any(String),
    });
    expect(logged("train1", "metrics")).toMatchObject({ held_out_rows: 85, training_rows: 357 });
    const { run, data } = await readLineage(folder("candidate/model"));
    expect(run).toBe("train1");
    expect(logged("train1", "tags")).toMatchObject({ "mlops.model": "diabetes", "mlops.data": data.digest });
    // Trained and evaluated by different programs, whose predictions are equal to rounding.
    expect(logged("evaluate1", "metrics").candidate_rmse).toBeCloseTo(
      Number(logged("train1", "metrics").held_out_rmse),
      10,
    );
    expect(logged("evaluate1", "tags")).toMatchObject({
      "mlops.promote": "true",
      "mlops.reason": "no-champion",
    });
    expect(logged("register1", "tags")).toEqual(outcome);
    expect(logged("pipeline1", "tags")).toEqual(outcome);

    expect(server.versions).toMatchObject([{ name: "diabetes", run_id: "register1" }]);
    expect((await registry().list())[0]?.tags).toMatchObject({ run: "train1", decision: "no-champion" });
    const calls = server.seen.map(({ call }) => call).filter((call) => !call.startsWith("container/"));
    expect(calls.filter((call) => /^runs\/create|logged-models|prompts|alias/.test(call))).toEqual([]);
    expect(warnings).toEqual([]);
  });

  test("end well when the champion is as good: nothing is registered, and the runs say so", async () => {
    await writeDataFolder(folder("data"));
    await wholeRun();
    await registry().setAlias({ name: model, version: 1 }, "champion");
    const again = await wholeRun();
    expect(again).toMatchObject({ "mlops.outcome": "cancelled", "mlops.reason": "not-better" });
    expect(again).not.toHaveProperty("mlops.version");
    expect(logged("check1", "tags")["mlops.compared_with"]).toBe("diabetes:1");
    expect(logged("evaluate1", "tags")["mlops.champion"]).toBe("diabetes:1");
    expect(logged("pipeline1", "tags")["mlops.outcome"]).toBe("cancelled");
    expect(server.versions).toHaveLength(1);
    expect((await readLineage(folder("candidate/model"))).run).toBe("train1");
    const forced = await wholeRun({ MLOPS_ON_NO_PROMOTION: "continue" });
    // It is the very model that is there.
    expect(forced).toMatchObject({ "mlops.outcome": "registered", "mlops.version": "diabetes:1" });
  });

  test("count the decisions that other jobs made on the same held-out rows", async () => {
    const flags = { model, data: path.join(made, "data"), candidate: path.join(made, "candidate") };
    const evaluateAs = async (run: string): Promise<number | undefined> => {
      addRun(run);
      const decision = folder(`decision-${run}`);
      return (await evaluateJob(contextOf(jobEnv(run)), { ...flags, decision })).earlierDecisions;
    };
    expect(await evaluateAs("first")).toBe(0);
    expect(await evaluateAs("second")).toBe(1);
    server.trouble("runs/get", { status: 400 });
    expect(await evaluateAs("third")).toBeUndefined();
    expect(warnings).toEqual([expect.stringMatching(/^Earlier decisions are not counted: runs\/get /)]);
  });

  test("work without a run to log to, and with a server that takes no figures", async () => {
    expect(await readdir(path.join(made, "decision"))).toEqual([
      "decision.json",
      "evaluation.json",
      "judged.json",
    ]);
    const data = await writeDataFolder(folder("data"));
    server.trouble("runs/log-batch", { status: 400 }, { status: 400 });
    await checkJob(contextOf(jobEnv("check1")), { model, data, report: folder("report") });
    expect(warnings).toEqual([
      expect.stringMatching(/^Not logged: runs\/log-batch .* HTTP 400/),
      expect.stringMatching(/^Not logged: /),
    ]);
    expect(await readdir(folder("report"))).toEqual(["checked.json", "data-check.json"]);
  });

  test("refuse data with faults, and leave the report without what training asks for", async () => {
    const data = await writeDataFolder(folder("data"));
    const [report, candidate] = [folder("report"), folder("candidate")];
    const context = contextOf({});
    await checkJob(context, { model, data, report });
    const part = path.join(data, "2026/part-2.csv");
    await writeFile(
      part,
      (await readFile(part, "utf8")).replace(/^59,/m, "fifty-nine,").replace("\n", "\nx"),
    );
    await expect(checkJob(context, { model, data, report })).rejects.toMatchObject({ code: "DATA_INVALID" });
    expect(await readdir(report)).toEqual(["data-check.json"]);
    await expect(trainJob(context, { model, data, checked: report, candidate })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("`job check` writes it last, when all else is there."),
    });
  });

  test("read what was checked: a file that comes later is left out, one that changes is refused", async () => {
    const data = await writeDataFolder(folder("data"));
    const [report, candidate, decision] = [folder("report"), folder("candidate"), folder("decision")];
    const context = contextOf({});
    await checkJob(context, { model, data, report });
    await cp(path.join(data, "2026/part-1.csv"), path.join(data, "2026/part-3.csv"));
    await trainJob(context, { model, data, checked: report, candidate });
    expect((await readLineage(path.join(candidate, "model"))).data.rows).toBe(442);
    await appendFile(path.join(data, "2026/part-1.csv"), "59,2,32.1,101,157,93.2,38,4,4.8598,87,151\n");
    const evaluated = evaluateJob(context, {
      model,
      data,
      candidate,
      decision,
      registry: folder("registry"),
    });
    await expect(evaluated).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("is no longer the data that was checked"),
    });
  });

  test("take a candidate that an earlier attempt of the same job left whole, and train anew over half of one", async () => {
    const data = path.join(made, "data");
    const flags = { model, data, checked: path.join(made, "report"), candidate: folder("candidate") };
    const context = contextOf(jobEnv("train1"));
    const first = await trainJob(context, flags);
    expect(await trainJob(context, flags)).toEqual(first);
    expect(server.count("runs/log-batch")).toBe(3);
    await writeFile(folder("candidate/model/model.onnx"), "half");
    await writeFile(folder("candidate/model/left-over"), "");
    const again = await trainJob(context, flags);
    expect(await readdir(folder("candidate/model"))).not.toContain("left-over");
    await rm(folder("candidate/candidate.json"));
    const evaluated = evaluateJob(context, { ...flags, decision: folder("decision") });
    await expect(evaluated).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(again).toMatchObject({ run: "train1", data: first.data });
  });

  test("refuse a decision about another candidate, and a candidate that has changed", async () => {
    await cp(made, folder("run"), { recursive: true });
    const context = contextOf({});
    const [candidate, decision] = [folder("run/candidate"), folder("run/decision")];
    const flags = { model, candidate, decision, registry: folder("registry") };
    await writeFile(path.join(decision, "judged.json"), `{"candidate":"${"0".repeat(64)}"}`);
    await expect(registerJob(context, flags)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("is about another candidate"),
    });
    await appendFile(path.join(candidate, "model/model.onnx"), "x");
    await expect(registerJob(context, flags)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("is not the model directory that was trained"),
    });
    await expect(registerJob(context, { ...flags, model: "titanic" })).rejects.toMatchObject({
      message: expect.stringContaining("is about the model diabetes, not titanic"),
    });
    await expect(registerJob(context, { model, candidate, decision })).rejects.toMatchObject({
      code: "USAGE",
    });
  });

  describe("told to end by SIGTERM", () => {
    async function run(
      step: JobStep,
      env: NodeJS.ProcessEnv,
      killAt: string,
      where = made,
    ): Promise<EndedStep> {
      const child = start([...sourceProgram, ...stepFlags(where)[step]], env);
      let told = false;
      server.onCall = async (call) => {
        if (!call.startsWith(killAt) || told) return;
        told = true;
        child.process.kill("SIGTERM");
        // The call is answered when the process is gone, or not at all.
        await Promise.race([child.ended, new Promise((resolve) => setTimeout(resolve, 3000).unref())]);
      };
      const ended = await child.ended;
      // The server may have been asked before the process went, and answers nobody.
      await new Promise((resolve) => setImmediate(resolve));
      server.onCall = () => Promise.resolve();
      expect({ told, code: ended.code }).toEqual({ told: true, code: 1 });
      expect(ended.stderr).toMatch(/^INTERRUPTED: /);
      expect(ended.stdout).toBe("");
      return ended;
    }

    test.each([
      ["before it looks for the version", "model-versions/search", 0],
      ["while a file is on its way", "container/", 0],
      ["while the version is being made", "model-versions/create", 1],
      ["before the runs are told", "runs/log-batch", 1],
    ])("%s, registers all or nothing, and once when it is started again", async (_, call, versions) => {
      const env = jobEnv("register1");
      if (call === "runs/log-batch") server.trouble(call, "cut before");
      await run("register", env, call);
      expect(server.versions).toHaveLength(versions);
      expect(logged("register1", "tags")).toEqual({});
      expect(warnings).toEqual([]);
      const flags = { model, candidate: path.join(made, "candidate"), decision: path.join(made, "decision") };
      const outcome = await registerJob(contextOf(env), flags);
      expect(outcome).toMatchObject({ "mlops.outcome": "registered", "mlops.version": "diabetes:1" });
      expect(await registry().list()).toHaveLength(1);
      await registry().download({ name: model, version: 1 }, folder("copy"));
      expect(logged("register1", "tags")).toEqual(outcome);
    });

    test("when a candidate is trained and not yet handed on, leaves none", async () => {
      await cp(path.join(made, "data"), folder("data"), { recursive: true });
      await cp(path.join(made, "report"), folder("report"), { recursive: true });
      await run("train", { ...jobEnv("train1"), TMPDIR: folder() }, "runs/log-batch", folder());
      const left = (await readdir(folder())).filter((name) => !name.startsWith("tsx-"));
      expect(left.sort()).toEqual(["data", "report"]);
    });
  });
});
