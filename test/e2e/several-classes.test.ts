import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { DeploymentStatus } from "../../platform/release/deployment";
import { repository, Workplace } from "./mlops";

const place = new Workplace();
const models = path.join(place.home, "models");
const env = { MLOPS_MODELS: models };
beforeAll(() => mkdirSync(models));
afterAll(() => place.remove());

const file = (name: string): string => path.join(repository, "test/e2e/fixtures/classes", `${name}.csv`);
const classes = ["setosa", "versicolor", "virginica"];

interface Answer {
  readonly result: readonly string[];
  readonly classes: readonly string[];
  readonly probabilities: readonly (readonly number[])[];
  readonly explanation: {
    readonly scale: string;
    readonly base: readonly number[];
    readonly contributions: readonly Readonly<Record<string, readonly number[]>>[];
  };
}

async function ask(url: string, body: object): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  expect(response.status).toBe(200);
  return response.json();
}

test("three classes go from a file to production, where each row has a class and a probability of each", async () => {
  expect(await place.run(["init", "iris", "--from", file("iris")], env)).toMatchObject({
    code: 0,
    stderr: "",
  });
  expect(readFileSync(path.join(models, "iris", "model.ts"), "utf8")).toContain(
    'values: ["setosa", "versicolor", "virginica"]',
  );
  const started = place.start(["lifecycle", "--model", "iris", "--yes", "--keep-serving"], env);
  await started.printed("Ctrl-C stops it.");
  const { deployments } = await place.json<{ deployments: DeploymentStatus[] }>(
    ["status", "--model", "iris"],
    0,
    env,
  );
  const production = deployments.find(({ environment }) => environment === "prod");
  expect(production).toMatchObject({ stable: { model: "iris:1" } });

  const [header = "", ...lines] = readFileSync(file("iris"), "utf8").trim().split("\n");
  const names = header.split(",").slice(0, -1);
  const flowers = lines.map((line) => line.trim().split(","));
  const data = flowers.map((fields) =>
    Object.fromEntries(names.map((name, index) => [name, Number(fields[index])])),
  );
  const answer = (await ask(`${production?.url}/score?explain=true`, { data })) as Answer;
  expect(answer.classes).toEqual(classes);
  const right = answer.result.filter((name, row) => name === flowers[row]?.at(-1));
  // Setosa is told from the others without an error; of the other two few are taken for each other.
  expect(right.length).toBeGreaterThanOrEqual(140);
  const { base, contributions, scale } = answer.explanation;
  expect(scale).toBe("logits");
  answer.probabilities.forEach((row, index) => {
    expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
    expect(answer.result[index]).toBe(classes[row.indexOf(Math.max(...row))]);
    const logits = base.map((value, place) =>
      Object.values(contributions[index] ?? {}).reduce((sum, each) => sum + (each[place] ?? NaN), value),
    );
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    logits.forEach((logit, place) => expect(Math.exp(logit) / total).toBeCloseTo(row[place] ?? NaN, 9));
  });

  const invoked = (await ask(`${production?.url}/invocations`, { dataframe_records: data.slice(0, 1) })) as {
    readonly predictions: readonly object[];
  };
  expect(invoked.predictions).toEqual([
    {
      prediction: answer.result[0],
      ...Object.fromEntries(
        classes.map((name, index) => [`probability_${name}`, answer.probabilities[0]?.[index]]),
      ),
    },
  ]);
  started.process.kill("SIGINT");
  await started.ended;
});

test("a target of three numbers becomes classes where that is said, and is refused unsaid", async () => {
  const unsaid = await place.run(["init", "wine", "--from", file("wine")], env);
  expect(unsaid.code).not.toBe(0);
  expect(unsaid.stderr).toContain("--task");
  const said = await place.run(["init", "wine", "--from", file("wine"), "--task", "classification"], env);
  expect(said).toMatchObject({ code: 0, stderr: "" });
  expect(readFileSync(path.join(models, "wine", "model.ts"), "utf8")).toContain("classes: [0, 1, 2]");
});
