import { checkSchema, pairMisspellings } from "../../../../platform/data/checks/schema-check";
import { diabetes } from "../definitions";

test.each<[string, string[], string[], Record<string, string>]>([
  ["case", ["bmi"], ["BMI"], { bmi: "BMI" }],
  ["spaces and punctuation", ["blood_pressure"], [" Blood Pressure"], { blood_pressure: " Blood Pressure" }],
  ["a slip of a letter", ["survived"], ["survved"], { survived: "survved" }],
  ["a slip in a short name", ["age"], ["age1"], { age: "age1" }],
  ["the nearest of several", ["fare"], ["far", "FARE"], { fare: "FARE" }],
  ["each name once", ["s10", "s11"], ["s1O", "x"], { s10: "s1O" }],
  ["no likeness", ["progression"], ["ward"], {}],
  ["names of two letters that differ", ["s1"], ["s7"], {}],
  ["an extra column without a name", ["age"], [""], {}],
])("misspelt columns are paired by %s", (_, missing, extra, expected) => {
  expect(Object.fromEntries(pairMisspellings(missing, extra))).toEqual(expected);
});

test("many extra columns are one warning that names the first ten", () => {
  const extra = Array.from({ length: 190 }, (_, index) => `lab ${index}`);
  const names = diabetes.columns.map(({ name }) => name);
  expect(checkSchema(diabetes.columns, [...extra, ...names])).toEqual([
    {
      severity: "warning",
      check: "schema",
      message: `The file has 190 columns that the definition does not name: ${extra
        .slice(0, 10)
        .map((name) => `"${name}"`)
        .join(", ")} and 180 more. Such columns are ignored.`,
    },
  ]);
});

test("columns in another order are no fault", () => {
  expect(checkSchema(diabetes.columns, diabetes.columns.map(({ name }) => name).toReversed())).toEqual([]);
});

test("columns without a name are counted, as there is nothing to call them by", () => {
  const names = diabetes.columns.map(({ name }) => name);
  expect(checkSchema(diabetes.columns, ["", ...names, " ", "ward"])).toMatchObject([
    { message: 'The file has 1 column that the definition does not name: "ward". Such columns are ignored.' },
    { severity: "warning", message: "The file has 2 columns without a name. Such columns are ignored." },
  ]);
});
