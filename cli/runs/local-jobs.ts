import { readFile } from "node:fs/promises";
import { systemErrorCode } from "../../platform/base/errors";
import { summarizeRun } from "./run-summary";
import type { RunRecord, Runs } from "./runs";
import { jobOfRun, type TrainingJob } from "./training-job";

/** What the trainer's own program has printed; nothing of one that is built in. */
async function programLines(runs: Runs, id: string): Promise<string[]> {
  try {
    const text = await readFile(runs.path(id, "trainer.log"), "utf8");
    return text.trimEnd().split("\n");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw error;
  }
}

/** A run of this machine as a training, with the lines that its steps and its trainer's program have left. */
export async function openLocalJob(
  runs: Runs,
  run: RunRecord,
): Promise<{ readonly job: TrainingJob; readonly log: readonly string[] }> {
  const { heldOut } = await summarizeRun(runs, run);
  const steps = run.steps.map(
    ({ name, status, ms, message }) => `[${name}] ${status}, ${(ms / 1000).toFixed(2)} s: ${message}`,
  );
  const printed = (await programLines(runs, run.id)).map((line) => `[trainer] ${line}`);
  return { job: { ...jobOfRun(run), ...(heldOut && { metrics: heldOut }) }, log: [...steps, ...printed] };
}
