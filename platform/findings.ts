/** A fault in data: what is wrong, where, and with which values. */
export interface Finding {
  readonly severity: "error" | "warning";
  /** Stable name of the check: "schema", "type", "range", "values", "missing", "duplicates", "rows", "target", "leakage", "distribution". */
  readonly check: string;
  readonly column?: string;
  /** What is wrong and what is allowed, in one sentence. */
  readonly message: string;
  /** Number of rows concerned. */
  readonly count?: number;
  /** The first of them: data rows counted from 1 (the header is not counted), with the value as it stands in the file. */
  readonly examples?: readonly { readonly row: number; readonly value: string }[];
}

export interface DataReport {
  readonly source: string;
  readonly rows: number;
  readonly columns: number;
  /** What the distribution was compared with: "diabetes:3" or "the definition". */
  readonly comparedWith: string;
  readonly findings: readonly Finding[];
}
