import { writeFile } from "node:fs/promises";
import { findDefinitionOf, summarizeRun } from "../../../cli/runs/run-summary";
import { Runs, type RunRecord } from "../../../cli/runs/runs";
import { writeJson } from "../../../platform/base/files";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();
const digest = "a".repeat(64);
const lineage = {
  model: "cost",
  run: "run-1",
  createdAt: "2026-01-01T00:00:00.000Z",
  data: { source: "data.csv", digest, rows: 100, trainingRows: 80, heldOutRows: 20 },
  split: { by: "column", column: "side" },
  code: {},
  definitionDigest: digest,
  parameters: { kind: "ridge", alpha: 1 },
  seed: 1,
  tools: {},
};
const metrics = {
  heldOut: { rows: 20, metrics: { rmse: 2 } },
  training: { rows: 80, metrics: { rmse: 1 } },
};

async function trained(): Promise<{ runs: Runs; run: RunRecord }> {
  const runs = new Runs(folder("runs"), () => undefined);
  const run = await runs.create("cost", "data.csv", new Date(0), "run-1");
  run.steps = [{ name: "train", status: "done", startedAt: run.startedAt, ms: 1, message: "" }];
  await writeJson(runs.path("run-1", "model", "lineage.json"), lineage);
  await writeJson(runs.path("run-1", "model", "metrics.json"), metrics);
  return { runs, run };
}

test("a run that trained has its trainer, metrics, data and split; its decision once it has one", async () => {
  const { runs, run } = await trained();
  const summary = await summarizeRun(runs, run);
  expect(summary).toMatchObject({
    id: "run-1",
    parameters: { kind: "ridge", alpha: 1 },
    heldOut: { rmse: 2 },
    training: { rmse: 1 },
    data: { digest, rows: 100 },
    split: 'by the column "side"',
  });
  expect(summary).not.toHaveProperty("decision");
  await writeJson(runs.path("run-1", "decision.json"), {
    promote: false,
    reason: "uncertain",
    explanation: "It may be chance.",
    metric: "rmse",
    minImprovement: 0,
    rows: 20,
    floors: [],
    slices: [],
  });
  expect((await summarizeRun(runs, run)).decision).toEqual({
    promote: false,
    reason: "uncertain",
    explanation: "It may be chance.",
  });
});

test("a file that cannot be read takes nothing else away", async () => {
  const { runs, run } = await trained();
  await writeFile(runs.path("run-1", "model", "lineage.json"), "{");
  const summary = await summarizeRun(runs, run);
  expect(summary).toMatchObject({ heldOut: { rmse: 2 } });
  expect(summary).not.toHaveProperty("parameters");
});

test("a run that failed before it trained says so in a line", async () => {
  const runs = new Runs(folder("runs"), () => undefined);
  const run = await runs.create("cost", "data.csv", new Date(0), "run-1");
  const failed = { ...run, outcome: "failed", explanation: "The data has faults.\n│ error │" } as const;
  expect(await summarizeRun(runs, failed)).toEqual({
    id: "run-1",
    startedAt: run.startedAt,
    outcome: "failed",
    explanation: "The data has faults.",
  });
});

test("the definition of a run is what was kept with it", async () => {
  const { runs } = await trained();
  expect(await findDefinitionOf(runs, "run-1")).toBeUndefined();
  await writeJson(runs.path("run-1", "definition.json"), { name: "cost" });
  expect(await findDefinitionOf(runs, "run-1")).toEqual({ name: "cost" });
});
