import { readdir, stat } from "node:fs/promises";
import { systemErrorCode } from "../../../platform/base/errors";
import { mapInBatches } from "../../runs/map-in-batches";
import { summarizeRun, type RunSummary } from "../../runs/run-summary";
import type { RunRecord, Runs } from "../../runs/runs";

interface CachedRun {
  readonly modifiedMs: number;
  readonly sequence: number;
  readonly model: string;
  readonly summary: RunSummary;
}

/** A run that may end without its record being written: its process may be killed. */
const mayChange = ({ outcome }: RunRecord): boolean => outcome === "running";

/** Summaries of all runs; a run is read again only when its record has been written since. */
export class RunCache {
  private runs = new Map<string, CachedRun>();

  constructor(private readonly source: Runs) {}

  /** Looks which runs there are and which of them have changed. */
  async refresh(): Promise<void> {
    const found = await mapInBatches(await this.ids(), async (id) => [id, await this.current(id)] as const);
    this.runs = new Map(found.flatMap(([id, run]) => (run === undefined ? [] : [[id, run]])));
  }

  /** Runs of a model, newest first. */
  of(model: string): RunSummary[] {
    return [...this.runs.values()]
      .filter((run) => run.model === model)
      .sort((a, b) => b.sequence - a.sequence || (a.summary.id < b.summary.id ? 1 : -1))
      .map(({ summary }) => summary);
  }

  private async ids(): Promise<string[]> {
    try {
      return await readdir(this.source.path("."));
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return [];
      throw error;
    }
  }

  private async current(id: string): Promise<CachedRun | undefined> {
    const modifiedMs = await stat(this.source.path(id, "run.json")).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    if (modifiedMs === undefined) return undefined;
    const known = this.runs.get(id);
    if (known?.modifiedMs === modifiedMs) return known;
    const run = await this.source.findSound(id);
    if (run === undefined) return undefined;
    const summary = await summarizeRun(this.source, run);
    return {
      modifiedMs: mayChange(run) ? -1 : modifiedMs,
      sequence: run.sequence ?? 0,
      model: run.model,
      summary,
    };
  }
}
