import { compareRuns } from "../../../cli/runs/compare-runs";
import { describeComparison } from "../../../cli/terminal/describe-runs";
import { openComparedJob } from "../../../cli/trainings/compared-job";
import { entriesOfDecision } from "../../../training/job/job-log";
import { entriesOfTraining, type Entries } from "../../../platform/model/run-entries";
import { digestOf } from "../../../platform/base/files";
import { now, useJobServer } from "./job-server";

const { server, stack } = useJobServer();

/** What the steps of a job write to their runs, by the code that writes it. */
function told(alpha: number, data: string, { rmse = 54.35, promote = true } = {}): Entries[] {
  const metrics = (rows: number) => ({ rows, metrics: { rmse, mae: 44 } });
  return [
    entriesOfTraining({
      lineage: {
        ...{ model: "diabetes", createdAt: now.toISOString(), seed: 7, parameters: { kind: "ridge", alpha } },
        ...{ data: { digest: digestOf(data) }, definitionDigest: digestOf("definition"), code: {} },
      },
      metrics: { heldOut: metrics(85), training: metrics(357) },
      onnxDigest: digestOf("onnx"),
    } as unknown as Parameters<typeof entriesOfTraining>[0]),
    entriesOfDecision(
      { candidate: { metrics: { rmse } } } as never,
      {
        ...{ promote, reason: promote ? "better" : "uncertain", explanation: "As it is.", floors: [] },
        ...{ champion: { model: "diabetes:1" }, heldOut: digestOf(`rows of ${data}`) },
      } as never,
    ),
  ];
}

const pairs = (values: Readonly<Record<string, unknown>> = {}) =>
  Object.entries(values).map(([key, value]) => ({ key, value }));

/** A job whose one step has written all of it. */
function add(name: string, entries: readonly Entries[], tags: Record<string, string> = {}): void {
  server().jobs.push({
    ...{ name, states: ["Completed"], experiment: "diabetes", tags },
    createdAt: "2026-03-10T10:00:00Z",
  });
  const all = Object.assign({}, ...entries) as Entries;
  const merged = (kind: "parameters" | "metrics" | "tags") =>
    pairs(Object.assign({ ...all[kind] }, ...entries.map((each) => each[kind])) as object as never);
  server().entriesOf.set(name, {
    metrics: merged("metrics"),
    params: merged("parameters"),
    tags: merged("tags"),
  });
}

const open = (name: string) => openComparedJob(server().client(), stack(), { name, now });

test("two jobs of a stack are compared by what they have written: metrics, trainer, data and decision", async () => {
  add("job-1", told(1, "old"), { "mlops.version": "diabetes:2", "mlops.outcome": "registered" });
  add("job-2", told(0.5, "new", { rmse: 53, promote: false }));
  server().step = { startTimeUtc: "2026-03-10T10:30:00Z", endTimeUtc: "2026-03-10T10:45:00Z" };
  const a = await open("diabetes:2");
  expect(a.summary).toEqual({
    ...{ id: "job-1", startedAt: "2026-03-10T10:00:00Z", outcome: "registered", version: "diabetes:2" },
    explanation: "",
    trainingMs: 900_000,
    parameters: { kind: "ridge", alpha: 1 },
    heldOut: { rmse: 54.35, mae: 44 },
    training: { rmse: 54.35, mae: 44 },
    data: {
      ...{ source: "the stack's data", digest: digestOf("old") },
      ...{ rows: 442, trainingRows: 357, heldOutRows: 85 },
    },
    split: expect.stringMatching(/^rows [0-9a-f]{12}$/),
    definitionDigest: digestOf("definition"),
    decision: {
      ...{ promote: true, reason: "better", explanation: "As it is." },
      champion: { model: "diabetes:1" },
    },
  });
  const comparison = compareRuns(a, await open("job-2"));
  expect(comparison.heldOut).toContainEqual({
    metric: "rmse",
    a: 54.35,
    b: 53,
    improvement: expect.closeTo(1.35),
  });
  expect(comparison.parameters).toEqual([{ path: "alpha", a: 1, b: 0.5 }]);
  const text = describeComparison(comparison);
  expect(text).toContain("The runs had different data");
  expect(text).toContain("Definition: no difference.");
  expect(text).toMatch(/b {2}job-2, kept/);
});

test("a job that has failed before it wrote anything has nothing to compare, and says so", async () => {
  add("job-1", told(1, "old"));
  add("job-2", []);
  const comparison = compareRuns(await open("job-1"), await open("job-2"));
  expect(comparison.caution).toBe("job-2 trained no model, so there is nothing to compare.");
});

test("a version that no job has registered, and a job of another model, are refused", async () => {
  add("job-1", told(1, "old"));
  server().jobs.push({ name: "other", states: ["Completed"], experiment: "titanic" });
  await expect(open("diabetes:9")).rejects.toThrow(
    "None of the newest 100 jobs of the stack has registered diabetes:9.",
  );
  await expect(open("other")).rejects.toThrow("Job other is one of titanic, not of diabetes.");
});
