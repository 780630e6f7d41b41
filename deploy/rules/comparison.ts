import { z } from "zod";

/** What a canary is compared with: the stable version, or what tests in another environment showed of the same release. */
const comparisonSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("stable"), model: z.string() }),
  z.object({ kind: z.literal("tests"), environment: z.string() }),
]);

export type Comparison = Readonly<z.output<typeof comparisonSchema>>;

/** A record of before has a text: a version, or what its tests were called. */
function comparisonOf(stored: unknown): unknown {
  if (typeof stored !== "string") return stored;
  return stored.includes(":") ? { kind: "stable", model: stored } : { kind: "tests", environment: stored };
}

export const storedComparisonSchema = z.preprocess(comparisonOf, comparisonSchema);

/** As lines and tables name it: `diabetes:1`, or the environment of the tests. */
export function nameOfComparison(comparison: Comparison): string {
  return comparison.kind === "stable" ? comparison.model : comparison.environment;
}
