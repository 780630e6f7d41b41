import { describeJob, describeJobs } from "../../../cli/trainings/describe-jobs";
import type { TrainingJob } from "../../../cli/runs/training-job";

const job: TrainingJob = {
  id: "job-1",
  state: "done",
  status: "Completed",
  startedAt: "2026-03-10T10:00:00Z",
  minutes: 45,
  nodeMinutes: 30,
  metrics: { held_out_rmse: 54.35, rows: 442 },
  version: "diabetes:7",
  link: "https://example.org/job-1",
};
const cells = (line = "") =>
  line
    .split("│")
    .map((cell) => cell.trim())
    .filter(Boolean);

test("a job's line has its state, metric, times and version, and its cost where there is a price", () => {
  const price = { perHour: 0.24, currency: "EUR" };
  const [, head, , first] = describeJobs([job], "rmse", price).split("\n");
  expect(cells(head)).toEqual(["job", "state", "begun", "rmse", "time", "on nodes", "cost", "version"]);
  expect(cells(first)).toEqual([
    "job-1",
    "Completed",
    "2026-03-10 10:00:00 UTC",
    "54.35",
    "45 min 0 s",
    "30 min 0 s",
    "0.12 EUR",
    "diabetes:7",
  ]);
  expect(cells(describeJobs([job], "rmse").split("\n")[1])).not.toContain("cost");
});

test("one job is shown with its log", () => {
  expect(describeJob(job, ["[train] epoch 1"])).toBe(
    [
      "job-1, Completed, diabetes:7",
      "Begun 2026-03-10 10:00:00 UTC; took 45 min 0 s, 30 min 0 s on nodes.",
      "Measured: held_out_rmse 54.35, rows 442.",
      "https://example.org/job-1",
      "",
      "[train] epoch 1",
    ].join("\n"),
  );
  expect(describeJob({ id: "job-1", state: "waiting", status: "Queued", startedAt: "" }, [])).toContain(
    "It has no log yet.",
  );
});
