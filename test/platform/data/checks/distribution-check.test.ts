import { checkData } from "../../../../platform/data/checks/checks";
import type { AcceptedChange, Champion } from "../../../../platform/data/checks/distribution-check";
import { loadData } from "../../../../platform/data/source";
import type { ModelDefinition } from "../../../../platform/definition/definition";
import type { Finding } from "../../../../platform/data/findings";
import type { NumberProfile } from "../../../../platform/drift/profile";
import { profileTable } from "../../../../platform/drift/profile-table";
import type { SqlEngine } from "../../../../platform/sql/engine";
import { openEngine } from "../../../../platform/sql/open-engine";
import { checkFile, fixture, sample } from "../check-file";
import { diabetes, scaledDiabetes } from "../definitions";

const whatToDo = (column: string): string =>
  `Check these rows, or how the column was made. If it moves by nature, name it in checks.mayMove; to train on it this once, run \`mlops retrain --accept-population ${column}\`, or set MLOPS_ACCEPT_POPULATION.`;

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
      message: `Column "AGE" is of another population than the rows numbers:3 was trained on: values up to 100, 486.4 times as far from the median as any; 50 times are allowed (checks.maxReach). ${whatToDo("AGE")}`,
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
      message: `Column "bmi" is of another population than the rows diabetes:3 was trained on: a population stability index of 6.33, above 1 (checks.maxPsi). ${whatToDo("bmi")}`,
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

/** As if the champion's values had been these. */
function mapped(profile: NumberProfile, change: (value: number) => number): NumberProfile {
  const { edges, min = NaN, max = NaN } = profile;
  return { ...profile, edges: edges.map(change), min: change(min), max: change(max) };
}

const population = (bmi: NumberProfile): Champion => ({
  model: "diabetes:3",
  profile: { rows: 442, columns: { bmi } },
});

async function bmiAgainst(
  change: (value: number) => number,
  { accepted, mayMove = [] }: { accepted?: AcceptedChange; mayMove?: string[] } = {},
): Promise<readonly Finding[]> {
  const definition = { ...diabetes, checks: { ...diabetes.checks, mayMove } };
  const source = await loadData(engine, definition, sample("diabetes"));
  const { bmi } = await profileTable(engine, "data", definition.columns);
  if (bmi?.type !== "number") throw new Error("bmi is a number");
  const options = { champion: population(mapped(bmi, change)), ...(accepted && { accepted }) };
  return (await checkData(engine, definition, source, options)).findings;
}

const tenth = (value: number): number => value / 10;

test.each<[string, (value: number) => number, string]>([
  [
    "median is ten times as great",
    tenth,
    "a median of 25.7, against 2.565, 50.57 times the spread apart; 3 times are allowed (checks.maxShift)",
  ],
  [
    "values lie nearer to each other than a third",
    (value) => 25.7 + 4 * (value - 25.7),
    "a spread of 4.522 between its quartiles, against 18.3; 3 times are allowed (checks.maxShift)",
  ],
])("a column whose %s is an error", async (_, change, message) => {
  expect(await bmiAgainst(change)).toEqual([
    {
      severity: "error",
      check: "distribution",
      column: "bmi",
      message: `Column "bmi" is of another population than the rows diabetes:3 was trained on: ${message}. ${whatToDo("bmi")}`,
    },
  ]);
});

test.each<[string, Parameters<typeof bmiAgainst>[1], string | undefined]>([
  [
    "named by a flag",
    { accepted: { columns: ["bmi"], by: "--accept-population bmi" } },
    "--accept-population bmi",
  ],
  [
    "with all others",
    { accepted: { columns: ["all"], by: "MLOPS_ACCEPT_POPULATION" } },
    "MLOPS_ACCEPT_POPULATION",
  ],
  ["that moves by nature", { mayMove: ["bmi"] }, "checks.mayMove"],
  ["while another is named", { accepted: { columns: ["age"], by: "--accept-population age" } }, undefined],
])("a column of another population, %s", async (_, options, by) => {
  const [finding] = await bmiAgainst(tenth, options);
  expect(finding).toMatchObject({ column: "bmi", severity: by === undefined ? "error" : "warning" });
  expect(finding?.acceptedBy).toBe(by);
  if (by !== undefined) expect(finding?.message).toContain(`This is accepted by ${by}.`);
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
    const { findings } = await checkData(engine, diabetes, source, { champion: against() });
    expect(findings.map(({ column }) => column)).toEqual(drifted);
  });
});
