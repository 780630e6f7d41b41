import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import path from "node:path";
import type { Release, TrackSample } from "../platform/deployment";
import { PlatformError, systemErrorCode } from "../platform/errors";
import { findJson, writeJson } from "../platform/files";
import type { LoadResult } from "./load";

export type StepStatus = "done" | "failed" | "waiting";

export interface StepRecord {
  readonly name: string;
  readonly status: StepStatus;
  readonly startedAt: string;
  readonly ms: number;
  readonly message: string;
}

/** How a run ended, or stands. */
export type RunOutcome =
  | "running"
  | "stopped"
  | "kept"
  | "registered"
  | "waiting-for-approval"
  | "declined"
  | "released"
  | "rolled-back"
  | "failed";

/** One stage of a canary, with what its verdict was made from. */
export interface CanaryStage {
  readonly weight: number;
  /** What the canary was compared with: the stable version, or QA while production has none. */
  readonly comparedWith: string;
  readonly verdict: "advance" | "wait" | "roll-back";
  readonly explanation: string;
  readonly reference: TrackSample;
  readonly canary: TrackSample;
}

/** `run.json`: one execution of training and what came of it. Each step finds its inputs here and leaves its results. */
export interface RunRecord {
  readonly id: string;
  readonly model: string;
  readonly startedAt: string;
  finishedAt?: string;
  outcome: RunOutcome;
  /** The outcome in a sentence. */
  explanation: string;
  /** Absolute path of the data the run works on. */
  readonly dataFile: string;
  steps: StepRecord[];
  /** `name:version`, once registered. */
  version?: string;
  /** What the package is made of, once packaged; QA and production get this one. */
  release?: Release;
  /** What QA showed of the release with this digest. */
  qa?: { readonly digest: string; smoke?: number; load?: LoadResult; sample?: TrackSample };
  approval?: { readonly by: string; readonly at: string };
  canary?: CanaryStage[];
}

/** The runs below a folder: one folder each, named so that their order is their age. */
export class Runs {
  constructor(private readonly directory: string) {}

  async create(model: string, dataFile: string, now: Date): Promise<RunRecord> {
    const stamp = now.toISOString().replace(/[-:]|\.\d+Z/g, "");
    const run: RunRecord = {
      id: `${stamp}-${model}-${randomBytes(2).toString("hex")}`,
      model,
      startedAt: now.toISOString(),
      outcome: "running",
      explanation: "The run has not ended.",
      dataFile,
      steps: [],
    };
    await this.save(run);
    return run;
  }

  /** A file or folder of a run. */
  path(id: string, ...rest: string[]): string {
    return path.join(this.directory, id, ...rest);
  }

  async save(run: RunRecord): Promise<void> {
    await writeJson(this.path(run.id, "run.json"), run);
  }

  async get(id: string): Promise<RunRecord> {
    const run = /^[\w-]+$/.test(id) ? await findJson(this.path(id, "run.json")) : undefined;
    if (run === undefined) {
      throw new PlatformError(
        "NOT_FOUND",
        `There is no run "${id}" in ${this.directory}. \`mlops status\` lists them.`,
      );
    }
    return run as RunRecord;
  }

  /** Newest first. */
  async list(model: string): Promise<RunRecord[]> {
    let names: string[];
    try {
      names = await readdir(this.directory);
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return [];
      throw error;
    }
    const runs = [];
    for (const name of names.sort().reverse()) {
      const run = (await findJson(this.path(name, "run.json"))) as RunRecord | undefined;
      if (run?.model === model) runs.push(run);
    }
    return runs;
  }

  /** The newest run of a model that `matches`; `what` says what was looked for. */
  async newest(
    model: string,
    what: string,
    remedy: string,
    matches: (run: RunRecord) => boolean = () => true,
  ): Promise<RunRecord> {
    const run = (await this.list(model)).find(matches);
    if (!run) throw new PlatformError("NOT_FOUND", `There is no ${what} of ${model}. ${remedy}`);
    return run;
  }
}
