import { readFile } from "node:fs/promises";
import { PlatformError } from "../../platform/base/errors";
import { isDataFile } from "../../platform/data/data-names";
import { findRowsWith, removeRowsWith, type RowsWith } from "../../platform/data/remove-rows";
import type { RecordsOf } from "../../platform/predictions/forget-records";
import type { SqlEngine } from "../../platform/sql/engine";
import type { Storage } from "../../platform/storage/storage";
import { withCopy } from "./delivered-data";

/** What was delivered of what predictions of a person turned out to be. */
export interface TruthOfPerson {
  readonly rows: number;
  /** Files that cannot be read. */
  readonly unread: readonly string[];
}

/** How rows of truth are told: by the requests, or by a column that they happen to have. */
function searchesOf({ ids, column }: RecordsOf): RowsWith[] {
  const byId = [...ids].map((value) => ({ column: "request_id", value }));
  return column === undefined ? byId : [...byId, { column: column.name, value: column.value }];
}

/** Removes the rows from a copy; how many, and whether others are left. */
async function removeAll(
  engine: SqlEngine,
  copy: string,
  searches: readonly RowsWith[],
): Promise<{ readonly rows: number; readonly isEmpty: boolean }> {
  let rows = 0;
  for (const search of searches) {
    const found = await findRowsWith(engine, copy, search);
    if (found.rows === 0) continue;
    rows += found.rows;
    if (found.rows === found.of) return { rows, isEmpty: true };
    await removeRowsWith(engine, copy, search);
  }
  return { rows, isEmpty: false };
}

/** Looks for truth of a person in a model's folder and, when told to, removes it: a file goes with its last row. */
export async function truthOfPerson(
  { storage, model }: { readonly storage: Storage; readonly model: string },
  wanted: RecordsOf,
  { remove }: { readonly remove: boolean },
): Promise<TruthOfPerson> {
  const searches = searchesOf(wanted);
  const unread: string[] = [];
  let rows = 0;
  if (searches.length === 0) return { rows, unread };
  for (const file of (await storage.list(`${model}/`)).filter(isDataFile)) {
    try {
      rows += await withCopy({ storage }, file, async (engine, copy) => {
        const removed = await removeAll(engine, copy, searches);
        if (!remove || removed.rows === 0) return removed.rows;
        if (removed.isEmpty) await storage.delete(file);
        else await storage.put(file, await readFile(copy));
        return removed.rows;
      });
    } catch (error) {
      if (!(error instanceof PlatformError) || !error.code.startsWith("DATA_")) throw error;
      unread.push(file);
    }
  }
  return { rows, unread };
}
