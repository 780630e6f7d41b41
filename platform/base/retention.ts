import { dayMs } from "./durations";

/** A pause that is so many times as long as they usually are may be a clock that has jumped. */
const unusual = 4;

/** The time between one record and the next, or between the last and now, in days. */
interface Pause {
  readonly days: number;
  /** What counts of it. */
  readonly counts: number;
}

/** Days after which a pause may be more than one: half of the retention, but a weekend is none. */
const longestPause = (days: number): number => Math.max(2, days / 2);

/** The middle one of these pauses, the shorter one of two. */
function usualPause(pauses: readonly number[]): number | undefined {
  return [...pauses].sort((a, b) => a - b)[Math.floor((pauses.length - 1) / 2)];
}

/** Times without those that are there twice, the latest first. */
const latestFirst = (times: readonly number[]): number[] => [...new Set(times)].sort((a, b) => b - a);

/** The pauses after each of some times, the latest first. */
function pausesAfter(
  falling: readonly number[],
  { days, now }: { readonly days: number; readonly now: Date },
): Pause[] {
  let later = now.getTime();
  const lengths = falling.map((time) => {
    // What is dated ahead of the clock is of now, and says nothing about how much time has passed.
    const length = Math.max(0, later - time) / dayMs;
    later = Math.min(later, time);
    return length;
  });
  const usual = usualPause(lengths.slice(1));
  const maxDays = Math.max(1, days / 2);
  return lengths.map((length) => {
    const isJump = usual !== undefined && length > longestPause(days) && length > unusual * usual;
    return { days: length, counts: Math.min(isJump ? usual : length, maxDays) };
  });
}

/**
 * How many days ago each of these times was, as a retention of so many days counts. A pause between two of them, or after the last, counts
 * as half of those days at most; one that is far longer than they usually are counts as a usual one. It looks like a clock that jumped
 * ahead, which must not remove at once what is kept, neither all of it nor half.
 */
export function retentionAges(
  times: readonly number[],
  clock: { readonly days: number; readonly now: Date },
): number[] {
  const falling = latestFirst(times);
  const ages = new Map<number, number>();
  let age = 0;
  for (const [index, { counts }] of pausesAfter(falling, clock).entries()) {
    age += counts;
    ages.set(falling[index] ?? NaN, age);
  }
  return times.map((time) => ages.get(time) ?? 0);
}

/** Days since the last of these times, where so long a pause may be a clock that has jumped; undefined where it is a usual one. */
export function suspectDays(
  times: readonly number[],
  clock: { readonly days: number; readonly now: Date },
): number | undefined {
  const [last] = pausesAfter(latestFirst(times), clock);
  return last !== undefined && last.days > longestPause(clock.days) ? last.days : undefined;
}
