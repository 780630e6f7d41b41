import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { openMlflowRegistry } from "../../platform/registry/mlflow/mlflow-registry";
import type { Registry } from "../../platform/registry/registry";
import { isLoopback } from "../../platform/http/address";
import { repository, Workplace } from "../e2e/mlops";
import {
  start,
  stepFlags,
  writeDataFolder,
  type EndedStep,
  type JobStep,
  type StartedStep,
} from "../training/job/job-fixture";
import { buildImages, docker, nodeImage, skipReason as noEngine, trainingProgram } from "./engine";

/** Tracking URI of a server of these tests' own: they remove the model that they register. */
const trackingUri = process.env.MLFLOW_TEST_URI;
const noServer = trackingUri === undefined ? "MLFLOW_TEST_URI is not set" : undefined;
const model = "diabetes";

async function ask(
  call: string,
  body?: unknown,
  method = body === undefined ? "GET" : "POST",
): Promise<unknown> {
  const response = await fetch(`${trackingUri}/api/2.0/mlflow/${call}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${call}: HTTP ${response.status} ${await response.text()}`);
  return response.json();
}

interface Run {
  readonly params: Record<string, string>;
  readonly metrics: Record<string, number>;
  readonly tags: Record<string, string>;
}

/** What a run holds, by name; MLflow's own tags left out. */
async function readRun(id: string): Promise<Run> {
  type Items = { key: string; value: unknown }[] | undefined;
  const { run } = (await ask(`runs/get?run_id=${id}`)) as {
    run: { data: Record<"params" | "metrics" | "tags", Items> };
  };
  const byName = (items: Items): Record<string, unknown> =>
    Object.fromEntries(
      (items ?? []).filter(({ key }) => !key.startsWith("mlflow.")).map(({ key, value }) => [key, value]),
    );
  const { params, metrics, tags } = run.data;
  return { params: byName(params), metrics: byName(metrics), tags: byName(tags) } as Run;
}

async function makeRun(): Promise<string> {
  const { run } = (await ask("runs/create", { experiment_id: "0" })) as { run: { info: { run_id: string } } };
  return run.info.run_id;
}

/** Programs that run a step: in a container, where `folder` is mounted at `place`, or as they are. */
interface Way {
  readonly name: string;
  readonly skipped: string | undefined;
  /** Builds what is run, and gives the command of a step. */
  prepare(): Promise<(folder: string, env: NodeJS.ProcessEnv) => readonly string[]>;
  readonly place: (folder: string) => string;
  /** What the program needs besides the environment of a job. */
  readonly env?: NodeJS.ProcessEnv;
  remove(): Promise<void>;
}

function bundled(): Way {
  let built = "";
  return {
    name: "the bundled program",
    skipped: noServer,
    place: (folder) => folder,
    async prepare() {
      built = await mkdtemp(path.join(tmpdir(), "mlops-bundled-"));
      const build = ["--require", "tsx/cjs", "build/main.ts", built, "training"];
      await promisify(execFile)(process.execPath, build, { cwd: repository });
      return () => [process.execPath, "--enable-source-maps", path.join(built, "training/app/main.js")];
    },
    // As the image sets it: the definitions were compiled into it.
    get env() {
      return { MLOPS_MODELS: path.join(built, "training/models") };
    },
    remove: () => rm(built, { recursive: true, force: true }),
  };
}

function inImage(): Way {
  const workplace = new Workplace();
  let image = "";
  return {
    name: "the training image",
    skipped: noServer ?? noEngine,
    place: () => "/mnt/azureml",
    async prepare() {
      const { stderr, images } = await buildImages(workplace, [
        "--only",
        "training",
        "--node-image",
        nodeImage,
      ]);
      if (images[0] === undefined) throw new Error(`the build failed: ${stderr}`);
      image = images[0].reference;
      // As the image's own user, as on a node.
      return (folder, env) => [
        ...["docker", "run", "--rm", "--init", "--network", "host", "--volume", `${folder}:/mnt/azureml`],
        ...Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
        ...[image, ...trainingProgram],
      ];
    },
    async remove() {
      if (image !== "") await docker("rmi", "--force", image);
      await workplace.remove();
    },
  };
}

