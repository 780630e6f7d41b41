import { deviationsBetweenQuartiles } from "../../base/quantile";
import { formatNumber } from "../../base/format-number";
import type { ModelDefinition } from "../../definition/definition";
import type { ColumnProfile, NumberProfile } from "../../drift/profile";
import { profileQuantile, profileQuartiles, type Quartiles } from "../../drift/profile-quantile";

/** What of a column is looked at: its values in the champion's rows and now, and what the drift rule says of them. */
export interface ComparedColumn {
  readonly before: ColumnProfile;
  readonly now: ColumnProfile;
  readonly psi: number;
  /** Whether the change is large enough to matter and more than chance. */
  readonly drifted: boolean;
  /** Of the values now, of a column of numbers. */
  readonly quartiles?: Quartiles;
}

/** Why rows are of another population, in words: "a median of 10, against 26, ...". */
export interface PopulationFault {
  readonly message: string;
  /** Values far out are the fault: those farther than this from `from`. */
  readonly farOut?: { readonly from: number; readonly distance: number };
}

type PopulationLimits = Pick<ModelDefinition["checks"], "maxPsi" | "maxShift" | "maxReach">;

/**
 * Whether a column is of another population than that of the champion's rows, and not merely drifted; undefined when it is not. It
 * is when it has drifted and its stability index, its median or its spread has moved too far, or when a value lies many times as
 * far out as any did. Medians and quartiles do not follow a few values far out, as means and standard deviations do: those of two
 * samples of one heavy-tailed population differ by any factor. How far its values lie out is known from the champion's rows.
 */
export function findPopulationFault(
  column: ComparedColumn,
  limits: PopulationLimits,
): PopulationFault | undefined {
  const { before, now, psi, drifted, quartiles } = column;
  const numbers = before.type === "number" && now.type === "number";
  if (numbers && drifted && quartiles !== undefined) {
    const message = movedMessage(profileQuartiles(before), quartiles, limits.maxShift);
    if (message !== undefined) return { message };
  }
  if (drifted && psi > limits.maxPsi) {
    return {
      message: `a population stability index of ${formatNumber(psi)}, above ${formatNumber(limits.maxPsi)} (checks.maxPsi)`,
    };
  }
  return numbers ? reachFault(before, now, limits.maxReach) : undefined;
}

interface Middle {
  readonly median: number;
  /** Standard deviation of a normal distribution with these quartiles. */
  readonly deviation: number;
}

function middleOf([first, median, third]: Quartiles): Middle {
  return { median, deviation: (third - first) / deviationsBetweenQuartiles };
}

function movedMessage(before: Quartiles, now: Quartiles, maxShift: number): string | undefined {
  const [then, is] = [middleOf(before), middleOf(now)];
  // Half of the values are one: then they say nothing of a spread, and the bins tell what has moved.
  if (!(then.deviation > 0)) return undefined;
  const allowed = `${formatNumber(maxShift)} times are allowed (checks.maxShift)`;
  const shift = Math.abs(is.median - then.median) / then.deviation;
  if (shift > maxShift) {
    return `a median of ${formatNumber(is.median)}, against ${formatNumber(then.median)}, ${formatNumber(shift)} times the spread apart; ${allowed}`;
  }
  const ratio = is.deviation / then.deviation;
  if (ratio > maxShift || ratio * maxShift < 1) {
    return `a spread of ${formatNumber(is.deviation)} between its quartiles, against ${formatNumber(then.deviation)}; ${allowed}`;
  }
  return undefined;
}

/** Greatest distance of a column's values from `from`. */
function reachOf({ min = NaN, max = NaN }: NumberProfile, from: number): number {
  return Math.max(max - from, from - min);
}

/** Values that lie too many times as far out as any of the champion's rows; in more rows, some lie farther by nature. */
function reachFault(
  before: NumberProfile,
  now: NumberProfile,
  maxReach: number,
): PopulationFault | undefined {
  const from = profileQuantile(before, 0.5);
  const [then, is] = [reachOf(before, from), reachOf(now, from)];
  const distance = maxReach * then * Math.max(1, now.count / before.count);
  if (!(then > 0) || !(is > distance)) return undefined;
  const farthest = (now.max ?? NaN) - from === is ? now.max : now.min;
  return {
    message: `values up to ${formatNumber(farthest ?? NaN)}, ${formatNumber(is / then)} times as far from the median as any; ${formatNumber(distance / then)} times are allowed (checks.maxReach)`,
    farOut: { from, distance },
  };
}
