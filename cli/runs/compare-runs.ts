import {
  metrics as knownMetrics,
  metricNames,
  type MetricName,
} from "../../platform/definition/metric-names";
import { differences, type Difference } from "./differences";
import type { ComparedRun, RunSummary } from "./run-summary";

/** A metric of two runs. */
interface ComparedMetric {
  readonly metric: MetricName;
  readonly a?: number;
  readonly b?: number;
  /** How much better b is than a, in units of the metric: positive is better, whatever the metric's direction. */
  readonly improvement?: number;
}

/** Two runs side by side. */
export interface RunComparison {
  readonly a: RunSummary;
  readonly b: RunSummary;
  /** On the held-out rows of each. */
  readonly heldOut: readonly ComparedMetric[];
  readonly training: readonly ComparedMetric[];
  /** Why the metrics say less than they seem to; absent where both were measured on the same rows. */
  readonly caution?: string;
  readonly parameters: readonly Difference[];
  readonly data: readonly Difference[];
  /** Of the definitions but for the trainer; absent where one of them is not kept. */
  readonly definition?: readonly Difference[];
}

function compareMetrics(
  a: RunSummary["heldOut"] = {},
  b: RunSummary["heldOut"] = {},
): readonly ComparedMetric[] {
  return metricNames
    .filter((metric) => a[metric] !== undefined || b[metric] !== undefined)
    .map((metric) => {
      const [ofA, ofB] = [a[metric], b[metric]];
      const isHigherBetter = knownMetrics[metric].better === "higher";
      return {
        metric,
        ...(ofA !== undefined && { a: ofA }),
        ...(ofB !== undefined && { b: ofB }),
        ...(ofA !== undefined &&
          ofB !== undefined && { improvement: isHigherBetter ? ofB - ofA : ofA - ofB }),
      };
    });
}

function cautionOf(a: RunSummary, b: RunSummary): string | undefined {
  const untrained = [a, b].filter(({ heldOut }) => heldOut === undefined).map(({ id }) => id);
  if (untrained.length > 0)
    return `${untrained.join(" and ")} trained no model, so there is nothing to compare.`;
  if (a.data?.digest !== b.data?.digest)
    return "The runs had different data, so the held-out rows differ; the gate compares models on the same rows (`mlops evaluate`).";
  if (a.split !== b.split)
    return "The runs held out different rows, so a difference may come from the rows; the gate compares models on the same rows (`mlops evaluate`).";
  return undefined;
}

/** Whether the definitions are known not to be the same, and not how they differ: they are not kept for both. */
export function isOtherUnkept({ a, b, definition }: RunComparison): boolean {
  return definition === undefined && a.definitionDigest !== b.definitionDigest;
}

const withoutTrainer = (definition: unknown): unknown => {
  const parts = Object.entries(definition as Readonly<Record<string, unknown>>);
  return Object.fromEntries(parts.filter(([name]) => name !== "trainer"));
};

/** Compares what two runs measured, and what they were made from. */
export function compareRuns(a: ComparedRun, b: ComparedRun): RunComparison {
  const caution = cautionOf(a.summary, b.summary);
  const isKept = a.definition !== undefined && b.definition !== undefined;
  const dataOf = ({ data, split }: RunSummary): unknown => ({ ...data, split });
  return {
    a: a.summary,
    b: b.summary,
    heldOut: compareMetrics(a.summary.heldOut, b.summary.heldOut),
    training: compareMetrics(a.summary.training, b.summary.training),
    ...(caution !== undefined && { caution }),
    parameters: differences(a.summary.parameters ?? {}, b.summary.parameters ?? {}),
    data: differences(dataOf(a.summary), dataOf(b.summary)),
    ...(isKept && { definition: differences(withoutTrainer(a.definition), withoutTrainer(b.definition)) }),
  };
}
