import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import type { RunRecord } from "../../cli/runs/runs";
import { stepNames } from "../../cli/steps/step-names";
import { readEnvironments } from "../../platform/release/environments";
import type { DeploymentStatus } from "../../platform/release/deployment";
import type { PromotionDecision } from "../../platform/metrics/evaluation";
import type { Lineage } from "../../platform/model/model-directory";
import type { ModelVersion } from "../../platform/registry/registry";
import { repository, Workplace } from "./mlops";

const poor = { MLOPS_MODELS: path.join(__dirname, "fixtures", "poor-models") };
const lifecycle = ["lifecycle", "--yes"];

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The command on the line after "Ask it:". */
function curlIn(output: string): string {
  return /Ask it:\n\n {2}(curl .*)\n/.exec(output)?.[1] ?? "";
}

describe("a lifecycle that goes on serving", () => {
  const place = new Workplace();
  afterAll(() => place.remove());
  const production = async (): Promise<DeploymentStatus | undefined> => {
    const { deployments } = await place.json<{ deployments: DeploymentStatus[] }>(["status"]);
    return deployments.find(({ environment }) => environment === "prod");
  };
  const decisionOf = ({ id }: RunRecord): Promise<PromotionDecision> =>
    place.readJson<PromotionDecision>("runs", id, "decision.json");

  test("prints a curl that works, on the port asked for, until Ctrl-C", async () => {
    const port = await freePort();
    const started = place.start([...lifecycle, "--keep-serving", "--port", String(port)], {
      MLOPS_LOG_LEVEL: "silent",
    });
    await started.printed("Ctrl-C stops it.");
    // QA has a port of its own: nobody who asks production meets a version that is still tested.
    expect(started.output()).not.toMatch(new RegExp(`✔ qa .*:${port}`));
    const curl = curlIn(started.output());
    expect(curl).toContain(`http://127.0.0.1:${port}/score`);
    const { stdout } = await promisify(execFile)("sh", ["-c", curl]);
    expect(JSON.parse(stdout)).toMatchObject({ model: "diabetes:1", result: [expect.any(Number)] });
    // What has been released can be worked on while it serves.
    expect((await place.run(["promote"])).stdout).toContain(
      "diabetes:1 is in production already. It serves at",
    );
    started.process.kill("SIGINT");
    expect(await started.ended).toMatchObject({ code: 130 });
    expect(await place.processes()).toEqual([]);
    const logs = ["gateway.log", "scoring.log"].map((name) =>
      readFile(place.path("environments", "prod", "diabetes", name), "utf8"),
    );
    // The level is that of the processes, and silence is one.
    expect(await Promise.all(logs)).toEqual(["", ""]);
  });

  test("keeps the champion when the gate says no", async () => {
    const run = await place.json<RunRecord>(lifecycle, 0, poor);
    expect(run).toMatchObject({ outcome: "kept" });
    expect(run.version).toBeUndefined();
    expect(await place.json<ModelVersion[]>(["registry", "list"])).toHaveLength(1);
  });

  test("releases a candidate that is no better with MLOPS_ON_NO_PROMOTION=continue, and records that it is not", async () => {
    const run = await place.json<RunRecord>(lifecycle, 0, { ...poor, MLOPS_ON_NO_PROMOTION: "continue" });
    expect(run).toMatchObject({ outcome: "released", version: "diabetes:2" });
    expect(run.steps.find(({ name }) => name === "evaluate")?.message).toContain(
      'goes on all the same, as MLOPS_ON_NO_PROMOTION is "continue"',
    );
    expect(await decisionOf(run)).toMatchObject({ promote: false, reason: "not-better" });
    expect(await production()).toMatchObject({
      stable: { model: "diabetes:2" },
      previous: { model: "diabetes:1" },
    });
    // It is neither surely worse nor surely as allowed: the canary asks until its time is over.
  }, 240_000);

  test("does not release what production has already", async () => {
    const before = await production();
    const run = await place.json<RunRecord>(lifecycle, 0, { ...poor, MLOPS_ON_NO_PROMOTION: "continue" });
    expect(run).toMatchObject({
      outcome: "released",
      version: "diabetes:2",
      explanation: "diabetes:2 is in production already.",
    });
    expect((await production())?.history).toEqual(before?.history);
    expect(await place.json<ModelVersion[]>(["registry", "list"])).toHaveLength(2);
  });

  test("lets every candidate pass with MLOPS_EVALUATION=off, and records that", async () => {
    const run = await place.json<RunRecord>(["lifecycle", "--until", "evaluate"], 0, {
      ...poor,
      MLOPS_EVALUATION: "off",
    });
    expect(run).toMatchObject({
      outcome: "promotable",
      explanation: "The candidate may be registered; it is not yet.",
    });
    expect(await decisionOf(run)).toMatchObject({ promote: true, reason: "evaluation-off" });
  });
});

describe("a lifecycle with an end of its own", () => {
  const place = new Workplace();
  afterAll(() => place.remove());

  test.each(["check", "register", "qa"] as const)("stops after %s when told to", async (until) => {
    const run = await place.json<RunRecord>(["lifecycle", "--until", until]);
    const names = stepNames(readEnvironments({}));
    const done = names.slice(0, names.indexOf(until) + 1);
    expect(run.steps.map(({ name }) => name)).toEqual([...done, "report"]);
    expect(await place.processes()).toEqual([]);
  });

  test("works on another file of data when given one", async () => {
    const lines = (await readFile(path.join(repository, "models", "diabetes", "data.csv"), "utf8")).split(
      "\n",
    );
    const data = path.join(place.home, "first 300.csv");
    await writeFile(data, `${lines.slice(0, 301).join("\n")}\n`);
    const run = await place.json<RunRecord>(["lifecycle", "--until", "train", "--data", data]);
    expect(run).toMatchObject({ dataFile: data });
    expect(run.steps[0]?.message).toContain("300 rows");
    const { data: used } = await place.readJson<Lineage>("runs", run.id, "model", "lineage.json");
    expect(used).toMatchObject({ source: "first 300.csv", rows: 300 });
  });
});
