import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import type { RunRecord } from "../../cli/runs/runs";
import type { PromotionDecision } from "../../platform/metrics/evaluation";
import { readGoldenRows } from "../../platform/model/model-directory";
import type { ModelVersion } from "../../platform/registry/registry";
import { repository, Workplace } from "./mlops";

const place = new Workplace();
afterAll(() => place.remove());

const models = path.join(place.home, "models");
const env = { MLOPS_MODELS: models };
const own = path.join(repository, "models", "diabetes");
const definition = readFileSync(path.join(own, "model.ts"), "utf8");
const whatIsRefused = '"bmi": it is new, and a request without it is refused (a number)';

/** The definition, or one without the body mass index, with as much shrinkage as makes it a poor one. */
async function define({ bmi, alpha }: { bmi: boolean; alpha: number }): Promise<void> {
  const lines = definition
    .replace("alpha: 1", `alpha: ${alpha}`)
    .replace(/floors: .*\n/, "")
    .split("\n");
  const kept = lines.filter((line) => bmi || !line.includes('name: "bmi"'));
  await writeFile(path.join(models, "diabetes", "model.ts"), kept.join("\n"));
}

const decisionOf = ({ id }: RunRecord): Promise<PromotionDecision> =>
  place.readJson<PromotionDecision>("runs", id, "decision.json");

/** What today's clients send: nine columns. */
let body: string;

beforeAll(async () => {
  mkdirSync(path.join(models, "diabetes"), { recursive: true });
  cpSync(path.join(own, "data.csv"), path.join(models, "diabetes", "data.csv"));
  await define({ bmi: false, alpha: 2000 });
  const run = await place.json<RunRecord>(["lifecycle", "--yes"], 0, env);
  expect(run).toMatchObject({ outcome: "released", version: "diabetes:1" });
  const { rows } = await readGoldenRows(place.path("runs", run.id, "model"));
  expect(Object.keys(rows[0] ?? {})).toHaveLength(9);
  body = JSON.stringify({ data: rows });
});

test("a candidate that would refuse every client of today is kept by the gate, however good it is", async () => {
  await define({ bmi: true, alpha: 1 });
  const run = await place.json<RunRecord>(["lifecycle", "--yes"], 0, env);
  expect(run.outcome).not.toBe("released");
  const decision = await decisionOf(run);
  expect(decision).toMatchObject({ promote: false, reason: "breaks-clients" });
  expect(decision.explanation).toContain(whatIsRefused);
  expect(decision.explanation).toContain("--accept-breaking bmi");
});

test("registered all the same, it is rolled back for its refusals, and no client notices", async () => {
  await define({ bmi: true, alpha: 1.01 });
  const registered = await place.json<RunRecord>(["lifecycle", "--until", "qa"], 0, {
    ...env,
    MLOPS_ON_NO_PROMOTION: "continue",
  });
  expect(registered.version).toBe("diabetes:2");
  const serving = place.start(["serve"], env);
  await serving.printed("Ctrl-C stops it.");
  const [, url = ""] = /serves at (http:\S+)\./.exec(serving.output()) ?? [];
  let going = true;
  const statuses: Record<number, number> = {};
  const clients = Promise.all(
    [1, 2].map(async () => {
      while (going) {
        const headers = { "content-type": "application/json" };
        const { status } = await fetch(`${url}/score`, { method: "POST", headers, body });
        statuses[status] = (statuses[status] ?? 0) + 1;
        await setTimeout(10);
      }
    }),
  );
  const released = await place.run(["release", "diabetes:2", "--yes"], env);
  going = false;
  await clients;
  expect(released.stdout + released.stderr).toMatch(
    /roll-back; (\d+) of \d+ canary requests of clients were refused that stable answers/,
  );
  expect(Object.keys(statuses)).toEqual(["200"]);
  serving.process.kill("SIGINT");
  await serving.ended;
});

test("the operator's word lets it pass, and whoever approves is told what it costs", async () => {
  await define({ bmi: true, alpha: 1 });
  const run = await place.json<RunRecord>(["lifecycle", "--accept-breaking", "bmi"], 0, env);
  expect(run).toMatchObject({ outcome: "waiting-for-approval", version: "diabetes:3" });
  const decision = await decisionOf(run);
  expect(decision).toMatchObject({ promote: true });
  expect(decision.breaking).toMatchObject([{ column: "bmi", acceptedBy: "--accept-breaking bmi" }]);
  const { tags } = await place.json<ModelVersion>(["registry", "show", "diabetes:3"], 0, env);
  expect(tags.breaking).toBe("bmi");
  const promoted = await place.run(["promote", "diabetes:3", "--yes"], env);
  expect(promoted.stdout).toContain(
    `Requests are refused or misread that diabetes:1 answers: ${whatIsRefused}.`,
  );
  expect(promoted.stdout).toContain("diabetes:3 is in production.");
});
