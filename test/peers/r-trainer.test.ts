import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { repository, Workplace } from "../e2e/mlops";
import { describeUnless } from "./python-tools";

const page = readFileSync(path.join(repository, "docs/how-to/train-with-r.md"), "utf8");
const [train = "", onnx = ""] = [...page.matchAll(/```r\n(.*?)```/gs)].map(([, code = ""]) => code);
const [, trainer = ""] = /```ts\n(.*?)```/s.exec(page) ?? [];
const [, init = ""] = /npm run mlops -- (init .*)/.exec(page) ?? [];

const skipReason =
  spawnSync("Rscript", ["--version"]).status === 0 ? undefined : "there is no Rscript on the PATH";

describeUnless(skipReason, "the programs of the guide for R, as they are on the page", () => {
  const place = new Workplace();
  const models = path.join(place.home, "models");
  const env = { MLOPS_MODELS: models };
  beforeAll(() => mkdirSync(models));
  afterAll(() => place.remove());

  test("a gamma regression goes from a file to production, where it predicts what R does", async () => {
    const args = [...init.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
    expect(await place.run(args, env)).toMatchObject({ code: 0, stderr: "" });
    const folder = path.join(models, "claims");
    const definition = path.join(folder, "model.ts");
    const drafted = readFileSync(definition, "utf8");
    const written = drafted.replace(/^ {2}trainer: .*\n/m, trainer);
    expect(written).toMatch(/trainer: .* format: "csv" },\n/);
    writeFileSync(definition, written);
    writeFileSync(path.join(folder, "train.R"), train);
    writeFileSync(path.join(folder, "onnx.R"), onnx);

    const started = place.start(["lifecycle", "--model", "claims", "--yes", "--keep-serving"], env);
    await started.printed("Ctrl-C stops it.");
    const url = await place.productionUrl("claims", env);
    const response = await fetch(`${url}/score`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ data: [[109, 26, "Turku"]] }),
    });
    const { result } = (await response.json()) as { readonly result: readonly number[] };
    const [id = ""] = readdirSync(place.path("runs"));
    started.process.kill("SIGINT");
    await started.ended;
    // R's own summary of the fit, as it has printed it.
    const log = readFileSync(place.path("runs", id, "trainer.log"), "utf8");
    const estimate = (name: string): number =>
      Number(new RegExp(`^${name}\\s+(-?[\\d.]+)`, "m").exec(log)?.[1]);
    const sum =
      estimate("\\(Intercept\\)") +
      109 * estimate("area") +
      26 * estimate("`building age`") +
      estimate("townTurku");
    expect(Math.abs((result[0] ?? NaN) / Math.exp(sum) - 1)).toBeLessThan(1e-3);
  });
});
