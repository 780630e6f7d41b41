import { describeBeside, describeDrift, foreignValues } from "../../../cli/terminal/describe-drift";
import type { ColumnDrift, DriftReport } from "../../../platform/drift/drift";

const column = (details?: Partial<ColumnDrift["details"]>, drifted = false): ColumnDrift => ({
  column: "age",
  psi: 0.25,
  pValue: 0.001,
  adjustedPValue: 0.002,
  missing: { reference: 0, current: 0.125 },
  drifted,
  bins: [],
  ...(details && { details: { jensenShannon: 0.5, ...details } }),
});
const value = (name: string, share: number): { value: string; share: number } => ({ value: name, share });

test.each<[string, ColumnDrift, string]>([
  ["nothing of an older report", column(), ""],
  ["nothing where all is within", column({ outside: 0 }), ""],
  ["the share outside", column({ outside: 0.125 }), "12.5 % outside"],
  ["no new values", column({ newValues: [] }), ""],
  ["new values", column({ newValues: [value("a", 0.5), value("b", 0.1)] }), 'new: "a" 50 %, "b" 10 %'],
  [
    "the first of many",
    column({ newValues: ["a", "b", "c", "d", "e"].map((name) => value(name, 0.01)) }),
    'new: "a" 1 %, "b" 1 %, "c" 1 %, 2 more',
  ],
])("foreign values: %s", (_, drift, expected) => {
  expect(foreignValues(drift)).toBe(expected);
});

test("of no rows no measure is shown, and which rows count", () => {
  const report = { columns: [column()], judged: false, rows: 0 } as unknown as DriftReport;
  expect(describeDrift(report)).toBe(
    "Requests of clients count here. Those of tests, as a release sends them, do not.",
  );
});

test.each([
  [true, true, "drifted"],
  [true, false, "no drift"],
  [false, false, "not judged"],
])("a column's line where it is judged (%s) and drifted (%s)", (judged, drifted, verdict) => {
  const columns = [column({ kolmogorovSmirnov: { statistic: 0.75, pValue: 0 } }, drifted)];
  const report = { columns, judged } as unknown as DriftReport;
  const words = describeDrift(report)
    .replaceAll(/[^\x20-\x7e]+/g, " ")
    .replaceAll(/ +/g, " ");
  expect(words).toContain("column PSI JS KS adjusted p missing outside or new");
  expect(words).toContain(`age 0.250 0.500 0.750 0.0020 12.5 % ${verdict}`);
});

test.each([
  [undefined, []],
  [{ otherVersions: 0, otherModel: 0, ahead: 0, unknownLabels: 0 }, []],
  [
    { otherVersions: 150, otherModel: 1, ahead: 0 },
    [
      "150 rows that other versions answered are left out.",
      "1 row of another model, whose log is among this one's files, is left out.",
    ],
  ],
  [
    { otherVersions: 0, otherModel: 0, ahead: 2, unknownLabels: 3 },
    [
      "2 rows are dated later than now: the clock of what served them, or of this machine, is wrong. They are judged all the same.",
      "3 labels are of requests that are not in what was read of the log.",
    ],
  ],
])("what the log has beside: %j", (beside, sentences) => {
  expect(describeBeside(beside)).toEqual(sentences);
});
