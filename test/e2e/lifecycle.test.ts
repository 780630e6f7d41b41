import { readFile } from "node:fs/promises";
import type { AuditEntry } from "../../platform/audit/audit-entry";
import type { RunRecord } from "../../cli/runs/runs";
import type { DeploymentStatus } from "../../platform/release/deployment";
import type { PromotionDecision } from "../../platform/metrics/evaluation";
import { digestOfFile } from "../../platform/base/files";
import type { ModelVersion } from "../../platform/registry/registry";
import type { DriftReport } from "../../platform/drift/drift";
import { readPredictionLog } from "../../platform/predictions/prediction-log";
import { openLocalStorage } from "../../platform/storage/local-storage";
import { Workplace } from "./mlops";

const steps =
  "check split train evaluate register package qa smoke load approve release verify predictions drift report".split(
    " ",
  );

describe.each<[string, NodeJS.ProcessEnv]>([
  // As the README starts it, by tsx; all other processes of the tests read what is compiled once for them.
  ["diabetes", { NODE_OPTIONS: "" }],
  ["titanic", {}],
])("the life of %s", (model, env) => {
  const place = new Workplace();
  afterAll(() => place.remove());
  let first: RunRecord | undefined;

  test("goes from data to production in one command", async () => {
    const ended = await place.run(["lifecycle", "--model", model, "--yes"], env);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    const lines = ended.stdout.split("\n").filter((line) => line.startsWith("✔"));
    expect(lines.map((line) => line.split(/\s+/)[1])).toEqual(steps);
    expect(ended.stdout).toContain("canary 10 % against qa: advance");
    expect(ended.stdout).toContain("canary 50 % against qa: advance");
    expect(ended.stdout).toContain(`100 %: ${model}:1 takes all traffic`);
    expect(ended.stdout).toContain(`${model}:1 is in production.`);
    const { runs, deployments } = await place.json<{ runs: RunRecord[]; deployments: DeploymentStatus[] }>([
      "status",
      "--model",
      model,
    ]);
    expect(
      deployments.map(({ environment, stable, canary }) => [environment, stable?.model, canary]),
    ).toEqual([
      ["qa", `${model}:1`, undefined],
      ["prod", `${model}:1`, undefined],
    ]);
    first = runs[0];
    expect(first).toMatchObject({ outcome: "released", version: `${model}:1` });
  });

  test("leaves a version with its files, the alias of the champion and a report", async () => {
    const versions = await place.json<ModelVersion[]>(["registry", "list"]);
    expect(versions).toMatchObject([
      { name: model, version: 1, aliases: ["champion"], tags: { run: first?.id } },
    ]);
    const report = await readFile(place.path("reports", `${first?.id}.html`), "utf8");
    expect(report).toContain(`${model}:1 is in production.`);
    expect(report.match(/<svg/g)?.length).toBeGreaterThan(5);
  });

  test("leaves all that was done in the audit trail, in a chain", async () => {
    const acts = await place.json<AuditEntry[]>(["audit", "--model", model]);
    expect(acts.map(({ act, environment, state }) => [act, environment, state])).toEqual([
      ["register", undefined, "done"],
      ["deploy", "qa", "done"],
      ["promote", "qa", "done"],
      ["approve", "prod", "done"],
      ["deploy", "prod", "done"],
      ["weight", "prod", "done"],
      ["promote", "prod", "done"],
    ]);
    expect(await place.json(["audit", "verify"])).toMatchObject({ faults: [], head: { number: 13 } });
  });

  test("leaves nothing in the log that could be taken for a client's request", async () => {
    const log = { environment: "prod", model, report: jest.fn() };
    const marks = new Set<boolean>();
    for await (const { test = false } of readPredictionLog(
      openLocalStorage(place.path("predictions")),
      log,
    )) {
      marks.add(test);
    }
    expect(marks).toEqual(new Set([true]));
    const drift = await place.readJson<DriftReport>("runs", first?.id ?? "", "drift.json");
    expect(drift).toMatchObject({ judged: true, drifted: false });
    expect(await place.json<DriftReport>(["monitor", "--model", model])).toMatchObject({
      rows: 0,
      judged: false,
    });
  });

  test("leaves no process and nothing half-written", async () => {
    expect(await place.processes()).toEqual([]);
    expect(await place.halfWritten()).toEqual([]);
  });

  test("trains the same model again, bit for bit, and keeps the champion", async () => {
    const second = await place.json<RunRecord>(["lifecycle", "--model", model, "--yes"]);
    expect(second.outcome).toBe("kept");
    expect(second.version).toBeUndefined();
    expect(second.steps.map(({ name }) => name)).toEqual(["check", "split", "train", "evaluate", "report"]);
    const onnx = (run: RunRecord | undefined): string =>
      place.path("runs", run?.id ?? "", "model", "model.onnx");
    expect(await digestOfFile(onnx(second))).toBe(await digestOfFile(onnx(first)));
    expect(await place.readJson<PromotionDecision>("runs", second.id, "decision.json")).toMatchObject({
      promote: false,
      reason: "not-better",
      champion: { model: `${model}:1` },
      improvement: 0,
      interval: { level: 0.95, low: 0, high: 0 },
    });
    expect(await place.json<ModelVersion[]>(["registry", "list"])).toHaveLength(1);
  });
});
