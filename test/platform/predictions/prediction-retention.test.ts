import { partitionsToRemove } from "../../../platform/predictions/prediction-retention";

const daily = ["2026-07-07", "2026-07-08", "2026-07-09", "2026-07-10"].map((day) => `date=${day}`);

test.each<[string, string[], number, string, string[]]>([
  ["days that ended longer ago", daily, 1, "2026-07-10T23:00:00Z", ["date=2026-07-07"]],
  ["no day that ended later", daily, 3, "2026-07-10T00:00:00Z", []],
  ["nothing at once when the clock jumps 400 days ahead", daily, 30, "2027-08-14T12:00:00Z", []],
  ["nothing that is no partition", ["date=now", "notes", "date=2026-07-10"], 1, "2026-07-11T00:00:00Z", []],
])("the retention removes %s", (_, names, days, now, removed) => {
  expect(partitionsToRemove(names, days, new Date(now))).toEqual(removed);
});
