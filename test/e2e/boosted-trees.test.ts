import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { DeploymentStatus } from "../../platform/release/deployment";
import { repository, Workplace } from "./mlops";

const place = new Workplace();
const models = path.join(place.home, "models");
const env = { MLOPS_MODELS: models };
beforeAll(() => mkdirSync(models));
afterAll(() => place.remove());

const passenger = { pclass: 1, sex: "female", age: 30, sibsp: 0, parch: 0, fare: 80, embarked: "S" };

test("boosted trees go from a file to production, where they explain their predictions", async () => {
  const data = path.join(repository, "models", "titanic", "data.csv");
  expect((await place.run(["init", "ship", "--from", data, "--target", "survived"], env)).code).toBe(0);
  const definition = path.join(models, "ship", "model.ts");
  const drafted = readFileSync(definition, "utf8");
  expect(drafted).toMatch(/trainer: \{[^}]*\}/);
  writeFileSync(definition, drafted.replace(/trainer: \{[^}]*\}/, `trainer: { kind: "boosted-trees" }`));
  const started = place.start(["lifecycle", "--model", "ship", "--yes", "--keep-serving"], env);
  await started.printed("Ctrl-C stops it.");
  const { deployments } = await place.json<{ deployments: DeploymentStatus[] }>(
    ["status", "--model", "ship"],
    0,
    env,
  );
  const production = deployments.find(({ environment }) => environment === "prod");
  expect(production).toMatchObject({ stable: { model: "ship:1" } });
  const response = await fetch(`${production?.url}/score?explain=true`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ data: [passenger, { ...passenger, sex: "male", pclass: 3 }] }),
  });
  const answer = (await response.json()) as {
    probabilities: [number, number][];
    explanation: { scale: string; base: number; contributions: Record<string, number>[] };
  };
  expect(response.status).toBe(200);
  const { scale, base, contributions } = answer.explanation;
  expect(scale).toBe("log-odds");
  const chances = answer.probabilities.map(([, survived]) => survived);
  const sums = contributions.map((row) => Object.values(row).reduce((sum, value) => sum + value, base));
  sums.forEach((sum, row) => expect(1 / (1 + Math.exp(-sum))).toBeCloseTo(chances[row] ?? NaN, 9));
  // Women of the first class were saved first.
  expect(chances[0]).toBeGreaterThan(0.9);
  expect(chances[1]).toBeLessThan(0.3);
  expect(contributions[0]?.sex).toBeGreaterThan(0.5);
  started.process.kill("SIGINT");
  await started.ended;
});
