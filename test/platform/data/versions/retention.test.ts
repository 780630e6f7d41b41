import type { Digest } from "../../../../platform/base/files";
import { versionsToRemove } from "../../../../platform/data/versions/retention";
import type { DataVersion } from "../../../../platform/data/versions/version-record";

const version = (name: string, keptAt: string): DataVersion => ({
  model: "churn",
  digest: name as Digest,
  source: "data.csv",
  kind: "file",
  format: "csv",
  rows: 1,
  columns: [],
  keptAt: `${keptAt}T00:00:00.000Z`,
  files: [],
});

const versions = [
  version("d", "2026-07-04"),
  version("c", "2026-06-03"),
  version("b", "2026-02-02"),
  version("a", "2026-01-01"),
];

test.each<[string, { days?: number; registered?: string[]; current?: string; now?: string }, string[]]>([
  ["nothing without a setting", {}, []],
  ["nothing that is younger", { days: 365 }, []],
  ["nothing at once when the clock may have jumped", { days: 60, now: "2027-08-14" }, ["b", "a"]],
  ["what is older", { days: 60 }, ["b", "a"]],
  ["not what a registered version was trained on", { days: 60, registered: ["a", "elsewhere"] }, ["b"]],
  ["not what the data is now", { days: 60, current: "b" }, ["a"]],
  ["never the newest, however old", { days: 1 }, ["c", "b", "a"]],
])("retention removes %s", (_, { days, registered = [], current = "none", now = "2026-07-10" }, removed) => {
  const rule = {
    days,
    now: new Date(`${now}T00:00:00Z`),
    registered: new Set(registered),
    current: current as Digest,
  };
  expect(versionsToRemove(versions, rule).map(({ digest }) => digest)).toEqual(removed);
});

test("the newest is the one that was kept last, whatever a clock that was wrong has dated ahead", () => {
  const [newest, before] = [
    { ...version("b", "2026-05-01"), sequence: 2 },
    { ...version("a", "2026-04-30"), sequence: 1 },
  ];
  const rule = {
    days: 1,
    now: new Date("2026-07-10"),
    registered: new Set<string>(),
    current: "x" as Digest,
  };
  expect(versionsToRemove([{ ...version("wrong", "2029-01-01") }, before, newest], rule)).toEqual([before]);
});

test("retention of nothing removes nothing", () => {
  const rule = { days: 1, now: new Date(), registered: new Set<string>(), current: "x" as Digest };
  expect(versionsToRemove([], rule)).toEqual([]);
});
