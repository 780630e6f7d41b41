import { PlatformError } from "../base/errors";
import type { SqlValue } from "../sql/engine";

/** What a scored row turned out to be. */
export interface Label {
  /** Request id. */
  readonly id: string;
  /** Row of the request, counted from 0. */
  readonly row: number;
  /** The target's value; a label without one (null) is not known yet and counts as none. */
  readonly value: SqlValue;
}

/** Tells a row of a request from others. */
export const keyOf = (id: string, row: number): string => `${row} ${id}`;

/** Labels by request id and row; every fault is in the one message of the error. */
export function labelsByKey(labels: Iterable<Label>): Map<string, SqlValue> {
  const byKey = new Map<string, SqlValue>();
  const faults: string[] = [];
  for (const { id, row, value } of labels) {
    const key = keyOf(id, row);
    const before = byKey.get(key);
    if (!Number.isSafeInteger(row) || row < 0)
      faults.push(`request ${id}: row ${row} is not a whole number from 0`);
    else if (before !== undefined && before !== value) {
      faults.push(`request ${id}, row ${row}: labelled ${before} and ${value}`);
    } else if (value !== null) byKey.set(key, value);
  }
  if (faults.length > 0) {
    const more = faults.length > 20 ? `\n  - and ${faults.length - 20} more` : "";
    const list = faults.slice(0, 20).map((fault) => `\n  - ${fault}`);
    throw new PlatformError(
      "DATA_INVALID",
      `The labels are not valid. Expected one per request and row. Correct:${list.join("")}${more}`,
    );
  }
  return byKey;
}
