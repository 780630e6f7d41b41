import { dayMs } from "./durations";

/**
 * How many days ago each of these times was, as a retention of so many days counts: a pause between two of them, or after the
 * last, counts as half of those days at most. A clock that jumped ahead looks like a pause, and must not remove at once all
 * that is kept.
 */
export function retentionAges(
  times: readonly number[],
  { days, now }: { readonly days: number; readonly now: Date },
): number[] {
  const maxPauseDays = Math.max(1, days / 2);
  const rising = [...new Set(times)].sort((a, b) => a - b);
  const ages = new Map<number, number>();
  let [later, age] = [now.getTime(), 0];
  for (const time of rising.reverse()) {
    // What is dated ahead of the clock is of now, and says nothing about how much time has passed.
    age += Math.min(Math.max(0, later - time) / dayMs, maxPauseDays);
    later = Math.min(later, time);
    ages.set(time, age);
  }
  return times.map((time) => ages.get(time) ?? 0);
}
