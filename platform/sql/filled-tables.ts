import type { NumberSummary } from "../base/number-summary";
import type { FilledTable } from "./filled-table";
import { findRowsWhere } from "./rows-where";

/** Filled tables by the views that are made of them, and the relations that share their blocks. */
export class FilledTables {
  private readonly tables = new Map<string, FilledTable>();
  /** Until a table changes. */
  private readonly sharing = new Map<string, readonly FilledTable[]>();

  get(view: string): FilledTable | undefined {
    return this.tables.get(view);
  }

  /** Gives the view's former table. */
  replace(view: string, filled: FilledTable): FilledTable | undefined {
    const former = this.tables.get(view);
    this.tables.set(view, filled);
    return former;
  }

  share(relation: string, filled: FilledTable): void {
    this.sharing.set(relation, [...(this.sharing.get(relation) ?? []), filled]);
  }

  /** Says that a table may have changed: what was shared is other rows' now. */
  forgetShared(): void {
    this.sharing.clear();
  }

  /** What is known of a column of a view, or of a relation that shares its blocks. */
  summaryOf(relation: string, column: string): NumberSummary | undefined {
    return this.withColumn(relation, column)?.summaryOf(column);
  }

  /** How many rows of a relation a column of 1 and 0 picks; undefined where that is not known. */
  countPicked(from: string): number | undefined {
    const some = findRowsWhere(from);
    const summary = some?.isColumn ? this.summaryOf(some.relation, some.condition) : undefined;
    return some && summary && (some.isMet ? summary.sum : summary.count - summary.sum);
  }

  /** Values of columns in some rows, from 0; undefined where one of the columns is in no filled table. */
  valuesOf(
    relation: string,
    columns: readonly string[],
    rows: readonly number[],
  ): Float64Array[] | undefined {
    const found = columns.flatMap(
      (column) => this.withColumn(relation, column)?.valuesOf(column, rows) ?? [],
    );
    return found.length === columns.length ? found : undefined;
  }

  private withColumn(relation: string, column: string): FilledTable | undefined {
    const own = this.tables.get(relation);
    return (own ? [own] : (this.sharing.get(relation) ?? [])).find(({ columns }) => columns.includes(column));
  }

  close(): void {
    for (const filled of this.tables.values()) filled.close();
  }
}
