import path from "node:path";
import { setTimeout } from "node:timers/promises";
import type { RunRecord } from "../../cli/runs/runs";
import type { Deployment, DeploymentStatus } from "../../platform/release/deployment";
import type { PromotionDecision } from "../../platform/metrics/evaluation";
import { readGoldenRows } from "../../platform/model/model-directory";
import { Workplace } from "./mlops";

const poor = { MLOPS_MODELS: path.join(__dirname, "fixtures", "poor-models") };
const own = { MLOPS_MODELS: path.join(__dirname, "fixtures", "own-trainer-models") };

/** What clients saw: answers by version, and everything that was no answer. */
interface Seen {
  readonly answers: Map<string, number>;
  readonly failures: string[];
}

/** Clients that ask one question after the other until they are stopped. */
function startClients(url: string, body: string, clients = 2): { stop: () => Promise<Seen> } {
  const seen: Seen = { answers: new Map(), failures: [] };
  let stopped = false;
  const work = async (): Promise<void> => {
    while (!stopped) {
      try {
        const response = await fetch(`${url}/score`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body,
        });
        const text = await response.text();
        if (response.ok) {
          const { model } = JSON.parse(text) as { model: string };
          seen.answers.set(model, (seen.answers.get(model) ?? 0) + 1);
        } else seen.failures.push(`${response.status}: ${text}`);
      } catch (error) {
        seen.failures.push(String(error));
      }
      // As fast as clients ask, and not as fast as they can: what is released needs the processor, too.
      await setTimeout(10);
    }
  };
  const working = Promise.all(Array.from({ length: clients }, work));
  return {
    async stop() {
      stopped = true;
      await working;
      return seen;
    },
  };
}

describe("production with a poor champion", () => {
  const place = new Workplace();
  afterAll(() => place.remove());
  const decisionOf = ({ id }: RunRecord): Promise<PromotionDecision> =>
    place.readJson<PromotionDecision>("runs", id, "decision.json");

  test("is taken over by a better candidate, and fails no request while other processes test, deploy, promote and roll back", async () => {
    const first = await place.json<RunRecord>(["lifecycle"], 0, poor);
    expect(first).toMatchObject({ outcome: "waiting-for-approval", version: "diabetes:1" });
    await place.json(["promote", "--yes"], 0, poor);
    const url = await place.productionUrl();
    const golden = await readGoldenRows(place.path("runs", first.id, "model"));
    const clients = startClients(url, JSON.stringify({ data: golden.rows }));

    // A lifecycle stops what it started when it ends: not the production that was there.
    const second = await place.json<RunRecord>(["lifecycle"]);
    expect(second).toMatchObject({ outcome: "waiting-for-approval", version: "diabetes:2" });
    const deploy = ["deploy", "diabetes:2", "--environment", "prod", "--weight", "20"];
    expect(await place.json<Deployment>(deploy)).toMatchObject({
      canary: { model: "diabetes:2", weight: 20 },
    });
    const promoted = await place.json<RunRecord>(["promote", "diabetes:2", "--yes"]);
    expect(promoted).toMatchObject({ outcome: "released", version: "diabetes:2" });
    expect(
      promoted.canary?.map(({ weight, comparedWith, verdict }) => [weight, comparedWith, verdict]),
    ).toEqual([
      // It goes on from where `mlops deploy --weight 20` had left it.
      [20, { kind: "stable", model: "diabetes:1" }, "advance"],
      [50, { kind: "stable", model: "diabetes:1" }, "advance"],
    ]);
    const decision = await decisionOf(promoted);
    expect(decision).toMatchObject({ promote: true, reason: "better", champion: { model: "diabetes:1" } });
    expect(decision.improvement).toBeGreaterThan(decision.minImprovement);
    const back = await place.json<DeploymentStatus>(["rollback"]);
    expect(back).toMatchObject({ stable: { model: "diabetes:1" }, url });

    const { answers, failures } = await clients.stop();
    expect(failures).toEqual([]);
    expect(answers.get("diabetes:1")).toBeGreaterThan(100);
    expect(answers.get("diabetes:2")).toBeGreaterThan(100);
    expect(await place.json(["stop"])).toEqual({ stopped: ["prod"] });
    expect(await place.processes()).toEqual([]);
  }, 240_000);

  test("is what the gate compares with after a rollback, not the newest version", async () => {
    const run = await place.json<RunRecord>(["retrain"]);
    expect(await decisionOf(run)).toMatchObject({ promote: true, champion: { model: "diabetes:1" } });
  });
});

describe("a model of a user's own program", () => {
  const place = new Workplace();
  afterAll(() => place.remove());

  test("is trained, served and tested as any other", async () => {
    const run = await place.json<RunRecord>(["lifecycle", "--model", "stump", "--until", "smoke"], 0, own);
    expect(run).toMatchObject({ outcome: "registered", version: "stump:1", tests: { qa: { smoke: 4 } } });
    expect(run.steps.find(({ name }) => name === "train")?.message).toMatch(/^command, rmse /);
    const { predictions } = await readGoldenRows(place.path("runs", run.id, "model"));
    expect(new Set(predictions).size).toBe(2);
    expect(await place.processes()).toEqual([]);
  });
});
