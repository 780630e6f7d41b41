import {
  classWeightFaults,
  classWeightSchema,
  type ClassWeight,
} from "../../../platform/definition/class-weight";

const texts = { role: "target", type: "category", values: ["no", "yes"] };
const numbers = { role: "target", type: "number", classes: [0, 1, 2] };
const boolean = { role: "target", type: "boolean" };

test.each<
  [
    string,
    ClassWeight | undefined,
    string,
    Parameters<typeof classWeightFaults>[1]["columns"][number],
    string | undefined,
  ]
>([
  ["no weights of a regression", undefined, "regression", { role: "target", type: "number" }, undefined],
  ["balanced classes", "balanced", "classification", boolean, undefined],
  ["texts", { yes: 3 }, "classification", texts, undefined],
  ["numbers", { 2: 3, 0: 1 }, "classification", numbers, undefined],
  ["a boolean by its texts", { true: 3 }, "classification", boolean, undefined],
  [
    "a boolean by numbers",
    { 1: 3 },
    "classification",
    boolean,
    'classWeight names "1", which is no class of the target; the classes are "false", "true"',
  ],
  [
    "names that are no classes",
    { yess: 3, no: 1, nein: 1 },
    "classification",
    texts,
    'classWeight names "yess", "nein", which is no class of the target; the classes are "no", "yes"',
  ],
  [
    "a regression",
    "balanced",
    "regression",
    { role: "target", type: "number" },
    "classWeight is for a classification, as a regression has no classes; leave it out",
  ],
])("%s", (_, classWeight, task, target, fault) => {
  expect(classWeightFaults({ classWeight }, { task, columns: [target] })).toEqual(
    fault === undefined ? [] : [fault],
  );
});

const expected = 'Expected "balanced", or numbers above 0 by class, such as { yes: 5 }';

test.each([
  ["even", expected],
  [3, expected],
  [{ yes: 0 }, "Too small: expected number to be >0"],
  [{ yes: "much" }, expected],
])("%p is no class weight", (value, message) => {
  expect(classWeightSchema.safeParse(value).error?.issues.map((issue) => issue.message)).toEqual([message]);
});
