import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { PredictionRecord } from "../../../../platform/predictions/prediction-record";
import type { LaptopDeployer } from "../../../../deploy/laptop/laptop-deployer";
import { costOf, row } from "../../../scoring/model-fixture";
import { faultyScoring, scoreTimes, TestEnvironment, until } from "../environment-fixture";

let environment: TestEnvironment;
let deployer: LaptopDeployer;
let url: string;

beforeAll(async () => {
  environment = await TestEnvironment.create();
  deployer = environment.deployer({ scoringEntry: faultyScoring });
  await deployer.deploy("prod", environment.release(1), { weight: 100, shadow: 0 });
  url = (await deployer.promote("prod", "cost")).url ?? "";
});

afterAll(() => environment.remove());

async function samples() {
  return (await deployer.status("prod", "cost")).samples;
}

describe("a faulty candidate shows in the canary's sample", () => {
  test("when it fails every third request, and clients get stable's answer", async () => {
    await deployer.deploy("prod", environment.release(2), { weight: 50, shadow: 0 });
    const answers = await scoreTimes(40, url);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    const { stable, canary } = await samples();
    const share = (canary?.failures ?? 0) / (canary?.requests ?? NaN);
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.42);
    expect(stable?.failures).toBe(0);
    // A client that asks for the canary gets what the canary answers.
    const chosen = await scoreTimes(6, url, { "x-mlops-track": "canary" });
    expect(chosen.filter(({ status }) => status === 500)).toHaveLength(2);
    expect(chosen.every(({ track }) => track === "canary")).toBe(true);
  });

  test("when it is slow", async () => {
    await deployer.deploy("prod", environment.release(3), { weight: 50, shadow: 0 });
    await scoreTimes(20, url);
    const { stable, canary } = await samples();
    expect(canary?.latencyMs?.p50).toBeGreaterThanOrEqual(100);
    expect(stable?.latencyMs?.p50).toBeLessThan(100);
  });

  test("when its predictions are off", async () => {
    await deployer.deploy("prod", environment.release(4), { weight: 50, shadow: 0 });
    await scoreTimes(10, url);
    const { stable, canary } = await samples();
    expect(stable?.predictions).toMatchObject({ mean: costOf(row, 1), standardDeviation: 0 });
    expect(canary?.predictions).toMatchObject({ mean: costOf(row, 1004), standardDeviation: 0 });
  });

  test("when it dies, and clients see no failure", async () => {
    await deployer.deploy("prod", environment.release(5), { weight: 50, shadow: 0 });
    const answers = await scoreTimes(20, url);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect((await samples()).canary?.failures).toBeGreaterThan(0);
  });

  test("when it answers 200 with something else, and clients get stable's answer", async () => {
    await deployer.deploy("prod", environment.release(8), { weight: 50, shadow: 0 });
    const answers = await scoreTimes(40, url);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(answers.filter(({ track }) => track === "canary")).toHaveLength(10);
    const { stable, canary } = await samples();
    expect(canary).toMatchObject({ requests: 20, failures: 10, predictions: { mean: 7 } });
    expect(stable).toMatchObject({ failures: 0 });
  });

  test("from copies alone, which are never answered with", async () => {
    await deployer.deploy("prod", environment.release(4), { weight: 0, shadow: 100 });
    const answers = await scoreTimes(10, url, { "x-request-id": "copied" });
    expect(answers.every(({ track, model }) => track === "stable" && model === "cost:1")).toBe(true);
    await until(async () => (await samples()).canary?.requests === 10);
    expect((await samples()).canary).toMatchObject({
      failures: 0,
      shadowed: 10,
      pairs: { count: 10, meanAbsoluteDifference: 1003, standardDeviation: 0 },
    });
    // Copies are not in the prediction log.
    await deployer.stop("prod", "cost");
    const folder = path.join(environment.workspace.predictions, "prod", "cost");
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".jsonl"));
    const text = await Promise.all(files.map((name) => readFile(path.join(folder, name), "utf8")));
    const records = text
      .join("")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as PredictionRecord);
    const models = records.filter(({ id }) => id === "copied").map(({ model }) => model);
    expect(models).toEqual(Array(10).fill("cost:1"));
  });
});