for (const way of [bundled(), inImage()]) {
  (way.skipped === undefined ? describe : describe.skip)(
    `the jobs of a pipeline, by ${way.name}${way.skipped ? ` (skipped: ${way.skipped})` : ""}`,
    () => {
      let commandOf: Awaited<ReturnType<Way["prepare"]>>;
      let folder: string;
      let pipeline: string;

      beforeAll(async () => {
        const { hostname } = new URL(trackingUri ?? "");
        if (!isLoopback(hostname))
          throw new Error(`MLFLOW_TEST_URI is on ${hostname}; these tests delete models.`);
        commandOf = await way.prepare();
      }, 180_000);
      afterAll(() => way.remove(), 60_000);

      beforeEach(async () => {
        folder = await mkdtemp(path.join(tmpdir(), "mlops-jobs-"));
        await writeDataFolder(path.join(folder, "data"));
        pipeline = await makeRun();
        const { registered_models: models = [] } = (await ask("registered-models/search")) as {
          registered_models?: { name: string }[];
        };
        if (models.some(({ name }) => name === model)) {
          await ask("registered-models/delete", { name: model }, "DELETE");
        }
      });
      afterEach(() => rm(folder, { recursive: true, force: true }));

      function registry(): Registry {
        const report = (error: Error): void => {
          throw error;
        };
        return openMlflowRegistry({ trackingUri: trackingUri ?? "", report });
      }

      function startStep(step: JobStep, run: string): StartedStep {
        const env = {
          MLFLOW_TRACKING_URI: trackingUri,
          MLFLOW_RUN_ID: run,
          MLFLOW_EXPERIMENT_ID: "0",
          MLFLOW_EXPERIMENT_NAME: "Default",
          AZUREML_RUN_ID: run,
          AZUREML_ROOT_RUN_ID: pipeline,
          ...way.env,
        };
        return start([...commandOf(folder, env), ...stepFlags(way.place(folder))[step]], env);
      }

      async function run(step: JobStep, id: string): Promise<unknown> {
        const ended: EndedStep = await startStep(step, id).ended;
        if (ended.code !== 0) throw new Error(`${step} ended with ${ended.code}: ${ended.stderr}`);
        expect(ended.stderr).toBe("");
        return JSON.parse(ended.stdout);
      }

      async function runAll(): Promise<Record<JobStep, Run>> {
        const runs: Partial<Record<JobStep, Run>> = {};
        for (const step of ["check", "train", "evaluate", "register"] as const) {
          const id = await makeRun();
          await run(step, id);
          runs[step] = await readRun(id);
        }
        return runs as Record<JobStep, Run>;
      }

      test("log to their runs, register once, and keep a champion that is as good", async () => {
        const first = await runAll();
        expect(first.check.metrics).toMatchObject({ data_rows: 442, data_errors: 0 });
        expect(first.train.params).toMatchObject({ kind: "ridge" });
        expect(first.train.metrics.held_out_rmse).toBeCloseTo(50.63, 2);
        const heldOut = Number(first.train.metrics.held_out_rmse);
        expect(first.evaluate.metrics.candidate_rmse).toBeCloseTo(heldOut, 10);
        expect(first.register.tags).toMatchObject({
          "mlops.outcome": "registered",
          "mlops.version": "diabetes:1",
          "mlops.reason": "no-champion",
        });
        expect((await readRun(pipeline)).tags).toMatchObject({ "mlops.outcome": "registered" });
        await registry().setAlias({ name: model, version: 1 }, "champion");
        await registry().download({ name: model, version: 1 }, path.join(folder, "copy"));
        const onnx = await readFile(path.join(folder, "copy/model.onnx"));
        expect(onnx.equals(await readFile(path.join(folder, "candidate/model/model.onnx")))).toBe(true);

        pipeline = await makeRun();
        const second = await runAll();
        expect(second.check.tags).toMatchObject({ "mlops.compared_with": "diabetes:1" });
        expect(second.evaluate.metrics.champion_rmse).toBeCloseTo(heldOut, 10);
        expect(second.register.tags).toMatchObject({
          "mlops.outcome": "cancelled",
          "mlops.reason": "not-better",
        });
        expect((await readRun(pipeline)).tags).toMatchObject({ "mlops.outcome": "cancelled" });
        expect(await registry().list(model)).toHaveLength(1);
      }, 120_000);

      test("pre-empted at any moment, leave nothing half-done, and complete when started again", async () => {
        const ids = { check: await makeRun(), train: await makeRun(), evaluate: await makeRun() };
        const register = await makeRun();
        for (const step of ["check", "train", "evaluate"] as const)
          await interrupt(step, ids[step], [200, 400]);
        for (const version of await interrupt("register", register, [150, 250, 350, 450, 550, 700])) {
          await registry().download(version, path.join(folder, `copy-${version.version}`));
        }
        expect(await registry().list(model)).toHaveLength(1);
        expect((await readRun(register)).tags).toMatchObject({ "mlops.version": "diabetes:1" });
      }, 120_000);

      /** Ends a step so many milliseconds after its start, each time anew, and then lets it run to its end. */
      async function interrupt(step: JobStep, id: string, moments: readonly number[]): Promise<Version[]> {
        for (const moment of moments) {
          const started = startStep(step, id);
          await pause(moment);
          started.process.kill("SIGTERM");
          const { code, signal, stdout } = await started.ended;
          // One that was done before it could be told has done all.
          expect(code === 0 ? stdout : "").toMatch(code === 0 ? /\}\s*$/ : /^$/);
          expect(code ?? signal).not.toBe(null);
          expect((await registry().list(model)).length).toBeLessThanOrEqual(1);
        }
        await run(step, id);
        return registry().list(model);
      }
    },
  );
}

type Version = Awaited<ReturnType<Registry["list"]>>[number];
