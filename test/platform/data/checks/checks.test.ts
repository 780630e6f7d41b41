import type { SqlEngine } from "../../../../platform/sql/engine";
import { openEngine } from "../../../../platform/sql/open-engine";
import type { ModelDefinition } from "../../../../platform/definition/definition";
import type { Finding } from "../../../../platform/data/findings";
import { checkFile, fixture, sample } from "../check-file";
import { diabetes, scaledDiabetes, titanic, withColumns } from "../definitions";

let engine: SqlEngine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

const withoutColumn =
  "A model would only copy it, and it is not known when the model is asked; remove it from the features.";
const withBoat = withColumns(
  { ...titanic, checks: { ...titanic.checks, maxMissing: 0.9 } },
  { name: "boat", type: "category", nullable: true },
);

/** Titanic with the sex as target, so that a third text is a third class. */
const ofSex: ModelDefinition = {
  ...titanic,
  columns: titanic.columns.map((column) => ({
    ...column,
    role: column.name === "sex" ? ("target" as const) : ("feature" as const),
  })),
};

describe.each([
  ["against the definition", false],
  ["against the champion", true],
])("%s", (_, withChampion) => {
  test.each([
    ["the diabetes data", sample("diabetes"), diabetes, sample("diabetes")],
    ["a part of the diabetes data", fixture("diabetes-good"), diabetes, sample("diabetes")],
    ["the titanic data", sample("titanic"), titanic, sample("titanic")],
    ["a part of the titanic data", fixture("titanic-good"), titanic, sample("titanic")],
    ["scaled data", fixture("scaled-good"), scaledDiabetes, fixture("scaled-good")],
  ])("%s has no findings", async (_, file, definition, championFile) => {
    const report = await checkFile(engine, definition, file, withChampion ? championFile : undefined);
    expect(report.findings).toEqual([]);
    expect(report.comparedWith).toBe(withChampion ? `${definition.name}:3` : "the definition");
  });

  test.each<[string, ModelDefinition, Finding[]]>([
    [
      "missing-column",
      diabetes,
      [
        {
          severity: "error",
          check: "schema",
          column: "s5",
          message: 'Column "s5" is missing. The file needs it; add it, or remove it from the definition.',
        },
      ],
    ],
    [
      "misspelt-column",
      diabetes,
      [
        {
          severity: "error",
          check: "schema",
          column: "bmi",
          message:
            'Column "bmi" is missing and the file has "BMI": did you mean "bmi"? Rename it in the file.',
        },
        {
          severity: "error",
          check: "schema",
          column: "progression",
          message:
            'Column "progression" is missing and the file has "progresion": did you mean "progression"? Rename it in the file.',
        },
      ],
    ],
    [
      "extra-column",
      diabetes,
      [
        {
          severity: "warning",
          check: "schema",
          message:
            'The file has 1 column that the definition does not name: "ward". Such columns are ignored.',
        },
      ],
    ],
    [
      "text-in-number",
      diabetes,
      [
        {
          severity: "error",
          check: "type",
          column: "bmi",
          message:
            'Column "bmi" holds something other than a number in 6 rows. Numbers are written like 12, -0.5 or 1e-3, without spaces, units or separators. Correct the values, or say in the definition\'s format how they are written.',
          count: 6,
          examples: [
            { row: 3, value: "n/a" },
            { row: 7, value: "1e400" },
            { row: 9, value: "nan" },
            { row: 20, value: "27,5" },
            { row: 31, value: "0x1F" },
          ],
        },
      ],
    ],
    [
      "text-in-boolean",
      titanic,
      [
        {
          severity: "error",
          check: "type",
          column: "survived",
          message:
            'Column "survived" holds something other than a boolean in 2 rows. A boolean is written true or false, or 1 or 0. Correct the values.',
          count: 2,
          examples: [
            { row: 6, value: "yes" },
            { row: 11, value: "2" },
          ],
        },
      ],
    ],
    [
      "empty-field",
      diabetes,
      [
        {
          severity: "error",
          check: "missing",
          column: "age",
          message:
            'Column "age" is empty in 3 rows. It may not be; fill in the values, drop the rows, or make the column nullable.',
          count: 3,
          examples: [
            { row: 5, value: "" },
            { row: 60, value: "" },
            { row: 100, value: "" },
          ],
        },
      ],
    ],
    [
      "mostly-missing",
      titanic,
      [
        {
          severity: "error",
          check: "missing",
          column: "age",
          message:
            'Column "age" is empty in 66.7 % of the rows. At most 50 % may be (checks.maxMissing); fill in values, or leave the column out.',
          count: 80,
        },
      ],
    ],
    [
      "out-of-range",
      diabetes,
      [
        {
          severity: "error",
          check: "range",
          column: "age",
          message:
            'Column "age" is outside 0 to 120 years in 2 rows (it goes from -4 to 430). Correct the values, or widen the range in the definition.',
          count: 2,
          examples: [
            { row: 17, value: "-4" },
            { row: 71, value: "430" },
          ],
        },
      ],
    ],
    [
      "unknown-value",
      titanic,
      [
        {
          severity: "error",
          check: "values",
          column: "sex",
          message:
            'Column "sex" has a value that is not allowed in 2 rows. Allowed are "female", "male"; correct the values, or add them to the definition.',
          count: 2,
          examples: [
            { row: 4, value: "Female" },
            { row: 50, value: "M" },
          ],
        },
      ],
    ],
    [
      "too-few-rows",
      diabetes,
      [
        {
          severity: "error",
          check: "rows",
          message: "The data has 30 rows. At least 50 are needed (checks.minRows); add rows.",
          count: 30,
        },
      ],
    ],
    [
      "repeated-rows",
      diabetes,
      [
        {
          severity: "error",
          check: "duplicates",
          message:
            "15 % of the rows (15 of 100) repeat an earlier row. At most 10 % may (checks.maxDuplicates); remove the repeated rows.",
          count: 15,
          examples: [
            { row: 86, value: "same as row 1" },
            { row: 87, value: "same as row 1" },
            { row: 88, value: "same as row 5" },
            { row: 89, value: "same as row 10" },
            { row: 90, value: "same as row 15" },
          ],
        },
      ],
    ],
    [
      "one-target-value",
      diabetes,
      [
        {
          severity: "error",
          check: "target",
          column: "progression",
          message:
            'The target "progression" is 151 in all 100 rows. There is nothing to learn from one value; add rows with others.',
          count: 100,
        },
      ],
    ],
  ])("%s fails for its own reason only", async (name, definition, findings) => {
    const champion = withChampion ? sample(definition.name) : undefined;
    expect((await checkFile(engine, definition, fixture(name), champion)).findings).toEqual(findings);
  });
});

