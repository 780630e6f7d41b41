import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { openMlflowRegistry } from "../../platform/registry/mlflow/mlflow-registry";
import type { Registry } from "../../platform/registry/registry";
import { isLoopback } from "../../platform/http/address";
import { openMlflowTracking } from "../../platform/registry/mlflow/mlflow-tracking";
import { makeModelDirectory } from "../platform/registry/model-fixture";
import { registryContract } from "../platform/registry/registry.contract";
import { useTemporaryFolder } from "../platform/base/temporary-folder";

/** Tracking URI of a server of these tests' own: each of them empties its registry. */
const trackingUri = process.env.MLFLOW_TEST_URI;
const skipReason = trackingUri === undefined ? "MLFLOW_TEST_URI is not set" : undefined;

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

async function emptyServer(): Promise<void> {
  const { hostname } = new URL(trackingUri ?? "");
  if (!isLoopback(hostname)) throw new Error(`MLFLOW_TEST_URI is on ${hostname}; these tests delete models.`);
  const { registered_models: models = [] } = (await ask("registered-models/search?max_results=1000")) as {
    registered_models?: { name: string }[];
  };
  for (const { name } of models) await ask("registered-models/delete", { name }, "DELETE");
}

async function makeRun(): Promise<string> {
  const { run } = (await ask("runs/create", { experiment_id: "0" })) as { run: { info: { run_id: string } } };
  return run.info.run_id;
}

interface Run {
  readonly info: { readonly status: string; readonly artifact_uri: string };
  readonly data: Readonly<
    Record<"params" | "metrics" | "tags", { key: string; value: unknown }[] | undefined>
  >;
}

async function readRun(runId: string): Promise<Run> {
  return ((await ask(`runs/get?run_id=${runId}`)) as { run: Run }).run;
}

async function readVersion(name: string, version: number): Promise<{ run_id: string; source: string }> {
  const answer = await ask(`model-versions/get?name=${name}&version=${version}`);
  return (answer as { model_version: { run_id: string; source: string } }).model_version;
}

(skipReason === undefined ? describe : describe.skip)(
  `a registry in a real MLflow server${skipReason ? ` (skipped: ${skipReason})` : ""}`,
  () => {
    const folder = useTemporaryFolder();
    const report = (error: Error): void => {
      throw error;
    };
    const open = (runId?: string): Registry =>
      openMlflowRegistry({ trackingUri: trackingUri ?? "", report, ...(runId !== undefined && { runId }) });

    beforeEach(emptyServer);

    registryContract(() => Promise.resolve(open()), folder);

    test("registers from a job's run, which has the model's files, parameters, metrics and tags", async () => {
      const runId = await makeRun();
      const tracking = openMlflowTracking({ trackingUri: trackingUri ?? "", runId });
      const parameters = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`p${index}`, "ü"]));
      await tracking.logParameters(parameters);
      await tracking.logParameters(parameters);
      await tracking.logMetrics({ rmse: 50.634375, r2: -1e-9 });
      await tracking.setTags({ "mlops/data": "sha256:1" });
      const registered = await open(runId).register(
        "diabetes",
        await makeModelDirectory(folder("model")),
        {},
      );

      const { info, data } = await readRun(runId);
      expect(info.status).toBe("RUNNING");
      expect(data.params).toHaveLength(150);
      expect(data.metrics).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ key: "rmse", value: 50.634375 }),
          expect.objectContaining({ key: "r2", value: -1e-9 }),
        ]),
      );
      expect(data.tags).toContainEqual({ key: "mlops/data", value: "sha256:1" });
      const stored = await readVersion("diabetes", registered.version);
      expect(stored.run_id).toBe(runId);
      expect(stored.source.startsWith(`${info.artifact_uri}/`)).toBe(true);
    });

    test("ends the run that it made for a registration by hand", async () => {
      await open().register("diabetes", await makeModelDirectory(folder("model")), {});
      const { run_id: runId } = await readVersion("diabetes", 1);
      expect((await readRun(runId)).info.status).toBe("FINISHED");
    });

    test("gives eight writers at once eight different versions, and the last alias that was set", async () => {
      const directory = await makeModelDirectory(folder("model"));
      const versions = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          open().register("diabetes", directory, { writer: `${index}` }),
        ),
      );
      const numbers = versions.map(({ version }) => version).sort((a, b) => a - b);
      expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      const writers = (await open().list("diabetes")).map(({ tags }) => tags.writer).sort();
      expect(writers).toEqual(["0", "1", "2", "3", "4", "5", "6", "7"]);

      await Promise.all(versions.slice(0, 6).map((ref) => open().setAlias(ref, "champion")));
      const holders = (await open().list("diabetes")).filter(({ aliases }) => aliases.includes("champion"));
      expect(holders).toHaveLength(1);
      expect(await open().findAlias("diabetes", "champion")).toEqual(holders[0]);
      // By the server's own alias, so that models:/diabetes@champion is found by every client.
      const version = String(holders[0]?.version);
      expect(await ask("registered-models/alias?name=diabetes&alias=champion")).toMatchObject({
        model_version: { version },
      });
      await ask("model-versions/delete", { name: "diabetes", version }, "DELETE");
      expect(await open().findAlias("diabetes", "champion")).toBeUndefined();
    });

    test("serves `mlops`, whose second run registers nothing", async () => {
      const mlops = async (...args: string[]): Promise<string> => {
        const repository = path.join(__dirname, "..", "..");
        const { stdout } = await promisify(execFile)(
          process.execPath,
          ["--require", "tsx/cjs", "cli/main.ts", ...args],
          {
            cwd: repository,
            env: { ...process.env, MLOPS_HOME: folder("home"), MLOPS_REGISTRY: trackingUri },
          },
        );
        return stdout;
      };
      expect(await mlops("lifecycle", "--until", "register")).toContain("diabetes:1");
      await mlops("lifecycle", "--until", "register");
      expect(await open().list()).toHaveLength(1);
      const { run_id: runId } = await readVersion("diabetes", 1);
      const { info, data } = await readRun(runId);
      expect(info.status).toBe("FINISHED");
      // Both runs are there to be compared, the one that registered nothing, too.
      const ids = (JSON.parse(await mlops("runs", "--json")) as { id: string }[]).map(({ id }) => id);
      const { experiment } = (await ask("experiments/get-by-name?experiment_name=diabetes")) as {
        experiment: { experiment_id: string };
      };
      const { runs: found } = (await ask("runs/search", {
        experiment_ids: [experiment.experiment_id],
        order_by: ["attributes.start_time DESC"],
        max_results: 2,
      })) as { runs: Run[] };
      const tagOf = (run: Run, name: string): unknown =>
        run.data.tags?.find(({ key }) => key === name)?.value;
      expect(found.map((run) => tagOf(run, "mlops_run"))).toEqual(ids);
      expect(found.map((run) => tagOf(run, "mlops.promote"))).toEqual([expect.any(String), "true"]);
      for (const run of found) {
        // Registering writes the same once more, which is no second point.
        expect(run.data.metrics?.filter(({ key }) => key === "held_out_rmse")).toHaveLength(1);
        expect(run.data.params).toContainEqual({ key: "alpha", value: "1" });
      }
      expect(data.params).toContainEqual({ key: "kind", value: "ridge" });
      expect(data.metrics).toContainEqual(expect.objectContaining({ key: "held_out_rmse" }));
      await open().download({ name: "diabetes", version: 1 }, folder("copy"));
      expect(await readFile(folder("copy", "MLmodel"), "utf8")).toContain("diabetes");
    });
  },
);
