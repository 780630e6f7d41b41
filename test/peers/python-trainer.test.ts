import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { RunRecord } from "../../cli/runs/runs";
import { readLineage } from "../../platform/model/model-directory";
import { repository, Workplace } from "../e2e/mlops";
import { describeUnless } from "./python-tools";
import { rents } from "./rents";
import { pathWithPython, skipReason } from "./trainer-python";

describeUnless(skipReason, "a model with the python trainer, from a file to production", () => {
  const place = new Workplace();
  const models = path.join(place.home, "models");
  const env = { MLOPS_MODELS: models, PATH: pathWithPython };
  beforeAll(() => mkdirSync(models));
  afterAll(() => place.remove());

  test(
    "LightGBM with categories goes from init to production, with its environment in the lineage",
    async () => {
      const file = path.join(place.home, "rents.csv");
      writeFileSync(file, rents(2500));
      const init = ["init", "rent", "--from", file, "--target", "rent", "--trainer", "python"];
      expect(await place.run(init, env)).toMatchObject({ code: 0, stderr: "" });
      const run = await place.json<RunRecord>(["lifecycle", "--model", "rent", "--yes"], 0, env);
      expect(run).toMatchObject({ outcome: "released", version: "rent:1" });
      const lineage = await readLineage(place.path("runs", run.id, "model"));
      expect(lineage.program?.environment).toMatchObject({
        python: expect.stringMatching(/^3\.\d+\.\d+$/) as unknown,
        packages: expect.arrayContaining(["lightgbm==4.7.0", "onnxmltools==1.16.0"]) as unknown,
      });
      expect(lineage.program?.files.map(({ path: name }) => name)).toEqual(
        expect.arrayContaining(["train.py", "mlops_model/save.py"]),
      );
      const metrics = JSON.parse(
        readFileSync(place.path("runs", run.id, "model", "metrics.json"), "utf8"),
      ) as { heldOut: { metrics: { r2: number } } };
      expect(metrics.heldOut.metrics.r2).toBeGreaterThan(0.97);
      expect(readFileSync(place.path("runs", run.id, "trainer.log"), "utf8")).toMatch(
        /LGBMRegressor: 1\d{3} rows, \d+ trees\n/,
      );

      const tested = await place.run(["python", "--model", "rent", "-m", "unittest"], env);
      expect(tested.stderr).toMatch(/\nOK\n/);

      // Equal data, program, packages and seed give an equal model, as far as its bits.
      const again = await place.json<RunRecord>(["train", "--model", "rent"], 0, env);
      const [first, second] = [run, again].map(({ id }) =>
        readFileSync(place.path("runs", id, "model", "model.onnx")),
      );
      expect(second?.equals(first ?? Buffer.alloc(0))).toBe(true);

      // One rate is far too small for the trees that there are.
      const search = ["--try", "parameters.learning_rate=0.0001,0.05", "--folds", "2"];
      const { tuning } = await place.json<{ tuning: { best: number; candidates: { mean?: number }[] } }>(
        ["tune", "--model", "rent", ...search],
        0,
        env,
      );
      expect(tuning.best).toBe(1);
      expect(tuning.candidates[1]?.mean).toBeLessThan((tuning.candidates[0]?.mean ?? 0) / 2);
    },
    30 * 60_000,
  );

  test(
    "scikit-learn tells three kinds of wine apart, from init to production",
    async () => {
      const file = path.join(repository, "test/e2e/fixtures/classes/wine.csv");
      const init = ["init", "wine", "--from", file, "--task", "classification", "--trainer", "python"];
      expect(await place.run([...init, "--library", "sklearn"], env)).toMatchObject({ code: 0, stderr: "" });
      const started = place.start(["lifecycle", "--model", "wine", "--yes", "--keep-serving"], env);
      await started.printed("Ctrl-C stops it.");
      const url = await place.productionUrl("wine", env);
      const [header = "", ...lines] = readFileSync(file, "utf8").trim().split("\n");
      const names = header.trim().split(",").slice(0, -1);
      // One of the columns has a slash in its name, which its converter does not take.
      expect(names).toContain("od280/od315_of_diluted_wines");
      const rows = lines.map((line) => line.split(",").map(Number));
      const response = await fetch(`${url}/score`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          data: rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]]))),
        }),
      });
      const { result, classes } = (await response.json()) as {
        readonly result: readonly number[];
        readonly classes: readonly number[];
      };
      started.process.kill("SIGINT");
      await started.ended;
      expect(classes).toEqual([0, 1, 2]);
      const right = result.filter((kind, row) => kind === rows[row]?.at(-1));
      expect(right.length / rows.length).toBeGreaterThan(0.98);
    },
    30 * 60_000,
  );

  test(
    "scikit-learn tells two classes apart",
    async () => {
      const file = path.join(repository, "models/titanic/data.csv");
      const init = ["init", "ship", "--from", file, "--target", "survived", "--trainer", "python"];
      expect(await place.run([...init, "--library", "sklearn"], env)).toMatchObject({ code: 0, stderr: "" });
      const run = await place.json<RunRecord>(
        ["lifecycle", "--model", "ship", "--until", "register"],
        0,
        env,
      );
      expect(run.version).toBe("ship:1");
      const tested = await place.run(["python", "--model", "ship", "-m", "unittest"], env);
      expect(tested.stderr).toMatch(/\nOK\n/);
    },
    30 * 60_000,
  );
});
