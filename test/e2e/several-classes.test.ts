import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
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

/** Payments of which about 3 in 100 are fraud, more of them the greater the amount. */
function payments(): { readonly amount: number; readonly shop: string; readonly fraud: string }[] {
  const random = xoroshiro128plus(17);
  return Array.from({ length: 3000 }, () => {
    const amount = Math.round(100 * Math.exp(2 + 2 * uniformFloat64(random))) / 100;
    const shop = uniformFloat64(random) < 0.3 ? "web" : "street";
    const logOdds = -6.5 + amount / 10 + (shop === "web" ? 1 : 0);
    return { amount, shop, fraud: uniformFloat64(random) < 1 / (1 + Math.exp(-logOdds)) ? "yes" : "no" };
  });
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

test("three kinds of shops are told by their towns, which are too many to list, in production", async () => {
  const kinds = ["bakery", "butcher", "grocer"];
  const random = xoroshiro128plus(5);
  const shops = Array.from({ length: 3200 }, (_, index) => {
    const town = index % 400;
    // Most shops of a town are of one kind.
    const kind = uniformFloat64(random) < 0.85 ? town % 3 : Math.floor(3 * uniformFloat64(random));
    return {
      town: `town ${town}`,
      area: Math.round(30 + 50 * uniformFloat64(random)),
      kind: kinds[kind] ?? "",
    };
  });
  const data = path.join(place.home, "shops.csv");
  const lines = shops.map(({ town, area, kind }) => `${town},${area},${kind}\n`);
  writeFileSync(data, `town,area,kind\n${lines.join("")}`);
  expect(await place.run(["init", "shops", "--from", data], env)).toMatchObject({ code: 0, stderr: "" });
  expect(readFileSync(path.join(models, "shops", "model.ts"), "utf8")).toContain('encoding: "target"');
  const started = place.start(["lifecycle", "--model", "shops", "--yes", "--keep-serving"], env);
  await started.printed("Ctrl-C stops it.");
  const url = await place.productionUrl("shops", env);
  const rows = shops.map(({ town, area }) => ({ town, area }));
  const answer = (await ask(`${url}/score`, { data: rows })) as Answer;
  started.process.kill("SIGINT");
  await started.ended;
  const right = answer.result.filter((kind, row) => kind === shops[row]?.kind).length / shops.length;
  expect(right).toBeGreaterThan(0.85);
});

test("a target of three numbers becomes classes where that is said, and is refused unsaid", async () => {
  const unsaid = await place.run(["init", "wine", "--from", file("wine")], env);
  expect(unsaid.code).not.toBe(0);
  expect(unsaid.stderr).toContain("--task");
  const said = await place.run(["init", "wine", "--from", file("wine"), "--task", "classification"], env);
  expect(said).toMatchObject({ code: 0, stderr: "" });
  expect(readFileSync(path.join(models, "wine", "model.ts"), "utf8")).toContain("classes: [0, 1, 2]");
});

test("a rare class goes to production with weights, calibrated and with a threshold by its costs", async () => {
  const rows = payments();
  const data = path.join(place.home, "payments.csv");
  const lines = rows.map(({ amount, shop, fraud }) => `${amount},${shop},${fraud}\n`);
  writeFileSync(data, `amount,shop,fraud\n${lines.join("")}`);
  expect(await place.run(["init", "payments", "--from", data], env)).toMatchObject({ code: 0, stderr: "" });
  const file = path.join(models, "payments", "model.ts");
  const drafted = readFileSync(file, "utf8");
  // What `init` has proposed for a rare class, and what the user makes of it.
  expect(drafted).toMatch(/stratify: true[^]*threshold: "f1",\n/);
  const written = drafted
    .replace(
      'trainer: { kind: "logistic", l2: 1 },',
      'trainer: { kind: "logistic", l2: 1, classWeight: "balanced" },\n  calibration: "platt",',
    )
    .replace('threshold: "f1"', "threshold: { falsePositive: 1, falseNegative: 25 }");
  expect(written).toMatch(/calibration: "platt"[^]*falseNegative: 25 \},\n/);
  writeFileSync(file, written);
  const started = place.start(["lifecycle", "--model", "payments", "--yes", "--keep-serving"], env);
  await started.printed("Ctrl-C stops it.");
  const url = await place.productionUrl("payments", env);
  const { paths, components } = (await (await fetch(`${url}/openapi.json`)).json()) as {
    readonly paths: object;
    readonly components: { readonly schemas: { readonly ServiceOutput: unknown } };
  };
  expect(Object.keys(paths)).toContain("/score");
  const [, threshold = ""] = /probability is above ([\d.]+)/.exec(JSON.stringify(components)) ?? [];
  expect(Number(threshold)).toBeGreaterThan(0.01);
  expect(Number(threshold)).toBeLessThan(0.15);
  const features = rows.map(({ amount, shop }) => ({ amount, shop }));
  const answer = (await ask(`${url}/score`, { data: features })) as Answer;
  const probabilities = answer.probabilities.map(([, positive = NaN]) => positive);
  expect(answer.result).toEqual(probabilities.map((value) => (value > Number(threshold) ? "yes" : "no")));
  // The weights alone would have made the mean about one half.
  const found = rows.filter(({ fraud }) => fraud === "yes").length / rows.length;
  const mean = probabilities.reduce((sum, value) => sum + value, 0) / rows.length;
  expect(Math.abs(mean / found - 1)).toBeLessThan(0.25);
  const invoked = (await ask(`${url}/invocations`, { dataframe_records: features })) as {
    readonly predictions: readonly { readonly prediction: string }[];
  };
  expect(invoked.predictions.map(({ prediction }) => prediction)).toEqual(answer.result);
  started.process.kill("SIGINT");
  await started.ended;
});
