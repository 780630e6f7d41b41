import { minuteMs } from "../../platform/base/durations";
import type { MetricName } from "../../platform/definition/metric-names";
import type { TrainingState, WatchedTraining } from "../../platform/gate/training-watch";
import type { NodePrice } from "../../platform/settings/node-price";
import type { RunRecord, StepRecord } from "./runs";

/** A training, on this machine or in Azure Machine Learning, with what it took. */
export interface TrainingJob extends WatchedTraining {
  /** Its state in the words of where it ran. */
  readonly status: string;
  /** Minutes from its start to its end, or until now. */
  readonly minutes?: number;
  /** Minutes of each step times its nodes; waiting for a node is free. */
  readonly nodeMinutes?: number;
  readonly metrics?: Readonly<Record<string, number>>;
  /** `name:version`, once registered. */
  readonly version?: string;
  /** What came of it, in a sentence. */
  readonly explanation?: string;
  /** Where people look at it. */
  readonly link?: string;
}

/** A metric on the held-out rows: a job puts before its name which rows it is of. */
export function heldOutMetric(
  metrics: Readonly<Record<string, number>> | undefined,
  name: MetricName,
): number | undefined {
  return metrics?.[`held_out_${name}`];
}

/** Steps of a run that train; what follows releases. */
const trainingSteps: readonly string[] = ["check", "split", "tune", "train", "evaluate", "register"];

/** Time that the training of a run has taken, in milliseconds; waiting for people and releasing are no part of it. */
export function trainingMs(steps: readonly StepRecord[]): number {
  return steps.filter(({ name }) => trainingSteps.includes(name)).reduce((sum, { ms }) => sum + ms, 0);
}

/** How the training of a run stands. A release that failed is a training that went well. */
function stateOfRun({ outcome, version, finishedAt }: RunRecord): TrainingState {
  if (outcome === "running") return "running";
  if (version !== undefined) return "done";
  // Whatever ends in an orderly way, Ctrl-C too, writes when: this process was killed.
  if (finishedAt === undefined) return "failed";
  return outcome === "failed" || outcome === "stopped" ? outcome : "done";
}

/** A run of this machine as a training, on one node. */
export function jobOfRun(run: RunRecord): TrainingJob {
  const { id, startedAt, outcome, explanation, version, steps } = run;
  const minutes = trainingMs(steps) / minuteMs;
  return {
    id,
    startedAt,
    state: stateOfRun(run),
    status: outcome,
    minutes,
    nodeMinutes: minutes,
    explanation: explanation.split("\n", 1)[0] ?? "",
    ...(version !== undefined && { version }),
  };
}

/** What a time on nodes costs, with the currency. */
export function showCost(nodeMinutes: number, { perHour, currency }: NodePrice): string {
  const cost = (nodeMinutes / 60) * perHour;
  return cost > 0 && cost < 0.01 ? `< 0.01 ${currency}` : `${cost.toFixed(2)} ${currency}`;
}
