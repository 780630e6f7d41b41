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
  private readonly unseen: Set<string>;

  /** Throws DATA_INVALID for labels that contradict each other. */
  constructor(definition: Pick<ModelDefinition, "task" | "columns">, labels: Iterable<Label>) {
    this.labels = labelsByKey(labels);
    this.unseen = new Set(this.labels.keys());
    this.outcomes = new Outcomes(definition);
  }

  /** Notes a record that is not joined, as of another version: its labels are no unknown ones. */
  note({ id, inputs }: Pick<PredictionRecord, "id" | "inputs">): void {
    if (this.unseen.size > 0) for (const row of inputs.keys()) this.unseen.delete(keyOf(id, row));
  }

  add(record: PredictionRecord): void {
    this.note(record);
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

  /** Labels of rows that no record has had. */
  get unknown(): number {
    return this.unseen.size;
  }

  /** The labelled rows that a version (`name:version`) scored, with its predictions. */
  scoredBy(model: string): ScoredRows {
    for (const key of this.ambiguous) this.outcomes.remove(key);
    return this.outcomes.scoredBy(model);
  }
}
