import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestsOfFiles } from "../../platform/base/files";
import { readLineage } from "../../platform/model/model-directory";
import { openLocalRegistry } from "../../platform/registry/local/local-registry";
import type { BuiltImage } from "../../build/image";
import { repository, Workplace } from "../e2e/mlops";
import { commandSpec } from "../../infra/components/training/training-specs";
import {
  buildImages,
  docker,
  dockerOutput,
  hardened,
  inspect,
  nodeImage,
  skipReason,
  trainingProgram,
} from "./engine";

/** Files of a model directory that say when and by which run it was made. */
const dated = ["MLmodel", "README.md", "lineage.json"];

(skipReason === undefined ? describe : describe.skip)(
  `the training image${skipReason ? ` (skipped: ${skipReason})` : ""}`,
  () => {
    const workplace = new Workplace();
    let image: BuiltImage;
    let folder: string;

    /** Runs a step with the test's folder mounted, as whoever runs the test: that is whose the results are. */
    function step(...args: string[]): ReturnType<typeof docker> {
      const user = [process.getuid?.() ?? 0, process.getgid?.() ?? 0].join(":");
      return docker(
        "run",
        "--rm",
        "--network",
        "none",
        ...hardened,
        "--user",
        user,
        "--volume",
        `${folder}:/work`,
        image.reference,
        ...trainingProgram,
        ...args,
      );
    }

    beforeAll(async () => {
      const { stderr, images } = await buildImages(workplace, [
        "--only",
        "training",
        "--node-image",
        nodeImage,
      ]);
      if (images[0] === undefined) throw new Error(`the build failed: ${stderr}`);
      image = images[0];
    }, 180_000);

    beforeEach(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "mlops-training-"));
      await chmod(folder, 0o755);
      await copyFile(path.join(repository, "models/diabetes/data.csv"), path.join(folder, "data.csv"));
    });

    afterEach(() => rm(folder, { recursive: true, force: true }));

    afterAll(async () => {
      await docker("rmi", "--force", image.reference);
      await workplace.remove();
    }, 60_000);

    const given = ["--model", "diabetes", "--data", "data.csv"];

    test("makes, bit for bit, the model that is made without it", async () => {
      const trained = await step("train", ...given, "--output", "model", "--run", "a-run");
      expect(trained.stderr).toBe("");
      const run = await workplace.json<{ id: string }>(["train", "--model", "diabetes"]);
      const local = workplace.path("runs", run.id, "model");
      const here = (await digestsOfFiles(path.join(folder, "model"))).filter(
        (file) => !dated.includes(file.path),
      );
      expect(here).toEqual((await digestsOfFiles(local)).filter((file) => !dated.includes(file.path)));
      expect(here.map((file) => file.path)).toEqual(
        expect.arrayContaining(["model.onnx", "golden.json", "metrics.json", "reference.json"]),
      );
      const [own, others] = [await readLineage(path.join(folder, "model")), await readLineage(local)];
      expect(own).toMatchObject({
        model: "diabetes",
        run: "a-run",
        definitionDigest: others.definitionDigest,
      });
      expect(own.data).toEqual(others.data);
      const { Config } = await inspect(image.reference);
      const revision = Config.Labels["org.opencontainers.image.revision"] ?? "";
      expect(own.code).toEqual(
        revision === "" ? {} : { commit: revision.slice(0, 40), dirty: revision.endsWith("-dirty") },
      );
    });

    test("starts nothing by itself, so that Azure Machine Learning can prepare a job in it and start the job's command", async () => {
      const { Config } = await inspect(image.reference);
      expect(["", "0", "0:0", "root"]).toContain(Config.User);
      expect(Config.Entrypoint ?? []).toEqual([]);
      const { code, stdout } = await docker("run", "--rm", "--network", "none", image.reference);
      expect([code, stdout]).toEqual([0, expect.stringMatching(/^Usage: mlops-training/)]);
    });

    test("runs the steps of a job as its own user, by a shell, in mounted folders of root that nobody else may enter", async () => {
      const mounted = "/mnt/azureml";
      const shell = (command: string): ReturnType<typeof docker> =>
        docker(
          ...["run", "--rm", "--init", "--network", "none", "--volume", `${folder}:${mounted}`],
          ...[image.reference, "/bin/sh", "-c", command],
        );
      // Whoever runs this test owns the folder until then, and again afterwards.
      const own = `chown -R ${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0} ${mounted}`;
      const close = `mkdir ${mounted}/report ${mounted}/candidate ${mounted}/decision && chown -R 0:0 ${mounted} && chmod -R go-rwx ${mounted}`;
      expect(await shell(close)).toMatchObject({ code: 0 });
      try {
        for (const name of ["check", "train", "evaluate", "register"] as const) {
          // The very command that the pipeline has, with the folders that Azure puts in.
          const { command } = commandSpec("diabetes", name, "environment");
          const places = command.replaceAll(/\$\{\{(?:in|out)puts\.(\w+)\}\}/g, (_, flag: string) =>
            flag === "data" ? `${mounted}/data.csv` : `${mounted}/${flag === "checked" ? "report" : flag}`,
          );
          const registry = name === "train" ? "" : ` --registry ${mounted}/registry`;
          const { code, stderr } = await shell(`${places}${registry}`);
          expect([name, code, stderr]).toEqual([name, 0, ""]);
        }
        const { stdout } = await shell(`cd ${mounted} && ls registry/diabetes/1 decision`);
        expect(stdout).toMatch(/judged\.json/);
      } finally {
        await shell(own);
      }
    }, 120_000);

    test("has another model as a last layer, on all that it had before", async () => {
      const models = workplace.path("models");
      await cp(path.join(repository, "models/diabetes"), path.join(models, "other"), { recursive: true });
      const file = path.join(models, "other", "model.ts");
      const definition = await readFile(file, "utf8");
      await writeFile(
        file,
        definition
          .replace(/name: "diabetes"/, 'name: "other"')
          .replaceAll(/"\.\.\/\.\.\/platform/g, `"${repository}/platform`),
      );
      const build = ["--only", "training", "--node-image", nodeImage];
      const { images, stderr } = await buildImages(workplace, build, { MLOPS_MODELS: models });
      const other = images[0]?.reference ?? stderr;
      try {
        expect(other).not.toBe(image.reference);
        const [before, after] = [await inspect(image.reference), await inspect(other)].map(
          ({ RootFS }) => RootFS.Layers,
        );
        expect(after?.slice(0, -1)).toEqual(before?.slice(0, -1));
        expect(after?.at(-1)).not.toBe(before?.at(-1));
      } finally {
        await docker("rmi", "--force", other);
      }
    }, 180_000);

    test("checks, trains, evaluates and registers into a mounted registry", async () => {
      const checked = await step("data", "check", ...given);
      expect(JSON.parse(checked.stdout)).toMatchObject({ rows: 442, findings: [] });
      expect((await step("train", ...given, "--output", "model")).code).toBe(0);
      const evaluated = await step("evaluate", ...given, "--candidate", "model", "--output", ".");
      expect(JSON.parse(evaluated.stdout)).toMatchObject({ promote: true, reason: "no-champion" });
      const register = ["register", "--candidate", "model", "--decision", "decision.json"];
      const registered = await step(...register, "--registry", "registry");
      expect(JSON.parse(registered.stdout)).toMatchObject({ version: "diabetes:1", existed: false });
      const again = await step(...register, "--registry", "registry");
      expect(JSON.parse(again.stdout)).toMatchObject({ version: "diabetes:1", existed: true });
      const registry = openLocalRegistry(path.join(folder, "registry"), {
        report: (error) => {
          throw error;
        },
      });
      expect(await registry.get({ name: "diabetes", version: 1 })).toMatchObject({
        tags: { decision: "no-champion" },
      });
    });

    test("keeps a champion that is as good, and says so with exit code 1", async () => {
      expect((await step("train", ...given, "--output", "champion/model")).code).toBe(0);
      await writeFile(path.join(folder, "champion/package.json"), JSON.stringify({ model: "diabetes:1" }));
      const compared = ["--champion", "champion"];
      expect((await step("train", ...given, ...compared, "--output", "model")).code).toBe(0);
      const evaluate = ["evaluate", ...given, ...compared, "--candidate", "model", "--output", "."];
      const evaluated = await step(...evaluate);
      expect(evaluated.code).toBe(1);
      expect(JSON.parse(evaluated.stdout)).toMatchObject({ promote: false, reason: "not-better" });
      const register = ["--candidate", "model", "--decision", "decision.json", "--registry", "registry"];
      const refused = await step("register", ...register);
      expect(refused).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^CONFLICT: Not registered: /) as string,
      });
    });

    test("refuses data with a fault, and names it", async () => {
      const text = await readFile(path.join(folder, "data.csv"), "utf8");
      await writeFile(path.join(folder, "data.csv"), text.replace("bmi", "bmj"));
      expect((await step("data", "check", ...given)).code).toBe(1);
      const trained = await step("train", ...given, "--output", "model");
      expect(trained.code).toBe(1);
      expect(trained.stderr).toMatch(/^DATA_INVALID: .*Nothing was trained[\s\S]*"bmi"/);
    });

    test("takes a definition and its data from a mounted folder of models", async () => {
      const models = path.join(folder, "models", "diabetes");
      await mkdir(models, { recursive: true });
      await copyFile(path.join(folder, "data.csv"), path.join(models, "data.csv"));
      const definition = await docker(
        ...["run", "--rm", "--entrypoint", "node", image.reference, "--print"],
        'fs.readFileSync("/srv/models/diabetes/model.js", "utf8")',
      );
      await writeFile(path.join(models, "model.js"), definition.stdout);
      const user = [process.getuid?.() ?? 0, process.getgid?.() ?? 0].join(":");
      const mounted = ["--user", user, "--volume", `${folder}:/work`, "--env", "MLOPS_MODELS=models"];
      const output = await dockerOutput(
        ...["run", "--rm", "--network", "none", ...hardened, ...mounted],
        ...[image.reference, ...trainingProgram, "train", "--model", "diabetes", "--output", "model"],
      );
      expect(JSON.parse(output)).toMatchObject({ lineage: { data: { rows: 442 } } });
    });

    test.each([
      [["trian"], /unknown command 'trian'\n\(Did you mean train\?\)/],
      [["train", "--model", "diabetes"], /required option '--output <folder>' not specified/],
      [["train", "--model", "diabtes", "--output", "model"], /NOT_FOUND: There is no model "diabtes"/],
    ])("refuses %j", async (args, message) => {
      const { code, stderr } = await step(...args);
      expect(code).toBe(stderr.startsWith("NOT_FOUND") ? 1 : 2);
      expect(stderr).toMatch(message);
    });

    test("holds the SQL engine, no development tool and no data", async () => {
      const files = await dockerOutput(
        ...["run", "--rm", "--network", "none", "--entrypoint", "node", image.reference, "--print"],
        'JSON.stringify(fs.readdirSync("/srv", { recursive: true }))',
      );
      const names = JSON.parse(files) as string[];
      expect(names).toContain(`node_modules/@duckdb/node-bindings-linux-${process.arch}/libduckdb.so`);
      expect(
        names.filter((name) => /\.(ts|csv|parquet|dll|dylib)$|esbuild|typescript|jest/.test(name)),
      ).toEqual([]);
    });
  },
);
