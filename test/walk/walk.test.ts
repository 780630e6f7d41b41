import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { kubectl } from "../engine/engine";
import { described, outputOf } from "../pipelines/pipeline-fixture";
import { garbledData, goodData, wrongData } from "./data";
import { killProcessOf, nodeToDrain, readyPods, restarts, untilReady } from "./production";
import { describeWalk } from "./tools";
import { commandsOfTutorial } from "./tutorial";
import { WalkPlace, type Walked } from "./walk-place";

jest.setTimeout(2_400_000);

/** What a release does, in this order. */
const released = [
  "Package.Package succeeded",
  "Test_qa.Test.deploy succeeded",
  "Production.Canary.deploy succeeded",
];

// Steps of one way: each goes on where the one before has stopped.
describeWalk("the way from nothing to production, and back to nothing", () => {
  let folder: string;
  let place: WalkPlace;
  let opened: WalkPlace | undefined;
  const times: string[] = [];
  let begin = 0;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "mlops-walk-"));
    place = opened = await WalkPlace.open(folder);
  });

  beforeEach(() => {
    begin = performance.now();
  });

  afterEach(() => {
    const seconds = ((performance.now() - begin) / 1000).toFixed(0);
    times.push(`${seconds.padStart(5)} s  ${expect.getState().currentTestName?.split("nothing ").at(-1)}`);
  });

  afterAll(async () => {
    process.stdout.write(`The walk:\n${times.join("\n")}\n`);
    await opened?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const push = async (data: string, ...more: string[]): Promise<string> =>
    place.type(`npm run --silent mlops -- data push --model diabetes --data ${data} ${more.join(" ")}`);

  /** Runs the release of a version while clients of production ask all the time, none of whom may notice. */
  async function releaseUnderClients(modelVersion: string): Promise<Walked> {
    const clients = place.clients(4, 20);
    const walked = await place.run("release", { modelVersion });
    const { answered, failures } = await clients.stop();
    process.stdout.write(
      `Clients, while ${modelVersion} was released: ${answered} answered, ${failures.length} failed\n`,
    );
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(500);
    return walked;
  }

  /** What a newcomer's hands have done so far, by the commands that stand for it in the tutorial. */
  const taken = ["npm ci", "az login"];

  function bootstrap(): Promise<string> {
    const settings = { owner: "team-risk", costCentre: "4711", alertEmail: "ops@example.com" };
    const words = Object.entries(settings).map(([key, value]) => `--set ${key}=${value}`);
    const target =
      "--subscription 00000000-0000-4000-8000-000000000001 --organisation contoso --project shop";
    return place.type(`npm run --silent bootstrap -- ${target} ${words.join(" ")} --yes`);
  }

  test("a bootstrap makes, with one consent, what stacks and pipelines need", async () => {
    const said = await bootstrap();
    taken.push("npm run bootstrap");
    expect(said).toMatch(/Done: \d+ created or corrected/);
    expect(said).toContain("git add Pulumi.qa.yaml Pulumi.prod.yaml && git commit");
    expect(place.azure.control.variableGroups().mlops).toMatchObject({
      PULUMI_BACKEND_URL: expect.stringMatching(/^azblob:/) as string,
    });
    expect([...place.azure.control.arm.unknown, ...place.azure.control.devops.unknown]).toEqual([]);
  });

  test("a build makes QA, delivers the data, trains there and registers a first version", async () => {
    const data = await garbledData(path.join(folder, "first.csv"));
    await copyFile(data, place.path("models", "diabetes", "data.csv"));
    const { run, failures } = await place.run("build");
    taken.push("git add");
    expect(failures).toEqual([]);
    expect(described(run)).toEqual([
      "Check.Quality succeeded",
      "Publish.Publish.deploy succeeded",
      "Train.Train succeeded",
    ]);
    expect(await place.versions()).toEqual([{ version: 1, aliases: [] }]);
  });

  test("production is made, by the pipeline of infrastructure, with nothing in it", async () => {
    const { run, failures } = await place.run("infra", { stack: "prod" });
    taken.push("az pipelines run");
    expect(failures).toEqual([]);
    expect(run.asked).toEqual(["mlops-infra"]);
    expect(await kubectl("get", "namespace", "mlops-prod", "--ignore-not-found", "--output", "name")).toBe(
      "",
    );
  });

  test("the first release goes into the empty production, and is answered from outside the cluster", async () => {
    const { run, failures } = await place.run("release", { modelVersion: "diabetes:1" });
    taken.push("az pipelines run");
    expect(failures).toEqual([]);
    expect(described(run)).toEqual(released);
    expect(outputOf(run, "Production.Canary.deploy")).toMatch(/canary 50 % against qa: advance/);
    const clients = place.clients(2, 50);
    await pause(3000);
    const { answered, failures: failed } = await clients.stop();
    expect(failed).toEqual([]);
    expect(answered).toBeGreaterThan(20);
    expect(await place.versions()).toEqual([{ version: 1, aliases: ["champion"] }]);
    expect(run.asked).toEqual(["mlops-qa", "mlops-prod"]);
    expect(await commandsOfTutorial()).toEqual(taken);
  });

  test("the bootstrap once more lets new versions start their releases themselves", async () => {
    expect(await bootstrap()).toMatch(/Done: 1 created or corrected/);
    expect(place.azure.control.devops.servicePrincipals).toHaveLength(1);
  });

  test("better data makes a better version, which takes over without a client's noticing", async () => {
    await push(await goodData(path.join(folder, "good.csv")), "--no-announce");
    expect((await place.run("retrain")).failures).toEqual([]);
    const { run, failures } = await releaseUnderClients("diabetes:2");
    expect(failures).toEqual([]);
    expect(described(run)).toEqual(released);
    expect(outputOf(run, "Production.Canary.deploy")).toMatch(/canary 50 % against diabetes:1: advance/);
    expect(await place.versions()).toEqual([
      { version: 1, aliases: [] },
      { version: 2, aliases: ["champion"] },
    ]);
  });

  test("wrong data that somebody accepts makes a bad version, which goes away by itself", async () => {
    await push(await wrongData(path.join(folder, "wrong.csv")), "--no-announce");
    expect((await place.run("retrain")).failures).toEqual([expect.stringMatching(/of another population/)]);
    // Somebody believes in it all the same.
    await place.type("pulumi config set --stack qa mlops:acceptPopulation progression");
    expect((await place.run("infra", { stack: "qa" })).failures).toEqual([]);
    expect((await place.run("retrain")).failures).toEqual([]);
    const { run } = await releaseUnderClients("diabetes:3");
    expect(described(run).slice(2)).toEqual([
      "Production.Canary.deploy: Advance the canary failed",
      "Production.TakeAway succeeded",
    ]);
    expect(outputOf(run, "Production.Canary.deploy")).toContain("diabetes:3 was rolled back");
    expect((await readyPods("canary")).length).toBe(0);
    expect((await place.versions()).map(({ aliases }) => aliases)).toEqual([[], ["champion"], []]);
  });

  test("a rollback by hand brings the version before back without a client's noticing", async () => {
    const clients = place.clients(4, 20);
    const said = await place.type("npm run --silent mlops -- rollback --target azure");
    const { failures } = await clients.stop();
    expect(said).toMatch(/diabetes:1/);
    expect(failures).toEqual([]);
    expect((await place.versions()).map(({ aliases }) => aliases)).toEqual([["champion"], [], []]);
  });

  test("a node is drained without a client's noticing", async () => {
    await untilReady(3, 120_000);
    const clients = place.clients(4, 20);
    const node = await nodeToDrain();
    try {
      await kubectl("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=180s");
      await pause(3000);
    } finally {
      await kubectl("uncordon", node);
    }
    const { failures } = await clients.stop();
    expect(failures).toEqual([]);
    await untilReady(3, 180_000);
  });

  test("a process that is killed fails no more than what it was asked at that moment", async () => {
    const before = await restarts();
    const asking = 4;
    const clients = place.clients(asking, 20);
    const [pod] = await readyPods();
    if (pod === undefined) throw new Error("production has no pod");
    await pause(1000);
    await killProcessOf(pod);
    await pause(5000);
    const { answered, failures } = await clients.stop();
    expect(failures.length).toBeLessThanOrEqual(asking);
    expect(answered).toBeGreaterThan(50);
    await untilReady(3, 120_000);
    expect(await restarts()).toBe(before + 1);
  });

  test("the autoscaler follows the load, from three pods to six and back", async () => {
    const clients = place.clients(16, 0, "thousand rows");
    try {
      await untilReady(6, 300_000);
    } finally {
      const { answered, failures } = await clients.stop();
      // It is more than three pods can answer: until the others are there a few may be told to come back, and nothing else.
      expect(failures.filter((failure) => !/^\S+ 503 .*"code":"BUSY"/.test(failure))).toEqual([]);
      expect(failures.length).toBeLessThanOrEqual(answered / 50);
    }
    // Kubernetes waits for five minutes without load before it takes pods away.
    await untilReady(3, 600_000);
  });

  test("a teardown leaves nothing", async () => {
    // What is protected says so, and is left alone.
    expect((await place.run("teardown", { stack: "prod", confirm: "prod" })).failures).toEqual([
      expect.stringMatching(/protect/),
    ]);
    await place.type(
      "pulumi config set --stack prod mlops:protect false && npm run infra:up -- --stack prod",
    );
    for (const stack of ["prod", "qa"]) {
      expect((await place.run("teardown", { stack, confirm: stack })).failures).toEqual([]);
    }
    expect((await place.azure.facts()).flatMap(({ resources }) => resources)).toEqual([]);
    expect(await kubectl("get", "namespace", "mlops-prod", "--ignore-not-found", "--output", "name")).toBe(
      "",
    );
  });
});
