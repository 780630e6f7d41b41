import type { Digest } from "../../platform/base/files";
import { PlatformError, reasonOf } from "../../platform/base/errors";
import type { Evaluation, PromotionDecision } from "../../platform/metrics/evaluation";
import type { DataReport } from "../../platform/data/findings";
import { openRunTracking } from "../../platform/registry/mlflow/run-tracking";
import type { TrainedModel } from "../directory/train";

/** Says of a run on which held-out rows it decided. No dot in this key: not every server takes one in a filter. */
const heldOutTag = "mlops_held_out";

/** What is written to a run at once. */
export interface Entries {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly tags?: Readonly<Record<string, string>>;
}

/** The least of the lengths that servers take for a value. */
const maxCharacters = 500;

function shortened(values: Readonly<Record<string, string>>): Record<string, string> {
  const short = (text: string): string =>
    text.length > maxCharacters ? `${text.slice(0, maxCharacters - 3)}...` : text;
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, short(value)]));
}

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
  async log({ parameters = {}, metrics = {}, tags = {} }: Entries): Promise<void> {
    const run = this.runs?.run;
    if (run === undefined) return;
    await this.orWarn(() => run.setTags(shortened(tags)));
    await this.orWarn(() => run.logParameters(shortened(parameters)));
    await this.orWarn(() => run.logMetrics(metrics));
  }

  /** How many decisions on these held-out rows other runs of the experiment have; undefined where no server can say. */
  async countDecisions(heldOut: Digest): Promise<number | undefined> {
    let count: number | undefined;
    await this.orWarn(async () => {
      count = await this.runs?.run.countOthers(heldOutTag, heldOut);
    }, "Earlier decisions are not counted");
    return count;
  }

  /** Writes how the pipeline ended to the job's run, without fail, and to the pipeline's, if its server lets it. */
  async conclude(outcome: Outcome): Promise<void> {
    const tags = shortened({ ...outcome });
    await this.runs?.run.setTags(tags);
    const pipeline = this.runs?.pipeline;
    if (pipeline !== undefined) await this.orWarn(() => pipeline.setTags(tags));
  }

  private async orWarn(work: () => Promise<void>, what = "Not logged"): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof PlatformError) || error.code === "INTERRUPTED") throw error;
      this.warn(`${what}: ${reasonOf(error)}`);
    }
  }
}

/** Values by a longer name; those that are none are left out. */
function prefixed(
  prefix: string,
  values: Readonly<Record<string, number | undefined>>,
): Record<string, number> {
  const known = Object.entries(values).filter((entry): entry is [string, number] =>
    Number.isFinite(entry[1]),
  );
  return Object.fromEntries(known.map(([name, value]) => [`${prefix}_${name}`, value]));
}

export function entriesOfCheck(report: DataReport, digest: string): Entries {
  const count = (wanted: string): number =>
    report.findings.filter(({ severity }) => severity === wanted).length;
  return {
    metrics: { data_rows: report.rows, data_errors: count("error"), data_warnings: count("warning") },
    tags: { "mlops.data": digest, "mlops.compared_with": report.comparedWith },
  };
}

export function entriesOfTraining({ lineage, metrics, onnxDigest }: TrainedModel): Entries {
  const parameters = Object.entries({ ...lineage.parameters, seed: lineage.seed }).map(([name, value]) => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const { commit } = lineage.code;
  return {
    parameters: Object.fromEntries(parameters) as Record<string, string>,
    metrics: {
      ...prefixed("held_out", { rows: metrics.heldOut.rows, ...metrics.heldOut.metrics }),
      ...prefixed("training", { rows: metrics.training.rows, ...metrics.training.metrics }),
    },
    tags: {
      "mlops.model": lineage.model,
      "mlops.data": lineage.data.digest,
      "mlops.definition": lineage.definitionDigest,
      "mlops.onnx": onnxDigest,
      ...(commit !== undefined && { "mlops.commit": commit }),
    },
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
