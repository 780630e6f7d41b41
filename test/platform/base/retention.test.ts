import { retentionAges } from "../../../platform/base/retention";

const day = (date: string): number => Date.parse(`${date}T00:00:00Z`);

function ages(days: number, now: string, dates: readonly string[]): number[] {
  return retentionAges(dates.map(day), { days, now: new Date(day(now)) });
}

test.each<[string, number, string, string[], number[]]>([
  [
    "of each day are as the calendar says",
    30,
    "2026-07-10",
    ["2026-07-08", "2026-07-09", "2026-07-10"],
    [2, 1, 0],
  ],
  ["do not depend on the order", 30, "2026-07-10", ["2026-07-09", "2026-07-01", "2026-07-09"], [1, 9, 1]],
  [
    "count a pause that is shorter than half of the time whole",
    30,
    "2026-07-20",
    ["2026-07-05", "2026-07-20"],
    [15, 0],
  ],
  ["count a longer pause as half of the time", 30, "2026-07-30", ["2026-07-05", "2026-07-30"], [15, 0]],
  ["count a jump of the clock as a usual pause", 30, "2027-08-14", ["2026-07-09", "2026-07-10"], [2, 1]],
  [
    "count a jump beside long pauses as half of the time",
    30,
    "2027-08-14",
    ["2026-06-10", "2026-07-10"],
    [30, 15],
  ],
  [
    "go on from there by what is logged then",
    30,
    "2027-08-30",
    ["2026-07-10", "2027-08-14", "2027-08-29"],
    [31, 16, 1],
  ],
  [
    "count each day of a retention of one day",
    1,
    "2026-07-10",
    ["2026-07-07", "2026-07-08", "2026-07-09"],
    [3, 2, 1],
  ],
  ["of what is dated ahead of the clock are 0", 30, "2026-07-10", ["2026-07-09", "2027-08-14"], [1, 0]],
  ["of nothing are none", 30, "2026-07-10", [], []],
])("ages %s", (_, days, now, dates, expected) => {
  expect(ages(days, now, dates)).toEqual(expected);
});
