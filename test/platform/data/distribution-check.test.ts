import { checkData } from "../../../platform/data/checks";
import type { Champion } from "../../../platform/data/distribution-check";
import { loadData } from "../../../platform/data/source";
import type { ModelDefinition } from "../../../platform/definition/definition";
import type { Finding } from "../../../platform/data/findings";
import type { NumberProfile } from "../../../platform/drift/profile";
import { profileTable } from "../../../platform/drift/profile-table";
import type { SqlEngine } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";
import { checkFile, fixture, sample } from "./check-file";
import { diabetes, scaledDiabetes } from "./definitions";

let engine: SqlEngine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

test.each<[string, ModelDefinition, string, Finding]>([
  [
    "scaled-outlier",
    scaledDiabetes,
    fixture("scaled-good"),
    {
      severity: "error",
      check: "distribution",
      column: "AGE",
      message:
        'Column "AGE" has a standard deviation of 9.95, against 0.1 in the rows numbers:3 was trained on. This is another population; check these rows, or how the column was made.',
      examples: [{ row: 42, value: "100" }],
    },
  ],
  [
    "other-population",
    diabetes,
    sample("diabetes"),
    {
      severity: "error",
      check: "distribution",
      column: "bmi",
      message:
        'Column "bmi" is distributed otherwise than in the rows diabetes:3 was trained on: population stability index 6.33, above 1, which is another population. Check how the column was made.',
    },
  ],
  [
    "drifted",
    diabetes,
    sample("diabetes"),
    {
      severity: "warning",
      check: "distribution",
      column: "bmi",
      message:
        'Column "bmi" is distributed otherwise than in the rows diabetes:3 was trained on: population stability index 0.5122, above 0.2 (drift.psi). Check how the column was made.',
    },
  ],
])("%s passes alone and fails against the champion", async (name, definition, champion, finding) => {
  expect((await checkFile(engine, definition, fixture(name))).findings).toEqual([]);
  expect((await checkFile(engine, definition, fixture(name), champion)).findings).toEqual([finding]);
});

test.each<[string, (profile: NumberProfile) => NumberProfile, string]>([
  [
    "mean moved by more than three standard deviations",
    (bmi) => ({ ...bmi, mean: 10 }),
    'Column "bmi" has a mean of 26.38, against 10 (standard deviation 4.413)',
  ],
  [
    "standard deviation shrank to less than a third",
    (bmi) => ({ ...bmi, standardDeviation: 14 }),
    'Column "bmi" has a standard deviation of 4.413, against 14',
  ],
])("a column whose %s is an error", async (_, change, message) => {
  const source = await loadData(engine, diabetes, sample("diabetes"));
  const { bmi } = await profileTable(engine, "data", diabetes.columns);
  if (bmi?.type !== "number") throw new Error("bmi is a number");
  const champion = { model: "diabetes:3", profile: { rows: 442, columns: { bmi: change(bmi) } } };
  expect((await checkData(engine, diabetes, source, champion)).findings).toEqual([
    {
      severity: "error",
      check: "distribution",
      column: "bmi",
      message: `${message} in the rows diabetes:3 was trained on. This is another population; check these rows, or how the column was made.`,
    },
  ]);
});

describe("nothing is compared", () => {
  let champion: Champion;
  beforeAll(async () => {
    await loadData(engine, diabetes, sample("diabetes"));
    const columns = await profileTable(engine, "data", diabetes.columns);
    champion = { model: "diabetes:3", profile: { rows: 442, columns } };
  });

  const changed = (profile: Partial<Champion["profile"]>): Champion => ({
    ...champion,
    profile: { ...champion.profile, ...profile },
  });

  test.each<[string, () => Champion, string[]]>([
    ["unless the champion has the column", () => changed({ columns: {} }), []],
    [
      "with a column that was of another type",
      () =>
        changed({
          columns: { bmi: { type: "category", count: 442, missing: 0, values: { a: 442 }, other: 0 } },
        }),
      [],
    ],
    ["with a champion that was trained on a few rows", () => changed({ rows: 49 }), []],
    ["otherwise than by rule", () => champion, ["bmi"]],
  ])("%s", async (_, against, drifted) => {
    const source = await loadData(engine, diabetes, fixture("drifted"));
    const { findings } = await checkData(engine, diabetes, source, against());
    expect(findings.map(({ column }) => column)).toEqual(drifted);
  });
});