test.each<[string, ModelDefinition, Finding]>([
  [
    "leaked-copy",
    withColumns(diabetes, { name: "outcome", type: "number" }),
    {
      severity: "error",
      check: "leakage",
      column: "outcome",
      message: `Feature "outcome" equals the target "progression" in every row. ${withoutColumn}`,
    },
  ],
  [
    "leaked-copy",
    withColumns(diabetes, { name: "outcome", type: "category" }),
    {
      severity: "error",
      check: "leakage",
      column: "outcome",
      message: `Feature "outcome" equals the target "progression" in every row. ${withoutColumn}`,
    },
  ],
  [
    "leaked-in-other-unit",
    diabetes,
    {
      severity: "error",
      check: "leakage",
      column: "s6",
      message: `Feature "s6" is a straight-line function of the target "progression" in every row (correlation 1). ${withoutColumn}`,
    },
  ],
  [
    "leaked-category",
    withBoat,
    {
      severity: "error",
      check: "leakage",
      column: "boat",
      message: `Feature "boat" tells the target "survived" in every row: each of its 2 values goes with a value of the target. ${withoutColumn}`,
    },
  ],
  [
    "unknown-value",
    ofSex,
    {
      severity: "error",
      check: "values",
      column: "sex",
      message:
        'Column "sex" has a value that is not allowed in 2 rows. Allowed are "female", "male"; correct the values, drop the rows of other classes, or list those in the definition.',
      count: 2,
      examples: [
        { row: 4, value: "Female" },
        { row: 50, value: "M" },
      ],
    },
  ],
  [
    "repeated-id",
    withColumns(diabetes, { name: "ticket", type: "category", role: "id" }),
    {
      severity: "error",
      check: "duplicates",
      column: "ticket",
      message:
        'Column "ticket" repeats an earlier id in 2 rows. Each row has an id of its own; remove the repeated rows.',
      count: 2,
      examples: [
        { row: 2, value: "same as row 1" },
        { row: 81, value: "same as row 13" },
      ],
    },
  ],
])("%s fails for its own reason only, with a definition of its own", async (name, definition, finding) => {
  expect((await checkFile(engine, definition, fixture(name))).findings).toEqual([finding]);
});
