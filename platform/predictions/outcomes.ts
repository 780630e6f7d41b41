import { classNames, severalClasses } from "../definition/class-names";
import { targetOf, type ModelDefinition } from "../definition/definition";
import type { Metrics } from "../definition/metric-names";
import { computeMetrics } from "../metrics/compute-metrics";
import type { ScoredRows } from "../metrics/evaluation";
import type { SqlValue } from "../sql/engine";
import type { PredictionRecord } from "./prediction-record";

/** What a version predicted of rows whose truth is known, and how right it was. */
export interface VersionOutcome {
  /** `name:version`. */
  readonly model: string;
  /** Labelled rows that it scored, each once. */
  readonly rows: number;
  /** When it scored the first of them, and the last; ISO 8601, UTC. */
  readonly from: string;
  readonly to: string;
  /** On these rows; one that is not defined for them is absent, as all are of a classification without probabilities. */
  readonly metrics: Metrics;
}

/** A target as metrics take it; undefined of a value that is no number or none of the classes. */
export function targetCoder(
  definition: Pick<ModelDefinition, "task" | "columns">,
): (value: SqlValue) => number | undefined {
  const target = targetOf(definition);
  if (definition.task === "regression") {
    return (value) => (typeof value === "number" && Number.isFinite(value) ? value : undefined);
  }
  const classes = classNames(target);
  return (value) => {
    if (value === null) return undefined;
    const code = classes.indexOf(typeof value === "boolean" ? Number(value) : value);
    return code < 0 ? undefined : code;
  };
}

/** How many classes a definition's model tells apart, where they are more than two. */
export function severalClassesOf(definition: Pick<ModelDefinition, "task" | "columns">): number | undefined {
  if (definition.task === "regression") return undefined;
  return severalClasses(classNames(targetOf(definition)))?.length;
}

/** A row's prediction as metrics take it: the number, the probability of the positive class, or those of all classes. */
export function predictedOf(
  record: Pick<PredictionRecord, "outputs" | "probabilities">,
  row: number,
  { task, classes = 1 }: { readonly task: ModelDefinition["task"]; readonly classes?: number | undefined },
): readonly number[] | undefined {
  const value = task === "regression" ? record.outputs[row] : record.probabilities?.[row];
  const predicted = typeof value === "number" ? [value] : typeof value === "string" ? undefined : value;
  return predicted?.length === classes ? predicted : undefined;
}

interface LabelledRow {
  readonly time: string;
  readonly actual: number | undefined;
  readonly predicted: readonly number[] | undefined;
}

/** Gathers what versions predicted of labelled rows. */
export class Outcomes {
  private readonly byVersion = new Map<string, Map<string, LabelledRow>>();
  private readonly code: (value: SqlValue) => number | undefined;
  private readonly classes: number | undefined;

  constructor(private readonly definition: Pick<ModelDefinition, "task" | "columns">) {
    this.code = targetCoder(definition);
    this.classes = severalClassesOf(definition);
  }

  /** Adds a row of a record, known by `key`; the same row of the same version counts once. */
  add(
    record: PredictionRecord,
    row: number,
    { key, label }: { readonly key: string; readonly label: SqlValue },
  ): void {
    const rows = this.byVersion.get(record.model) ?? new Map<string, LabelledRow>();
    this.byVersion.set(record.model, rows);
    if (rows.has(key)) return;
    const { task } = this.definition;
    const predicted = predictedOf(record, row, { task, classes: this.classes });
    rows.set(key, { time: record.time, actual: this.code(label), predicted });
  }

  /** Takes rows out whose label may be another row's. */
  remove(key: string): void {
    for (const rows of this.byVersion.values()) rows.delete(key);
  }

  /** By the time of their first row. */
  list(): VersionOutcome[] {
    return [...this.byVersion]
      .flatMap(([model, rows]) => (rows.size === 0 ? [] : [this.outcomeOf(model, [...rows.values()])]))
      .sort((a, b) => (a.from < b.from ? -1 : 1));
  }

  /** The rows of a version for which there is a prediction to measure. */
  scoredBy(model: string): ScoredRows {
    return this.scored([...(this.byVersion.get(model)?.values() ?? [])]);
  }

  private outcomeOf(model: string, rows: readonly LabelledRow[]): VersionOutcome {
    const times = rows.map(({ time }) => time).sort();
    const scored = this.scored(rows);
    return {
      model,
      rows: rows.length,
      from: times[0] ?? "",
      to: times.at(-1) ?? "",
      metrics: scored.actual.length === 0 ? {} : computeMetrics(this.definition.task, scored),
    };
  }

  private scored(rows: readonly LabelledRow[]): ScoredRows {
    const known = rows.flatMap(({ actual, predicted }) =>
      actual === undefined || predicted === undefined ? [] : [{ actual, predicted }],
    );
    return {
      actual: Float64Array.from(known, ({ actual }) => actual),
      predicted: Float64Array.from(known.flatMap(({ predicted }) => predicted)),
      ...(this.classes !== undefined && { classes: this.classes }),
    };
  }
}
