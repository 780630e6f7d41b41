import { PlatformError } from "../../platform/base/errors";
import { findJson } from "../../platform/base/files";
import { describeSplitRule } from "../../platform/data/split/split-rule";
import type { Metrics } from "../../platform/definition/metric-names";
import type { PromotionDecision } from "../../platform/metrics/evaluation";
import {
  readLineage,
  readModelMetrics,
  type Lineage,
  type ModelMetrics,
} from "../../platform/model/model-directory";
import { findDecision } from "../../training/steps";
import type { RunOutcome, RunRecord, Runs } from "./runs";
import { trainingMs } from "./training-job";

/** A run with what can be told of it beside others; what it did not come to is absent. */
export interface RunSummary {
  readonly id: string;
  readonly startedAt: string;
  readonly outcome: RunOutcome;
  readonly explanation: string;
  /** `name:version`, once registered. */
  readonly version?: string;
  /** Time that its training took, on one node, in milliseconds; absent before its first step has ended. */
  readonly trainingMs?: number;
  /** The trainer, `kind`, and its settings. */
  readonly parameters?: Lineage["parameters"];
  /** On all held-out rows, whatever the champion was trained on. */
  readonly heldOut?: Metrics;
  readonly training?: Metrics;
  readonly data?: Lineage["data"];
  /** How rows were put on a side, in words. */
  readonly split?: string;
  readonly definitionDigest?: string;
  readonly decision?: Pick<PromotionDecision, "promote" | "reason" | "explanation" | "champion">;
}

/** What a file says; nothing where it is not there, or is not as it was written: the rest is still worth showing. */
async function ifReadable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof PlatformError) return undefined;
    throw error;
  }
}

/** Whether a run came as far as training; most files of one that did not are not there. */
function hasTrained({ steps }: RunRecord): boolean {
  return steps.some(({ name, status }) => name === "train" && status === "done");
}

function ofModel(lineage: Lineage | undefined, metrics: ModelMetrics | undefined): Partial<RunSummary> {
  return {
    ...(lineage && {
      parameters: lineage.parameters,
      data: lineage.data,
      definitionDigest: lineage.definitionDigest,
      ...(lineage.split && { split: describeSplitRule(lineage.split) }),
    }),
    ...(metrics && { heldOut: metrics.heldOut.metrics, training: metrics.training.metrics }),
  };
}

/** Reads what a run has left in its folder. */
export async function summarizeRun(runs: Runs, run: RunRecord): Promise<RunSummary> {
  const { id, startedAt, outcome, explanation, version } = run;
  const summary = {
    id,
    startedAt,
    outcome,
    // A failed check lists its findings below the first line.
    explanation: explanation.split("\n", 1)[0] ?? "",
    ...(version !== undefined && { version }),
    ...(run.steps.length > 0 && { trainingMs: trainingMs(run.steps) }),
  };
  if (!hasTrained(run)) return summary;
  const directory = runs.modelDirectory(id);
  const [lineage, metrics, decision] = await Promise.all([
    ifReadable(() => readLineage(directory)),
    ifReadable(() => readModelMetrics(directory)),
    ifReadable(() => findDecision(runs.path(id, "decision.json"))),
  ]);
  return {
    ...summary,
    ...ofModel(lineage, metrics),
    ...(decision && {
      decision: {
        promote: decision.promote,
        reason: decision.reason,
        explanation: decision.explanation,
        ...(decision.champion && { champion: decision.champion }),
      },
    }),
  };
}

/** A run with the definition that it was trained by, where that is kept. */
export interface ComparedRun {
  readonly summary: RunSummary;
  readonly definition: unknown;
}

/** Reads what a run is compared by. */
export async function openComparedRun(runs: Runs, run: RunRecord): Promise<ComparedRun> {
  return { summary: await summarizeRun(runs, run), definition: await findDefinitionOf(runs, run.id) };
}

/** The definition that a run was trained by; undefined for runs from before it was kept. */
export function findDefinitionOf(runs: Runs, id: string): Promise<unknown> {
  return findJson(runs.path(id, "definition.json"));
}
