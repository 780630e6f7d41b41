import { describeTarget, numberedClasses, positiveLast } from "../../../cli/init/describe-target";
import type { SeenColumn } from "../../../cli/init/seen-columns";
import type { Task } from "../../../platform/definition/definition";

const none = { missing: [], boolean: false, longNumbers: 0, leadingZeros: 0, dates: 0, uuids: 0 };
const amounts: SeenColumn = {
  ...none,
  name: "y",
  rows: 100,
  present: 100,
  distinct: 80,
  numeric: true,
  whole: true,
  min: 5,
  max: 95,
};
const classes: SeenColumn = { ...amounts, distinct: 3, min: 0, max: 2, values: ["0", "1", "2"] };
const two: SeenColumn = { ...amounts, distinct: 2, min: 0, max: 1, values: ["0", "1"] };
const words: SeenColumn = { ...two, numeric: false, whole: false, values: ["no", "yes"] };

test.each<[string, SeenColumn, Task | undefined, Task, object]>([
  ["amounts", amounts, undefined, "regression", { type: "number" }],
  ["numbered classes that are amounts", classes, "regression", "regression", { type: "number" }],
  ["0 and 1", two, undefined, "classification", { type: "boolean" }],
  ["0 and 1 that are amounts", two, "regression", "regression", { type: "number" }],
  ["two words", words, undefined, "classification", { type: "category", values: ["no", "yes"] }],
  ["two numbers", { ...two, values: ["1", "2"] }, "classification", "classification", { values: ["1", "2"] }],
  [
    "three words",
    { ...words, distinct: 3, values: ["a", "b", "c"] },
    undefined,
    "classification",
    { type: "category", values: ["a", "b", "c"] },
  ],
  ["numbers for names", classes, "classification", "classification", { type: "number", classes: [0, 1, 2] }],
  ["true and false", { ...words, boolean: true }, undefined, "classification", { type: "boolean" }],
])("%s are a target", (_, facts, said, task, column) => {
  expect(describeTarget(facts, said)).toMatchObject({
    task,
    column: { name: "y", role: "target", ...column },
  });
});

test.each<[string, SeenColumn, Task | undefined, RegExp]>([
  ["a missing value", { ...amounts, present: 99 }, undefined, /is missing in 1 row\./],
  ["one value", { ...amounts, distinct: 1 }, undefined, /the same in every row/],
  ["words that hardly come twice", { ...words, distinct: 60 }, undefined, /60 different texts/],
  ["words as a regression", words, "regression", /has texts\. Expected numbers/],
  ["amounts as a classification", amounts, "classification", /80 different values. Classes are listed/],
  [
    "numbers that are not whole as a classification",
    { ...amounts, whole: false, distinct: 3, values: ["0.5", "1", "2"] },
    "classification",
    /not whole, which are amounts and no classes/,
  ],
  ["numbers that overflow", { ...amounts, min: -1.7e308 }, undefined, /up to ±1e\+150/],
  [
    "classes with numbers for names",
    classes,
    undefined,
    /0 to 2, which may be amounts or 3 classes.*--task regression.*--task classification/,
  ],
])("%s: no target", (_, facts, said, message) => {
  expect(() => describeTarget(facts, said)).toThrow(message);
});

test.each<[string, Partial<SeenColumn>, number | undefined]>([
  ["0, 1, 2", {}, 3],
  ["1 to 5", { min: 1, max: 5, distinct: 5 }, 5],
  ["3 to 8", { min: 3, max: 8, distinct: 6 }, 6],
  ["3 to 8 in few rows", { min: 3, max: 8, distinct: 6, present: 40 }, undefined],
  ["0 to 11", { max: 11, distinct: 12 }, undefined],
  ["0, 1, 5", { max: 5, distinct: 3 }, 3],
  ["0, 0.5, 2", { whole: false }, undefined],
])("%s may be classes: %p", (_, facts, count) => {
  expect(numberedClasses({ ...classes, ...facts })).toBe(count);
});

test.each([
  ["the first is rare", 5, 95, ["yes", "no"]],
  ["the last is rare", 95, 5, undefined],
  ["none is rare", 40, 60, undefined],
])("of two texts of which %s, with %d and %d rows, the positive one is last: %j", (_, no, yes, values) => {
  const { column, why } = describeTarget(words, undefined);
  const target = { name: "y", taken: "target", why: `classification: it ${why}`, column } as const;
  const counted = [
    { name: "no", rows: no },
    { name: "yes", rows: yes },
  ];
  const turned = positiveLast(target, { task: "classification", rows: no + yes, classes: counted });
  expect(turned?.target.column?.values).toEqual(values);
  if (values === undefined) return;
  expect(turned?.facts.classes.map(({ name }) => name)).toEqual(["yes", "no"]);
  expect(turned?.target.why).toMatch(/of which the rarer, "no" is the one whose probability is given$/);
});
