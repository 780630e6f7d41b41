import type { Digest } from "../../platform/base/files";
import type { Evaluation, PromotionDecision } from "../../platform/metrics/evaluation";
import type { DataReport } from "../../platform/data/findings";
import { prefixed, type Entries } from "../../platform/model/run-entries";
import { logEntries, orWarn, shortened } from "../../platform/registry/mlflow/log-entries";
import { openRunTracking } from "../../platform/registry/mlflow/run-tracking";

/** Says of a run on which held-out rows it decided. No dot in this key: not every server takes one in a filter. */
const heldOutTag = "mlops_held_out";

/** How a pipeline ended, as who watches it reads it from its tags. */
export interface Outcome {
  readonly "mlops.outcome": "registered" | "cancelled";
  /** `name:version`, when it is registered. */
  readonly "mlops.version"?: string;
  /** The gate's reason, as a word and as a sentence. */
  readonly "mlops.reason": string;
  readonly "mlops.explanation": string;
}

/** The run of a job, as far as there is one. */
export class JobLog {
  private readonly runs: ReturnType<typeof openRunTracking>;

  constructor(
    env: NodeJS.ProcessEnv,
    private readonly warn: (message: string) => void,
    signal?: AbortSignal,
  ) {
    this.runs = openRunTracking(env, signal);
  }

  /** Writes to the job's run. That a server does not take a figure is told, and no reason to lose hours of work. */
  async log(entries: Entries): Promise<void> {
    if (this.runs !== undefined) await logEntries(this.runs.run, entries, this.warn);
  }

  /** How many decisions on these held-out rows other runs of the experiment have; undefined where no server can say. */
  async countDecisions(heldOut: Digest): Promise<number | undefined> {
    return orWarn(
      async () => this.runs?.run.countOthers(heldOutTag, heldOut),
      this.warn,
      "Earlier decisions are not counted",
    );
  }

  /** Writes how the pipeline ended to the job's run, without fail, and to the pipeline's, if its server lets it. */
  async conclude(outcome: Outcome): Promise<void> {
    const tags = shortened({ ...outcome });
    await this.runs?.run.setTags(tags);
    const pipeline = this.runs?.pipeline;
    if (pipeline !== undefined) await orWarn(() => pipeline.setTags(tags), this.warn);
  }
}

export function entriesOfCheck(report: DataReport, digest: string): Entries {
  const count = (wanted: string): number =>
    report.findings.filter(({ severity }) => severity === wanted).length;
  return {
    metrics: { data_rows: report.rows, data_errors: count("error"), data_warnings: count("warning") },
    tags: { "mlops.data": digest, "mlops.compared_with": report.comparedWith },
  };
}

export function entriesOfDecision(evaluation: Evaluation, decision: PromotionDecision): Entries {
  const { champion, improvement, interval } = decision;
  return {
    metrics: {
      ...prefixed("candidate", evaluation.candidate.metrics),
      ...prefixed("champion", evaluation.champion?.metrics ?? {}),
      ...prefixed("improvement", { measured: improvement, low: interval?.low, high: interval?.high }),
    },
    tags: {
      "mlops.promote": String(decision.promote),
      "mlops.reason": decision.reason,
      "mlops.explanation": decision.explanation,
      ...(decision.heldOut !== undefined && { [heldOutTag]: decision.heldOut }),
      ...(champion && { "mlops.champion": champion.model }),
    },
  };
}
