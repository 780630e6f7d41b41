import { z } from "zod";
import type { BinCounts } from "./compare-counts";
import { jensenShannonDistance, kolmogorovSmirnov } from "./distances";
import type { CategoryProfile, ColumnProfile } from "./profile";

/** Most new values that are named. */
const maxNamed = 10;

export const columnDetailsSchema = z.object({
  /** Jensen-Shannon distance, base 2, of the bins, missing values among them: 0 = same, 1 = nothing in common. */
  jensenShannon: z.number(),
  /** Numbers: the test of Kolmogorov and Smirnov on the bins, missing values left out. */
  kolmogorovSmirnov: z.object({ statistic: z.number(), pValue: z.number() }).exactOptional(),
  /** Numbers: share of the values now that are below the least or above the greatest of the reference, 0..1. */
  outside: z.number().exactOptional(),
  /** Categories: values now that the reference does not have, the most frequent first, with their shares of the values, 0..1. */
  newValues: z
    .array(z.object({ value: z.string(), share: z.number() }))
    .readonly()
    .exactOptional(),
});

export type ColumnDetails = Readonly<z.output<typeof columnDetailsSchema>>;

/** Values that a reference does not have; undefined where it does not name all that it has. */
function newValuesOf(reference: CategoryProfile, current: CategoryProfile): ColumnDetails["newValues"] {
  if (reference.other > 0 && reference.seen === undefined) return undefined;
  const known = new Set([...Object.keys(reference.values), ...(reference.seen ?? [])]);
  return Object.entries(current.values)
    .filter(([value]) => !known.has(value))
    .sort(([, a], [, b]) => b - a)
    .slice(0, maxNamed)
    .map(([value, count]) => ({ value, share: count / current.count }));
}

/** What else is measured of a column; `bins` are independent rows of both samples, a number's in rising order, missing values last. */
export function detailsOf(
  { reference, current }: { readonly reference: ColumnProfile; readonly current: ColumnProfile },
  {
    bins,
    missingLabel,
  }: { readonly bins: readonly (BinCounts & { label: string })[]; readonly missingLabel: string },
): ColumnDetails {
  const jensenShannon = jensenShannonDistance(bins);
  if (reference.type === "category" || current.type === "category") {
    const newValues =
      reference.type === "category" && current.type === "category"
        ? newValuesOf(reference, current)
        : undefined;
    return { jensenShannon, ...(newValues && { newValues }) };
  }
  const { outside, count } = current;
  return {
    jensenShannon,
    kolmogorovSmirnov: kolmogorovSmirnov(bins.filter(({ label }) => label !== missingLabel)),
    ...(outside !== undefined && count > 0 && { outside: outside / count }),
  };
}
