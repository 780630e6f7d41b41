import type { ColumnDefinition, ModelDefinition } from "../definition/definition";
import { featuresOf } from "../definition/definition";
import { toCsvLine } from "../sql/csv-line";
import { PlatformError } from "../base/errors";
import { quoted } from "../base/wording";
import type { SqlRow, SqlValue } from "../sql/engine";
import { keyOf, labelsByKey, type Label } from "./labels";
import { Outcomes, type VersionOutcome } from "./outcomes";
import { isDatedAhead, type PredictionRecord } from "./prediction-record";

/** Scored rows with their ground truth, and what was left out of them. */
export interface CollectedData {
  /** The definition's columns, in its order. */
  readonly columns: readonly string[];
  /** In the order of the log. */
  readonly rows: readonly SqlRow[];
  /** Request id and row of each of `rows`, for people. */
  readonly requests: ReadonlyMap<SqlRow, string>;
  /** What each version predicted of the labelled rows, and how right it was. */
  readonly outcomes: readonly VersionOutcome[];
  /** Scored rows of clients in the log, joined or not. */
  readonly scored: number;
  /** Of those, rows that are dated later than now: a clock is wrong. They are joined by their ids all the same. */
  readonly ahead: number;
  readonly leftOut: {
    /** Scored rows without a label. */
    readonly unlabelled: number;
    /** Scored rows that repeat one of the same request id with the same inputs, as a copy to a canary does. */
    readonly repeated: number;
    /** Scored rows whose request id was used for different inputs: which of them the label is for is not known. */
    readonly ambiguous: number;
    /** Scored rows without some of the definition's features: a version with other columns scored them. */
    readonly otherColumns: number;
    /** Scored rows of a model of another name, whose log was put here. */
    readonly otherModel: number;
    /** Labels for which nothing was logged. */
    readonly unknownLabels: number;
  };
}

interface CollectInput {
  readonly definition: ModelDefinition;
  readonly records: AsyncIterable<PredictionRecord>;
  readonly labels: Iterable<Label>;
  readonly now: Date;
}

interface ScoredRow {
  readonly id: string;
  readonly row: number;
  readonly inputs: SqlRow;
  readonly label: SqlValue;
}

/** A row of training data. What no request carries: the id is made of request id and row; the weight is that of one row. */
function toTrainingRow(columns: readonly ColumnDefinition[], { id, row, inputs, label }: ScoredRow): SqlRow {
  const value = ({ name, role }: ColumnDefinition): SqlValue => {
    switch (role) {
      case "feature":
        return inputs[name] ?? null;
      case "target":
        return label;
      case "id":
        return `${id}/${row}`;
      case "weight":
        return 1;
    }
  };
  return Object.fromEntries(columns.map((column) => [column.name, value(column)]));
}

/** Joins what was scored with what it turned out to be, by request id and row. */
export async function collectTrainingData({
  definition,
  records,
  labels,
  now,
}: CollectInput): Promise<CollectedData> {
  const personal = featuresOf(definition).filter((column) => column.personal);
  if (personal.length > 0) {
    throw new PlatformError(
      "CONFLICT",
      `The prediction log has no values of ${quoted(personal.map(({ name }) => name))}, which are personal, so its rows cannot become training data. Add rows from where those values are kept, or leave the columns out of the definition.`,
    );
  }
  const byKey = labelsByKey(labels);
  const unmatched = new Set(byKey.keys());
  const features = featuresOf(definition).map(({ name }) => name);
  const collected = new Map<string, SqlRow>();
  const timesUsed = new Map<string, number>();
  const requests = new Map<SqlRow, string>();
  const outcomes = new Outcomes(definition);
  let [scored, ahead, unlabelled, repeated, otherColumns, otherModel] = [0, 0, 0, 0, 0, 0];

  for await (const record of records) {
    const { id, model, inputs: requestRows, test } = record;
    if (test) continue;
    scored += requestRows.length;
    if (!model.startsWith(`${definition.name}:`)) {
      otherModel += requestRows.length;
      continue;
    }
    if (isDatedAhead(record, now)) ahead += requestRows.length;
    for (const [row, inputs] of requestRows.entries()) {
      const key = keyOf(id, row);
      const label = byKey.get(key);
      const before = collected.get(key);
      unmatched.delete(key);
      if (label === undefined) {
        unlabelled += 1;
        continue;
      }
      outcomes.add(record, row, { key, label });
      if (features.some((name) => inputs[name] === undefined)) otherColumns += 1;
      else if (before === undefined) {
        const collectedRow = toTrainingRow(definition.columns, { id, row, inputs, label });
        collected.set(key, collectedRow);
        requests.set(collectedRow, `request ${id}, row ${row}`);
      } else if (features.every((name) => before[name] === inputs[name])) repeated += 1;
      else timesUsed.set(key, (timesUsed.get(key) ?? 1) + 1);
    }
  }
  for (const key of timesUsed.keys()) {
    collected.delete(key);
    outcomes.remove(key);
  }
  const ambiguous = [...timesUsed.values()].reduce((sum, times) => sum + times, 0);
  return {
    columns: definition.columns.map(({ name }) => name),
    rows: [...collected.values()],
    requests,
    outcomes: outcomes.list(),
    scored,
    ahead,
    leftOut: { unlabelled, repeated, ambiguous, otherColumns, otherModel, unknownLabels: unmatched.size },
  };
}

/** CSV (RFC 4180, line feeds) with a header; a missing value is an empty field. */
export function toCsv({ columns, rows }: Pick<CollectedData, "columns" | "rows">): string {
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? null))];
  return lines.map((line) => toCsvLine(line)).join("");
}
