import type { RunRecord, StepRecord } from "../../../cli/runs/runs";
import { jobOfRun, showCost, trainingMs } from "../../../cli/runs/training-job";

const step = (name: string, ms: number): StepRecord => ({
  name,
  status: "done",
  startedAt: "2026-01-01T00:00:00.000Z",
  ms,
  message: "",
});
const ended = { finishedAt: "2026-01-01T01:00:00.000Z" };
const run = (changes: Partial<RunRecord>): RunRecord => ({
  id: "run-1",
  model: "cost",
  startedAt: "2026-01-01T00:00:00.000Z",
  outcome: "running",
  explanation: "First line.\nSecond line.",
  dataFile: "data.csv",
  steps: [],
  ...changes,
});

test.each<[string, Partial<RunRecord>, string]>([
  ["is running", {}, "running"],
  ["was kept by the gate", { outcome: "kept", ...ended }, "done"],
  ["was registered", { outcome: "registered", version: "cost:1", ...ended }, "done"],
  ["failed", { outcome: "failed", ...ended }, "failed"],
  ["was released badly", { outcome: "failed", version: "cost:1", ...ended }, "done"],
  ["was rolled back", { outcome: "rolled-back", version: "cost:1", ...ended }, "done"],
  ["was ended by Ctrl-C", { outcome: "stopped", ...ended }, "stopped"],
  ["was killed, so that nothing wrote its end", { outcome: "stopped" }, "failed"],
])("a run that %s", (_name, changes, state) => {
  expect(jobOfRun(run(changes)).state).toBe(state);
});

test("a training takes what its own steps take: neither approval nor release", () => {
  const steps = [step("check", 1000), step("train", 59_000), step("approve", 3_600_000), step("release", 1)];
  expect(trainingMs(steps)).toBe(60_000);
  expect(jobOfRun(run({ steps }))).toMatchObject({
    minutes: 1,
    nodeMinutes: 1,
    explanation: "First line.",
  });
});

test.each([
  [0, "0.00 EUR"],
  [1, "< 0.01 EUR"],
  [90, "0.36 EUR"],
  [60_000, "240.00 EUR"],
])("%d minutes on nodes at 0.24 EUR an hour cost %s", (minutes, text) => {
  expect(showCost(minutes, { perHour: 0.24, currency: "EUR" })).toBe(text);
});
