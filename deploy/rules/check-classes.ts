import { formatNumber } from "../../platform/base/format-number";
import type { TrackSample } from "../../platform/release/deployment";
import { errorPerLook, finite, judge, whereSeen, type CanaryCheck, type CanaryInput } from "./canary-check";

type ClassCounts = NonNullable<TrackSample["classes"]>;

/** How often each class was predicted on both sides. */
function shares(before: ClassCounts, now: ClassCounts) {
  const total = (counts: ClassCounts): number => counts.reduce((sum, { count }) => sum + count, 0);
  const counted = (counts: ClassCounts) => new Map(counts.map(({ name, count }) => [name, count]));
  const [were, are] = [counted(before), counted(now)];
  const [n, m] = [total(before), total(now)];
  const names = [...new Set([...were.keys(), ...are.keys()])];
  const each = names.map((name) => {
    const [was, is] = [were.get(name) ?? 0, are.get(name) ?? 0];
    return { name, was: was / n, is: is / m, both: (was + is) / (n + m) };
  });
  return { each, n, m };
}

/**
 * How much the shares of the predicted classes differ between the canary and stable: half of the sum of the differences (total
 * variation, 0..1), less what samples of one distribution differ by on average, which is much where classes are many. It surely is
 * worse where even the largest deviation from that average is exceeded that chance brings (McDiarmid's inequality).
 */
export function checkClasses(input: CanaryInput): CanaryCheck {
  const { reference, canary, rule } = input;
  const name = "predictions";
  const [before, now] = [reference.classes, canary.classes];
  if (!before || !now) {
    const track = now ? whereSeen(input) : "the canary";
    return { name, state: "lacking", explanation: `There is no prediction on ${track} yet.` };
  }
  const { each, n, m } = shares(before, now);
  const spread = 1 / n + 1 / m;
  const distance = each.reduce((sum, { was, is }) => sum + Math.abs(was - is), 0) / 2;
  const expected =
    each.reduce((sum, { both }) => sum + Math.sqrt((2 / Math.PI) * both * (1 - both) * spread), 0) / 2;
  const deviation = Math.sqrt((Math.log(1 / errorPerLook) * spread) / 2);
  const value = Math.max(0, distance - expected);
  const within = value <= rule.mayDifferBy;
  const surely = !(value - deviation <= rule.mayDifferBy);
  const { state, doubt } = judge(within, surely, ", but in so few requests it may be chance");
  const [most] = each.toSorted((a, b) => Math.abs(b.was - b.is) - Math.abs(a.was - a.is));
  const largest = most
    ? `, most of all "${most.name}" (${percentOf(most.is)} against ${percentOf(most.was)})`
    : "";
  return {
    name,
    state,
    ...finite({ value, limit: rule.mayDifferBy }),
    explanation: `The shares of the classes on the canary and on ${whereSeen(input)} are ${formatNumber(value)} apart, beyond chance${largest}; ${formatNumber(rule.mayDifferBy)} is allowed${doubt}.`,
  };
}

function percentOf(share: number): string {
  return `${formatNumber(100 * share, 3)} %`;
}

/** How often two of stable's predictions are of different classes, 0..1, with its standard error. */
export function classDifference(counts: ClassCounts): { readonly mean: number; readonly error: number } {
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  if (total < 2) return { mean: NaN, error: NaN };
  const moment = (power: number): number =>
    counts.reduce((sum, { count }) => sum + (count / total) ** power, 0);
  const alike = moment(2);
  return {
    mean: ((1 - alike) * total) / (total - 1),
    // Of a function of shares, by its derivatives.
    error: 2 * Math.sqrt(Math.max(0, moment(3) - alike ** 2) / total),
  };
}
