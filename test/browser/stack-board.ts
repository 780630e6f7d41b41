import type { Board } from "../../cli/dashboard/board/board";
import type { ComparedRun } from "../../cli/runs/run-summary";
import type { TrainingJob } from "../../cli/runs/training-job";
import { digestOf } from "../../platform/base/files";
import { loadDefinition } from "../../platform/definition/definitions";
import { boardOf, deploymentOf, ofDiabetes, releaseOf, watchedWindow } from "../cli/dashboard/a-board";

const hourMs = 3_600_000;

const sample = (requests: number, p95: number) => ({
  requests,
  failures: 0,
  latencyMs: { p50: p95 / 2, p95, p99: 2 * p95 },
});

/** The sample model's board where a stack in Azure trains it, with a canary in production. */
export async function stackBoard(): Promise<Board> {
  const { definition } = await loadDefinition("diabetes");
  const { name } = definition;
  const release = (version: number) => ({
    ...releaseOf(version),
    model: `${name}:${version}`,
    digest: digestOf(`${name}:${version}`),
  });
  const environment = (where: string, changes: Partial<ReturnType<typeof deploymentOf>>) => ({
    ...deploymentOf(where, { url: "https://scoring.example", ...changes }),
    model: name,
  });
  return boardOf({
    ...{ name, definition, runs: [], versions: [], hasStack: true },
    nodePrice: { perHour: 0.25, currency: "EUR" },
    windows: [1, 2, 3].map((day) => watchedWindow(day, ofDiabetes)),
    deployments: [
      environment("qa", { stable: release(3), samples: { stable: sample(240, 12) } }),
      environment("prod", {
        stable: release(2),
        previous: release(1),
        canary: { ...release(3), weight: 10, shadow: 0 },
        samples: { stable: sample(5400, 14), canary: sample(600, 15) },
      }),
    ],
  });
}

const begun = (hoursAgo: number): string =>
  new Date(Date.parse("2026-11-27T12:00:00Z") - hoursAgo * hourMs).toISOString();

/** Jobs of that stack, newest first: one of each kind of end. */
export const stackJobs: readonly TrainingJob[] = [
  {
    id: "calm_river_f3k2",
    state: "running",
    status: "Running",
    startedAt: begun(0),
    minutes: 7,
    nodeMinutes: 4,
  },
  {
    id: "brave_lake_9d1x",
    state: "done",
    status: "Completed",
    startedAt: begun(24),
    minutes: 31,
    nodeMinutes: 22,
    metrics: { held_out_rmse: 53.12, held_out_mae: 43.2, held_out_r2: 0.493 },
    version: "diabetes:3",
    explanation: "diabetes:3 is registered: rmse 53.12 against 54.35 of diabetes:2, better by 1.23.",
    link: "https://ml.azure.com/runs/brave_lake_9d1x",
  },
  {
    id: "dry_leaf_k20p",
    state: "failed",
    status: "Failed",
    startedAt: begun(30 * 24),
    minutes: 12,
    nodeMinutes: 3,
    explanation: "The data has 2 errors; nothing was trained.",
  },
];

/** What two jobs of it are compared by. */
export function comparedJob(id: string): ComparedRun {
  const isNewer = id === "brave_lake_9d1x";
  const parameters = { kind: "ridge", alpha: isNewer ? 0.5 : 1 };
  return {
    definition: undefined,
    summary: {
      ...{ id, startedAt: begun(isNewer ? 24 : 192), outcome: "registered", explanation: "" },
      version: `diabetes:${isNewer ? 3 : 2}`,
      parameters: parameters,
      heldOut: isNewer ? { rmse: 53.12, mae: 43.2, r2: 0.493 } : { rmse: 54.35, mae: 44.01, r2: 0.469 },
      data: {
        ...{ source: "the stack's data", digest: digestOf(isNewer ? "new" : "old") },
        ...{ rows: 442, trainingRows: 357, heldOutRows: 85 },
      },
      definitionDigest: digestOf("definition"),
    },
  };
}

/** What a job of it has written. */
export const stackLog: readonly string[] = [
  "[check] 442 rows, 11 columns, no findings (compared with diabetes:2)",
  "[train] ridge, rmse 52.90, mae 43.02, r2 0.5121 on the training rows",
  "[evaluate] rmse 53.12 against 54.35 of diabetes:2: better by 1.23 (95 % interval 0.31 to 2.2)",
  "[register] diabetes:3, sha256:8aca5cb3f740",
];

/** What a retraining says that is started from a page. */
export const retrainingOutput = `✔ Training job calm_river_f3k2 is started.
✔ Completed after 31 minutes, 22 of them on a node.

diabetes:3 is registered: rmse 53.12 against 54.35 of diabetes:2, better by 1.23.
Next: npm run mlops -- release diabetes:3 --target azure`;
