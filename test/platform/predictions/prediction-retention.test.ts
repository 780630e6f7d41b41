import { partitionsToRemove } from "../../../platform/predictions/prediction-retention";

const daily = ["2026-07-07", "2026-07-08", "2026-07-09", "2026-07-10"].map((day) => `date=${day}`);

/** Partitions of so many days in a row. */
const days = (first: string, count: number): string[] =>
  Array.from({ length: count }, (_, day) => new Date(Date.parse(first) + day * 86_400_000).toISOString()).map(
    (time) => `date=${time.slice(0, 10)}`,
  );

test.each<[string, string[], number, string, string[]]>([
  ["days that ended longer ago", daily, 1, "2026-07-10T23:00:00Z", ["date=2026-07-07"]],
  ["no day that ended later", daily, 3, "2026-07-10T00:00:00Z", []],
  [
    "nothing of a full log when the clock jumps 400 days ahead",
    days("2026-06-10", 31),
    30,
    "2027-08-14T12:00:00Z",
    [],
  ],
  [
    "nor once something was logged by that clock",
    [...days("2026-06-10", 31), "date=2027-08-14"],
    30,
    "2027-08-14T12:00:00Z",
    [],
  ],
  [
    "but one day for each day of further records",
    [...days("2026-06-10", 31), ...days("2027-08-14", 3)],
    30,
    "2027-08-16T12:00:00Z",
    ["date=2026-06-10", "date=2026-06-11"],
  ],
  ["nothing at once when the clock jumps 400 days ahead", daily, 30, "2027-08-14T12:00:00Z", []],
  ["nothing that is no partition", ["date=now", "notes", "date=2026-07-10"], 1, "2026-07-11T00:00:00Z", []],
])("the retention removes %s", (_, names, days, now, removed) => {
  expect(partitionsToRemove(names, days, new Date(now)).remove).toEqual(removed);
});

test.each<[string, string, number, string | undefined]>([
  ["two days", "2026-07-12T10:00:00Z", 1, undefined],
  ["half of the time", "2026-07-25T10:00:00Z", 30, undefined],
  ["more than two days", "2026-07-13T10:00:00Z", 1, "3 days"],
  ["more than half of the time", "2026-07-26T10:00:00Z", 30, "16 days"],
])("says that the clock may be wrong when nothing was logged for %s", (_, now, limit, said) => {
  const { remove, notice } = partitionsToRemove(days("2026-06-10", 31), limit, new Date(now));
  if (said === undefined) expect(notice).toBeUndefined();
  else {
    expect(remove).toEqual([]);
    expect(notice).toBe(
      `Its newest records are of ${said} ago. Either nothing was logged since, or the clock is wrong (it says ${new Date(now).toISOString()}), so nothing is removed until there are newer ones.`,
    );
  }
});
