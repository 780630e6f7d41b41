import { listTrainingJobs, openTrainingJob, watchedJobs } from "../../../cli/trainings/azure-jobs";
import { now, useJobServer } from "./job-server";

describe("training jobs of a stack", () => {
  const { server, stack } = useJobServer();
  const add = (name: string, status: string, experiment = "diabetes", tags: Record<string, string> = {}) =>
    server().jobs.push({ name, states: [status], experiment, createdAt: "2026-03-10T10:00:00Z", tags });

  test("has its state, what it measured, and minutes times nodes; others' jobs are left out", async () => {
    add("job-2", "Completed", "diabetes", { "mlops.version": "diabetes:7" });
    add("other", "Running", "titanic");
    server().step = {
      startTimeUtc: "2026-03-10T10:30:00Z",
      endTimeUtc: "2026-03-10T10:45:00Z",
      compute: { instanceCount: 2 },
    };
    expect(await listTrainingJobs(server().client(), stack(), { max: 20, now })).toEqual([
      {
        id: "job-2",
        state: "done",
        status: "Completed",
        startedAt: "2026-03-10T10:00:00Z",
        minutes: 45,
        nodeMinutes: 30,
        metrics: { held_out_rmse: 54.35 },
        version: "diabetes:7",
        link: expect.stringContaining("/runs/job-2?"),
      },
    ]);
  });

  test("one that has not ended has taken the time until now", async () => {
    add("job-1", "Running");
    server().step = { startTimeUtc: "2026-03-10T11:40:00Z" };
    const [job] = await listTrainingJobs(server().client(), stack(), { max: 20, now });
    expect(job).toMatchObject({ state: "running", minutes: 120, nodeMinutes: 20 });
  });

  test("one whose steps never began has cost nothing, and how long it took is not known", async () => {
    add("job-1", "Failed");
    const [job] = await listTrainingJobs(server().client(), stack(), { max: 20, now });
    expect(job).toMatchObject({ state: "failed", nodeMinutes: 0 });
    expect(job).not.toHaveProperty("minutes");
  });

  test.each([
    ["NotStarted", "waiting"],
    ["Queued", "waiting"],
    ["SomethingNew", "waiting"],
    ["Running", "running"],
    ["Finalizing", "running"],
    ["Completed", "done"],
    ["Failed", "failed"],
    ["NotResponding", "failed"],
    ["CancelRequested", "stopped"],
    ["Canceled", "stopped"],
  ])("%s is %s", async (status, state) => {
    add("job-1", status);
    expect(await watchedJobs(server().client(), stack(), now)).toEqual([
      { id: "job-1", state, startedAt: "2026-03-10T10:00:00Z" },
    ]);
  });

  test("no more are asked for than are wanted", async () => {
    for (let number = 1; number <= 5; number += 1) add(`job-${number}`, "Completed");
    const jobs = await listTrainingJobs(server().client(), stack(), { max: 2, now });
    expect(jobs.map(({ id }) => id)).toEqual(["job-1", "job-2"]);
  });

  test("is shown with its log", async () => {
    add("job-1", "Completed");
    const { job, log } = await openTrainingJob(server().client(), stack(), { id: "job-1", now });
    expect([job.id, log]).toEqual(["job-1", ["[train] epoch 1"]]);
  });

  test("of another model is refused, and one that there is not is told", async () => {
    add("other", "Completed", "titanic");
    await expect(openTrainingJob(server().client(), stack(), { id: "other", now })).rejects.toThrow(
      "Job other is one of titanic, not of diabetes.",
    );
    await expect(openTrainingJob(server().client(), stack(), { id: "none", now })).rejects.toThrow(
      "HTTP 404",
    );
  });
});
