import type { ModelDefinition } from "../../platform/definition/definition";
import type { Deployment } from "../../platform/release/deployment";
import type { Evaluation, PromotionDecision } from "../../platform/metrics/evaluation";
import type { DataReport } from "../../platform/data/findings";
import type { Lineage } from "../../platform/model/model-directory";
import type { DriftReport } from "../../platform/drift/drift";
import type { RunRecord } from "../runs/runs";
import type { Tuning } from "../../training/tuning/tuning";
import type { RunSummary } from "../runs/run-summary";

/** An earlier run. */
export interface FormerRun {
  readonly run: RunSummary;
  /** Its report, relative to this one's; absent where there is none. */
  readonly report?: string;
}

/** All that a report shows; what a run did not come to is absent, and so is its section. */
export interface ReportInput {
  readonly run: RunRecord;
  /** Steps of the lifecycle that the run has not come to, in order. */
  readonly notReached: readonly string[];
  readonly definition: ModelDefinition;
  readonly dataReport?: DataReport;
  readonly evaluation?: Evaluation;
  readonly decision?: PromotionDecision;
  readonly tuning?: Tuning;
  /** Content of `lineage.json`. */
  readonly lineage?: Lineage;
  /** Content of the model directory's README.md. */
  readonly modelCard?: string;
  readonly drift?: DriftReport;
  /** The runs before this one, newest first. */
  readonly formerRuns?: readonly FormerRun[];
  /** What the environments serve at the end of the run. */
  readonly deployments?: readonly Deployment[];
}
