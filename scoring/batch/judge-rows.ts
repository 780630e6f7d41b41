import { typedValue } from "../../platform/data/values/typed-columns";
import type { DataFormat } from "../../platform/definition/definition";
import type { Signature } from "../../platform/model/signature";
import type { FeatureTable, Predictions } from "../../platform/model/table";
import type { SqlRow } from "../../platform/sql/engine";
import { RowTable } from "../rows/row-table";
import { scoresOf, type BatchModel } from "./batch-model";
import type { UnevenRows } from "./even-rows";

/** A row of a file that cannot be scored. */
export interface Rejected {
  readonly row: SqlRow;
  readonly reasons: readonly string[];
}

/** The rows that fit the signature, as the model takes them, and the others. */
interface JudgedRows {
  readonly good: readonly SqlRow[];
  readonly table: FeatureTable;
  readonly rejected: readonly Rejected[];
}

/** Where a file has the features, and how it writes them. */
export interface FeatureFields {
  /** The field of feature i, as the rows call it. */
  readonly fields: readonly string[];
  readonly format: DataFormat | undefined;
}

/** Reads each row's features from the texts of its fields, by the rules for requests. */
function judge(signature: Signature, { fields, format }: FeatureFields, rows: readonly SqlRow[]): JudgedRows {
  const table = new RowTable(signature, rows.length);
  const good: SqlRow[] = [];
  const rejected: Rejected[] = [];
  for (const row of rows) {
    const reasons = signature.inputs.flatMap((column, position) => {
      const value = typedValue(String(row[fields[position] ?? ""] ?? ""), column, format);
      // The place of a row that does not fit is taken by the next.
      return table.tryStore(position, good.length, value) ?? [];
    });
    if (reasons.length === 0) good.push(row);
    else rejected.push({ row, reasons });
  }
  return { good, table: table.first(good.length), rejected };
}

/** The same, once rows with numbers that are too large for this model are rejected, too. */
function judgeFor(model: BatchModel, fields: FeatureFields, rows: readonly SqlRow[]): JudgedRows {
  const judged = judge(model.signature, fields, rows);
  const tooLarge = model.findTooLarge?.(judged.table) ?? [];
  if (tooLarge.length === 0) return judged;
  const faults = new Map(tooLarge.map(({ row, fault }) => [judged.good[row], fault]));
  const { good, table, rejected } = judge(
    model.signature,
    fields,
    judged.good.filter((row) => !faults.has(row)),
  );
  const unfit = [...faults].flatMap(([row, fault]) => (row === undefined ? [] : [{ row, reasons: [fault] }]));
  return { good, table, rejected: [...judged.rejected, ...unfit, ...rejected] };
}

/** Why a prediction cannot be used, if it cannot. */
function faultOf({ prediction, probability }: Predictions, index: number): string | undefined {
  const values = [prediction[index], probability?.[index]];
  const odd = values.find((value) => typeof value === "number" && !Number.isFinite(value));
  return odd === undefined ? undefined : `The model gives ${odd} for this row. A finite number is required.`;
}

/** What a closer look at rows has brought: those that can be scored after all, and the others, in the order of the rows. */
interface LookedAt {
  readonly scored: readonly SqlRow[];
  /** Of those, the columns of `scoreColumns`. */
  readonly scores: readonly Float64Array[];
  readonly rejected: readonly Rejected[];
}

/**
 * Scores rows that may not fit the signature, one by one: from the texts of their fields, as those of a request. Those that are known to be
 * `uneven` are rejected for that.
 */
export async function lookAt(
  model: BatchModel,
  fields: FeatureFields,
  rows: readonly SqlRow[],
  uneven: UnevenRows = new Map(),
): Promise<LookedAt> {
  const reasonOf = (row: SqlRow): string | undefined => uneven.get(Number(row._row));
  const even = rows.filter((row) => reasonOf(row) === undefined);
  const { good, table, rejected: unfit } = judgeFor(model, fields, even);
  const rejected = [...unfit];
  for (const row of uneven.size > 0 ? rows : []) {
    const reason = reasonOf(row);
    if (reason !== undefined) rejected.push({ row, reasons: [reason] });
  }
  const predictions = await model.predict(table);
  const scored: SqlRow[] = [];
  const positions: number[] = [];
  for (const [index, row] of good.entries()) {
    const fault = faultOf(predictions, index);
    if (fault === undefined) {
      scored.push(row);
      positions.push(index);
    } else rejected.push({ row, reasons: [fault] });
  }
  rejected.sort((a, b) => Number(a.row._row) - Number(b.row._row));
  const scores = scoresOf(model.signature, predictions).map((column) =>
    Float64Array.from(positions, (position) => column[position] ?? NaN),
  );
  return { scored, scores, rejected };
}
