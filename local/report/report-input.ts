import type { ModelDefinition } from "../../platform/definition";
import type { Deployment } from "../../platform/deployment";
import type { Evaluation, PromotionDecision } from "../../platform/evaluation";
import type { DataReport } from "../../platform/findings";
import type { Lineage } from "../../platform/model-directory";
import type { DriftReport } from "../../platform/monitoring/drift";
import type { RunRecord } from "../runs";

/** All that a report shows; what a run did not come to is absent, and so is its section. */
export interface ReportInput {
  readonly run: RunRecord;
  /** Steps of the lifecycle that the run has not come to, in order. */
  readonly notReached: readonly string[];
  readonly definition: ModelDefinition;
  readonly dataReport?: DataReport;
  readonly evaluation?: Evaluation;
  readonly decision?: PromotionDecision;
  /** Content of `lineage.json`. */
  readonly lineage?: Lineage;
  /** Content of the model directory's README.md. */
  readonly modelCard?: string;
  readonly drift?: DriftReport;
  /** What the environments serve at the end of the run. */
  readonly deployments?: readonly Deployment[];
}
