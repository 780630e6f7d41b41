import { z } from "zod";

const count = z.number().int().min(0);

/** A fault in data: what is wrong, where, and with which values. */
const findingSchema = z.object({
  severity: z.enum(["error", "warning"]),
  /** Stable name of the check: "files", "schema", "type", "range", "values", "missing", "duplicates", "rows", "constant", "target", "leakage", "classes", "distribution". */
  check: z.string(),
  column: z.string().exactOptional(),
  /** What is wrong and what is allowed, in one sentence. */
  message: z.string(),
  /** What lets it be, where it would be an error otherwise: a setting or a flag. */
  acceptedBy: z.string().exactOptional(),
  /** Number of rows concerned. */
  count: count.exactOptional(),
  /** The first of them: data rows counted from 1 (the header is not counted), with the value as it stands in the file. */
  examples: z
    .array(z.object({ row: z.number().int().min(1), value: z.string() }))
    .readonly()
    .exactOptional(),
});

export type Finding = Readonly<z.output<typeof findingSchema>>;

/** `data-check.json` of a run: what the checks found. */
export const dataReportSchema = z.object({
  source: z.string(),
  rows: count,
  columns: count,
  /** What the distribution was compared with: "diabetes:3" or "the definition". */
  comparedWith: z.string(),
  findings: z.array(findingSchema).readonly(),
});

export type DataReport = Readonly<z.output<typeof dataReportSchema>>;

/** A line for each error, with the first rows and values concerned. */
export function errorLines(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ severity }) => severity === "error")
    .map(({ message, examples = [] }) => {
      const rows = examples.map(({ row, value }) => `row ${row}: "${value}"`).join(", ");
      return `  - ${message}${rows === "" ? "" : ` First: ${rows}.`}`;
    });
}
