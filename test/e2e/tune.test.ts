import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { repository, Workplace } from "./mlops";

const place = new Workplace();
const models = path.join(place.home, "models");
const env = { MLOPS_MODELS: models };
beforeAll(() => mkdirSync(models));
afterAll(() => place.remove());

interface Tuned {
  readonly id: string;
  readonly outcome: string;
  readonly tuning: { readonly best: number; readonly candidates: { readonly settings: object }[] };
}

test("settings are found, trained with, written and compared with what was before", async () => {
  const data = path.join(repository, "models", "diabetes", "data.csv");
  const init = ["init", "sugar", "--from", data, "--target", "progression"];
  expect((await place.run(init, env)).code).toBe(0);
  const file = path.join(models, "sugar", "model.ts");
  const before = readFileSync(file, "utf8");
  const model = ["--model", "sugar"];
  const first = await place.json<{ id: string }>(["train", ...model], 0, env);

  const unwritten = await place.json<Tuned>(["tune", ...model, "--try", "alpha=1,10,1000"], 0, env);
  expect(unwritten).toMatchObject({ outcome: "trained", tuning: { best: 1 } });
  expect(readFileSync(file, "utf8")).toBe(before);

  const random = ["--try", "alpha=0.1..1000", "--random", "4", "--folds", "3", "--write"];
  const written = await place.json<Tuned>(["tune", ...model, ...random], 0, env);
  const { settings } = written.tuning.candidates[written.tuning.best] ?? {};
  const { alpha } = settings as { alpha: number };
  expect(readFileSync(file, "utf8")).toBe(before.replace("alpha: 1 ", `alpha: ${alpha} `));

  const comparison = await place.json<{ parameters: unknown[]; definition: unknown[] }>(
    ["runs", "compare", first.id, written.id, ...model],
    0,
    env,
  );
  expect(comparison).toMatchObject({
    parameters: [{ path: "alpha", a: 1, b: alpha }],
    data: [],
    definition: [],
  });
  const listed = await place.json<{ id: string; parameters: object }[]>(["runs", ...model], 0, env);
  expect(listed.map(({ id }) => id)).toEqual([written.id, unwritten.id, first.id]);
  expect(listed[1]?.parameters).toEqual({ kind: "ridge", alpha: 10 });
  // What was tuned goes on as every other run.
  const evaluated = await place.json<{ outcome: string }>(["evaluate", ...model], 0, env);
  expect(evaluated.outcome).toBe("promotable");
});

test("parameters of a program are tried, written and trained with", async () => {
  const data = path.join(repository, "models", "diabetes", "data.csv");
  const init = ["init", "syrup", "--from", data, "--target", "progression", "--trainer", "command"];
  const program = "node fit.js {data} {output}";
  expect((await place.run([...init, "--run", program], env)).code).toBe(0);
  const folder = path.join(models, "syrup");
  const file = path.join(folder, "model.ts");
  // Models to choose from: all that this program does is to take the one that its parameter names.
  for (const alpha of ["1", "1e6"]) {
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace(/trainer: \{.*\}/, `trainer: { kind: "ridge", alpha: ${alpha} }`),
    );
    const { id } = await place.json<Tuned>(["train", "--model", "syrup"], 0, env);
    copyFileSync(place.path("runs", id, "model", "model.onnx"), path.join(folder, `${Number(alpha)}.onnx`));
  }
  writeFileSync(
    path.join(folder, "fit.js"),
    `const [data, output] = process.argv.slice(2);
     const { parameters } = require(data + "/definition.json").trainer;
     require("node:fs").copyFileSync(parameters.alpha + ".onnx", output + "/model.onnx");`,
  );
  const run = program.split(" ");
  const trainer = (alpha: number): string =>
    `trainer: { kind: "command", run: ${JSON.stringify(run)}, parameters: { alpha: ${alpha} } }`;
  writeFileSync(file, readFileSync(file, "utf8").replace(/trainer: \{.*\}/, trainer(1_000_000)));

  const nothing = await place.run(["tune", "--model", "syrup"], env);
  expect(nothing.code).not.toBe(0);
  expect(nothing.stderr).toContain(
    "Of the command trainer nothing is tried unless it is said. Expected values of what its program reads, by --try: parameters.alpha.",
  );
  const search = ["--try", "parameters.alpha=1000000,1", "--folds", "2", "--write"];
  const tuned = await place.json<Tuned>(["tune", "--model", "syrup", ...search], 0, env);
  expect(tuned).toMatchObject({ outcome: "trained", tuning: { best: 1 } });
  expect(readFileSync(file, "utf8")).toContain(trainer(1));
});

test.each([
  [["--try", "alpha=1..2"], "which a grid cannot go through"],
  [["--try", "alfa=1"], "alfa"],
  [["--folds", "1"], "Expected a whole number from 2 to 20"],
])("tune %j is wrong usage", async (flags, message) => {
  const { code, stderr } = await place.run(["tune", ...flags]);
  expect(code).not.toBe(0);
  expect(stderr).toContain(message);
});
