import type { ModelDefinition } from "../definition/definition";
import type { ScoredRows } from "../metrics/evaluation";
import type { SqlValue } from "../sql/engine";
import { keyOf, labelsByKey, type Label } from "./labels";
import { Outcomes } from "./outcomes";
import type { PredictionRecord } from "./prediction-record";

/**
 * Joins what versions predicted with what the rows turned out to be. A row whose request id was used for different inputs is left out:
 * which of them the label is for is not known. Memory grows with the labels, not with the log.
 */
export class TruthJoin {
  private readonly labels: ReadonlyMap<string, SqlValue>;
  private readonly outcomes: Outcomes;
  private readonly inputs = new Map<string, string>();
  private readonly ambiguous = new Set<string>();

  /** Throws DATA_INVALID for labels that contradict each other. */
  constructor(definition: Pick<ModelDefinition, "task" | "columns">, labels: Iterable<Label>) {
    this.labels = labelsByKey(labels);
    this.outcomes = new Outcomes(definition);
  }

  add(record: PredictionRecord): void {
    for (const [row, inputs] of record.inputs.entries()) {
      const key = keyOf(record.id, row);
      const label = this.labels.get(key);
      if (label === undefined) continue;
      const text = JSON.stringify(Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1)));
      if ((this.inputs.get(key) ?? text) !== text) this.ambiguous.add(key);
      this.inputs.set(key, text);
      this.outcomes.add(record, row, { key, label });
    }
  }

  /** The labelled rows that a version (`name:version`) scored, with its predictions. */
  scoredBy(model: string): ScoredRows {
    for (const key of this.ambiguous) this.outcomes.remove(key);
    return this.outcomes.scoredBy(model);
  }
}
