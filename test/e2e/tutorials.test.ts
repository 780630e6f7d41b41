import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { RunRecord } from "../../cli/runs/runs";
import { repository, Workplace } from "./mlops";
import { changed, stepsOfTutorial, type TutorialStep } from "./tutorial-steps";

const place = new Workplace();
const models = path.join(place.home, "models");
const env = { MLOPS_MODELS: models };
beforeAll(() => mkdirSync(models));
afterAll(() => place.remove());

/** Does what a page says, but for what `run` does in another way; what it shows of a definition has to be in it. */
async function follow(
  steps: readonly TutorialStep[],
  model: string,
  run: (args: readonly string[]) => Promise<void>,
): Promise<void> {
  const file = path.join(models, model, "model.ts");
  for (const step of steps) {
    if (step.kind === "run") await run(step.args);
    else if (step.kind === "change") writeFileSync(file, changed(readFileSync(file, "utf8"), step.line));
    else if (step.kind === "shown") expect(readFileSync(file, "utf8")).toContain(step.line);
  }
}

async function init(args: readonly string[]): Promise<void> {
  expect(await place.run(args, env)).toMatchObject({ code: 0, stderr: "" });
}

/** Goes as far as the gate: what comes behind it is the same for all models. */
async function decide(args: readonly string[]): Promise<RunRecord> {
  const flags = args.slice(1).filter((flag) => flag !== "--yes");
  return place.json<RunRecord>(["lifecycle", ...flags, "--until", "evaluate"], 0, env);
}

test.each([
  "rare-classes.md",
  "dates-and-many-values.md",
  "boosted-trees.md",
  "long-tails.md",
  "several-classes.md",
])("%s: what asks the service comes after what starts it, and after how its address is known", (page) => {
  const steps = stepsOfTutorial(page);
  const served = steps.findIndex((step) => step.kind === "run" && step.args[0] === "serve");
  const asked = steps.findIndex(({ kind }) => kind === "ask");
  expect(served).toBeGreaterThan(0);
  expect(asked).toBeGreaterThan(served);
  const text = readFileSync(path.join(repository, "docs/tutorials", page), "utf8");
  expect(text).toContain("with that address in place of `127.0.0.1:8080`");
});

test.each([
  ["rare-classes.md", "payments", 1],
  ["dates-and-many-values.md", "orders", 2],
  ["boosted-trees.md", "deliveries", 2],
  ["few-of-many-columns.md", "sugar", 2],
])("%s: each command works, and the definition is as shown", async (page, model, trainings) => {
  const steps = stepsOfTutorial(page);
  const outcomes: string[] = [];
  await follow(steps, model, async (args) => {
    if (args[0] === "init") await init(args);
    else if (args[0] === "lifecycle") outcomes.push((await decide(args)).outcome);
    else expect(["serve", "tune"]).toContain(args[0]);
  });
  expect(outcomes).toEqual(Array.from({ length: trainings }, () => "promotable"));
  const asked = steps.find(({ kind }) => kind === "ask");
  expect(asked).toMatchObject({ query: expect.stringMatching(/^\/score/) as string });
});

test("long-tails.md: a claim goes to production, where its interval is asked for", async () => {
  const steps = stepsOfTutorial("long-tails.md");
  const running: ReturnType<Workplace["start"]>[] = [];
  await follow(steps, "claims", async (args) => {
    if (args[0] === "init") await init(args);
    else if (args[0] === "lifecycle") {
      const started = place.start([...args, "--keep-serving"], env);
      running.push(started);
      await started.printed("Ctrl-C stops it.");
    } else expect(args[0]).toBe("serve");
  });
  const url = await place.productionUrl("claims", env);
  const asked = steps.find((step) => step.kind === "ask");
  const response = await fetch(`${url}${asked?.query}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: asked?.body ?? "",
  });
  const { result, intervals } = (await response.json()) as {
    readonly result: readonly number[];
    readonly intervals: readonly [number, number][];
  };
  const factors = intervals.map(([least, greatest], row) => [
    (result[row] ?? NaN) / least,
    greatest / (result[row] ?? NaN),
  ]);
  const factor = factors[0]?.[0] ?? NaN;
  expect(factors.flat()).toEqual(factors.flat().map((): unknown => expect.closeTo(factor, 9)));
  // Costs are spread by a standard deviation of 0.8 of their logarithms: 90 % lie within exp(1.645 × 0.8) = 3.7.
  expect(Math.abs(factor / 3.73 - 1)).toBeLessThan(0.15);
  expect((result[1] ?? 0) / (result[0] ?? NaN)).toBeGreaterThan(10);
  running.forEach(({ process }) => process.kill("SIGINT"));
  await Promise.all(running.map(({ ended }) => ended));
});
