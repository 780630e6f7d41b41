import { readFile, writeFile } from "node:fs/promises";
import type { Board, BrokenBoard } from "../../../cli/dashboard/board/board";
import { BoardKeeper } from "../../../cli/dashboard/board/board-keeper";
import type { DashboardParts } from "../../../cli/dashboard/routes/desk";
import type { TrainingJob } from "../../../cli/runs/training-job";
import type { AuditEntry } from "../../../platform/audit/audit-entry";
import { PlatformError } from "../../../platform/base/errors";
import type { Digest } from "../../../platform/base/files";
import type { DataVersion } from "../../../platform/data/versions/version-record";
import { signatureOf } from "../../../platform/model/signature";
import { bare, definition } from "../report/report-fixture";
import { runOf } from "./a-board";

type Boards = ReadonlyMap<string, Board | BrokenBoard>;

const key = "k".repeat(32);
export const access = { key, formKey: "f".repeat(43) };
/** Without a server, the port is 0. */
export const host = "127.0.0.1:0";
/** Of whoever has the key. */
export const headers = { host, cookie: `mlops-dashboard-0=${key}` };

const act: AuditEntry = {
  number: 1,
  id: "00000000-0000-4000-8000-000000000000",
  time: "2026-11-21T00:00:00.000Z",
  state: "done",
  act: "rollback",
  subject: "houses",
  why: "<i>worse</i>",
  details: { from: "houses:2" },
  actor: { who: "ada", host: "here", process: 1 },
};

const job: TrainingJob = {
  id: "job-1",
  state: "failed",
  status: "Failed",
  startedAt: "2026-11-21T00:00:00.000Z",
  minutes: 90,
  nodeMinutes: 60,
  metrics: { held_out_rmse: 54.35 },
  explanation: "<i>No memory.</i>",
  link: "https://ml.azure.com/runs/job-1",
};

export const keptVersion: DataVersion = {
  model: "houses",
  digest: "d".repeat(64) as Digest,
  source: "<i>data.csv</i>",
  kind: "file",
  format: "csv",
  rows: 1234,
  columns: [{ name: "town" }, { name: "price" }],
  keptAt: "2026-11-21T00:00:00.000Z",
  collected: {
    collectedAt: "2026-11-20T00:00:00.000Z",
    environment: "prod",
    former: "e".repeat(64) as Digest,
    added: 34,
    labels: { source: "<i>truth.csv</i>", digest: "f".repeat(64) as Digest },
    predictedBy: [
      {
        model: "houses:1",
        rows: 34,
        from: "2026-11-18T00:00:00.000Z",
        to: "2026-11-19T00:00:00.000Z",
        metrics: { rmse: 12.345678 },
      },
    ],
  },
  files: [{ path: "data.csv", bytes: 1, digest: "d".repeat(64) as Digest }],
};

/** What the dashboard of houses is made from; `scratch` is where files are scored. */
export async function partsOf(
  boards: Boards,
  { scratch, ...changes }: Partial<DashboardParts> & Pick<DashboardParts, "scratch">,
): Promise<DashboardParts> {
  const keeper = new BoardKeeper(() => Promise.resolve(new Map(boards)));
  await keeper.refresh();
  return {
    scratch,
    boards: keeper,
    access,
    reportOf: (_board, run) => Promise.resolve({ ...bare, run: { ...bare.run, id: run } }),
    comparedRun: (id) => Promise.resolve({ summary: runOf(Number(id.slice(4))), definition }),
    monitor: () => Promise.reject(new PlatformError("NOT_FOUND", "Nothing serves.")),
    factsOf: ({ version }) =>
      version === 1
        ? Promise.resolve({ card: "# houses\n\n## Intended use\n\nNot stated. \\<i\\>\n" })
        : Promise.reject(new PlatformError("STORAGE_FAILED", "It is gone.")),
    dataOf: () => Promise.resolve({ versions: [keptVersion], note: "<i>Here alone.</i>" }),
    trainings: () => ({
      list: () => Promise.resolve([job]),
      watched: () => Promise.resolve([job]),
      everyHours: () => Promise.resolve(undefined),
      compared: (id) => Promise.resolve({ summary: { ...runOf(1), id }, definition: undefined }),
      open: (id) =>
        id === job.id
          ? Promise.resolve({ job, log: ["<i>epoch</i> 1"] })
          : Promise.reject(new PlatformError("AZURE_FAILED", "There is no such job.")),
    }),
    audit: () => Promise.resolve({ acts: [act], verified: { entries: [act], faults: [] } }),
    openTrial: () =>
      Promise.resolve({
        version: "houses:1",
        signature: signatureOf(definition),
        example: { town: "B" },
        ask: (row) => Promise.resolve({ prediction: JSON.stringify(row) }),
      }),
    scoreFile: async (_board, input, output) => {
      await writeFile(output, `scored ${await readFile(input, "utf8")}`);
      return { read: 2, scored: 2, rejected: 0, model: "houses:1", output };
    },
    ...changes,
  };
}
