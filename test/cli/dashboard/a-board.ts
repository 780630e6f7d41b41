import type { Board } from "../../../cli/dashboard/board/board";
import type { Digest } from "../../../platform/base/files";
import type { ModelVersion } from "../../../platform/registry/registry";
import type { DeploymentStatus, Release } from "../../../platform/release/deployment";
import type { WatchedWindow } from "../../../cli/watching/window-journal";
import type { RunSummary } from "../../../cli/runs/run-summary";
import { definition } from "../report/report-fixture";

const digestOfNumber = (number: number): Digest => String(number).padStart(64, "0") as Digest;

export const releaseOf = (version: number): Release => ({
  model: `houses:${version}`,
  package: `packages/houses-${version}`,
  digest: digestOfNumber(version),
});

export const versionOf = (version: number): ModelVersion => ({
  name: "houses",
  version,
  digest: digestOfNumber(version),
  registeredAt: "2026-11-21T00:00:00.000Z",
  tags: {},
  aliases: [],
});

export const runOf = (number: number, changes: Partial<RunSummary> = {}): RunSummary => ({
  id: `run-${number}`,
  startedAt: "2026-11-21T00:00:00.000Z",
  outcome: "registered",
  explanation: `houses:${number} is registered.`,
  version: `houses:${number}`,
  heldOut: { rmse: 100 - number, mae: 50 + number },
  parameters: { kind: "ridge", alpha: number },
  ...changes,
});

export const deploymentOf = (
  environment: string,
  changes: Partial<DeploymentStatus> = {},
): DeploymentStatus => ({ environment, model: "houses", history: [], samples: {}, ...changes });

export function boardOf(changes: Partial<Board> = {}): Board {
  return {
    name: "houses",
    definition,
    deployments: [deploymentOf("qa"), deploymentOf("prod", { stable: releaseOf(1) })],
    production: "prod",
    runs: [runOf(2), runOf(1)],
    versions: [versionOf(2), versionOf(1)],
    facts: new Map(),
    decisions: [],
    windows: [],
    problems: [],
    hasStack: false,
    readAt: "2026-11-21T00:00:00.000Z",
    ...changes,
  };
}

/** What is watched, when it is not that of the board's model. */
interface Watched {
  readonly model?: string;
  /** Columns that stay as they are, and the last one, which drifts. */
  readonly columns?: readonly [string, string];
  /** Its rmse when it was registered. */
  readonly registered?: number;
}

/** The sample model, as a browser sees it. */
export const ofDiabetes: Watched = { model: "diabetes:1", columns: ["bp", "bmi"], registered: 50 };

/** What was measured on a day of November, ever farther off. */
export const watchedWindow = (
  day: number,
  { model = "houses:1", columns: [steady, drifting] = ["rooms", "town"], registered = 10 }: Watched = {},
): WatchedWindow => ({
  time: `2026-11-0${day}T06:00:00.000Z`,
  environment: "prod",
  model,
  rows: 200,
  judged: true,
  columns: [
    { column: steady, psi: 0.05, drifted: false },
    { column: drifting, psi: day / 10, drifted: day > 2 },
  ],
  performance: {
    rows: 100,
    metric: "rmse",
    now: registered + day,
    registered,
    interval: { low: registered - 2 + day, high: registered + 2 + day },
    fell: day > 2,
  },
});
