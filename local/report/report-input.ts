import type { ModelDefinition } from "../../platform/definition";
import type { Deployment, TrackSample } from "../../platform/deployment";
import type { Evaluation, PromotionDecision } from "../../platform/evaluation";
import type { DataReport } from "../../platform/findings";
import type { Lineage } from "../../platform/model-directory";
import type { DriftReport } from "../../platform/monitoring/drift";

/** One step of a run. */
export interface ReportStep {
  readonly name: string;
  /** "skipped" = not reached or not asked for; "waiting" = the run stopped here and can go on. */
  readonly status: "done" | "failed" | "skipped" | "waiting";
  /** Time taken, in milliseconds. */
  readonly ms: number;
  readonly message: string;
}

/** The run a report is about. */
export interface ReportRun {
  readonly id: string;
  /** Name of the model, or `name:version` once it is registered. */
  readonly model: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** What came out of the run, in one sentence. */
  readonly outcome: string;
  /** In the order they ran. */
  readonly steps: readonly ReportStep[];
}

/** One stage of a canary release: its traffic, what was seen of both tracks, and what was decided. */
export interface ReportCanaryStage {
  /** Share of requests the canary answered, in percent; 0 = it was sent copies only. */
  readonly weight: number;
  readonly verdict: "advance" | "wait" | "roll-back";
  readonly explanation: string;
  readonly stable?: TrackSample;
  readonly canary: TrackSample;
  /** Latency of single requests in milliseconds, in any order. */
  readonly latencies?: { readonly stable: readonly number[]; readonly canary: readonly number[] };
}

/** What a load test measured. */
export interface ReportLoad {
  readonly requests: number;
  readonly failures: number;
  readonly requestsPerSecond: number;
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number };
}

/** All that a report shows; what a run did not come to is absent, and so is its section. */
export interface ReportInput {
  readonly run: ReportRun;
  readonly definition: ModelDefinition;
  readonly dataReport?: DataReport;
  readonly evaluation?: Evaluation;
  readonly decision?: PromotionDecision;
  /** Content of `lineage.json`. */
  readonly lineage?: Lineage;
  /** Content of the model directory's README.md. */
  readonly modelCard?: string;
  readonly drift?: DriftReport;
  readonly canary?: { readonly stages: readonly ReportCanaryStage[] };
  readonly load?: ReportLoad;
  /** What the environments serve at the end of the run. */
  readonly deployments?: readonly Pick<
    Deployment,
    "environment" | "stable" | "canary" | "previous" | "history"
  >[];
}
