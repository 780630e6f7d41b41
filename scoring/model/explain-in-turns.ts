import { setImmediate as nextTurn } from "node:timers/promises";
import type { ColumnValues, FeatureTable } from "../../platform/model/table";
import type { Explanation } from "../../platform/onnx/explanation";
import { InputTooLarge } from "../../platform/onnx/input-too-large";
import type { Caller } from "./limiter";
import { RequestProblem } from "../problems/problem";

/** Time of a turn of the event loop that is spent on explaining, in milliseconds. */
const turnMs = 20;

function sliceOf(values: ColumnValues, from: number, to: number): ColumnValues {
  return Array.isArray(values) ? values.slice(from, to) : values.subarray(from, to);
}

function rowsOf({ columns }: FeatureTable, from: number, to: number): FeatureTable {
  const slices = Array.from(columns, ([name, values]) => [name, sliceOf(values, from, to)] as const);
  return { rows: to - from, columns: new Map(slices) };
}

/** Explains rows of a table; a fault of one of them has its number in the whole. */
function explainRows(
  explain: (table: FeatureTable) => Explanation,
  table: FeatureTable,
  [from, to]: readonly [number, number],
): Explanation {
  try {
    return explain(rowsOf(table, from, to));
  } catch (error) {
    if (error instanceof InputTooLarge) throw new InputTooLarge(from + error.row, error.field, error.fault);
    throw error;
  }
}

/**
 * Explains a table some rows at a time, and lets others have their turn between: of a large model, the rows of one small
 * request take many seconds. Gives up after `timeoutMs`, and when nobody waits any more.
 */
export async function explainInTurns(
  explain: (table: FeatureTable) => Explanation,
  table: FeatureTable,
  { timeoutMs, caller }: { readonly timeoutMs: number; readonly caller: Caller | undefined },
): Promise<Explanation> {
  const begun = performance.now();
  // The first row says how long one takes.
  const first = explainRows(explain, table, [0, 1]);
  const width = first.contributions.length;
  const contributions = new Float64Array(table.rows * width);
  contributions.set(first.contributions);
  let done = 1;
  let turnAt = begun;
  while (done < table.rows) {
    const now = performance.now();
    const leftMs = turnMs - (now - turnAt);
    const count = Math.floor((leftMs * done) / Math.max(now - begun, 0.001));
    if (leftMs <= 0 || count < 1) {
      await nextTurn();
      if (caller?.destroyed === true)
        throw new RequestProblem("BUSY", "The client has closed its connection.", { reason: "gone" });
      turnAt = performance.now();
      if (turnAt - begun > timeoutMs) {
        const detail = `Explaining took longer than ${timeoutMs} ms. Send fewer rows.`;
        throw new RequestProblem("TIMEOUT", detail, { reason: "timeout" });
      }
    }
    const to = Math.min(table.rows, done + Math.max(1, count));
    contributions.set(explainRows(explain, table, [done, to]).contributions, done * width);
    done = to;
  }
  return { ...first, contributions };
}
