import { mkdirSync, readFileSync } from "node:fs";
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

test.each([
  [["--try", "alpha=1..2"], "which a grid cannot go through"],
  [["--try", "alfa=1"], "alfa"],
  [["--folds", "1"], "Expected a whole number from 2 to 20"],
])("tune %j is wrong usage", async (flags, message) => {
  const { code, stderr } = await place.run(["tune", ...flags]);
  expect(code).not.toBe(0);
  expect(stderr).toContain(message);
});
