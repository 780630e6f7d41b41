import { breakingChanges, describeBreaking } from "../../../platform/gate/breaking-changes";
import type { DataFormat } from "../../../platform/definition/definition";
import type { SignatureColumn } from "../../../platform/model/signature";

const number = (name: string, rest: Partial<SignatureColumn> = {}): SignatureColumn => ({
  name,
  type: "number",
  nullable: false,
  ...rest,
});
const category = (values?: string[], rest: Partial<SignatureColumn> = {}): SignatureColumn => ({
  name: "town",
  type: "category",
  nullable: false,
  ...(values && { values }),
  ...rest,
});
const made = (range?: [number, number]): SignatureColumn => ({
  name: "made",
  type: "date",
  nullable: false,
  parts: ["month"],
  ...(range && { range }),
});
const age = number("age");
const boolean: SignatureColumn = { name: "town", type: "boolean", nullable: false };

test.each<[string, SignatureColumn[], SignatureColumn[], string[]]>([
  ["nothing", [age, category(["a", "b"])], [age, category(["a", "b"])], []],
  [
    "a date's range that is narrower",
    [made([0, 172_800])],
    [made([86_400, 172_800])],
    ["made: 1970-01-02 to 1970-01-03 is taken, 1970-01-01 to 1970-01-03 was"],
  ],
  [
    "a date's range where there was none",
    [made()],
    [made([0, 86_400])],
    ["made: 1970-01-01 to 1970-01-02 is taken, any date was"],
  ],
  ["other parts of a date", [made()], [{ ...made(), parts: ["year"] }], []],
  [
    "another order, as lists have no names",
    [age, category()],
    [category(), age],
    [
      "town: it was column 2 and is now column 1, and 1 other column moved, too: rows that are sent as lists are misread",
    ],
  ],
  [
    "a column at the place of another that is gone",
    [age, category(), number("bmi")],
    [number("sex"), age, category()],
    [
      "sex: it is new, and a request without it is refused (a number)",
      "bmi: it is gone, and a request that has it is refused",
      "age: it was column 1 and is now column 2, and 1 other column moved, too: rows that are sent as lists are misread",
    ],
  ],
  [
    "a new column",
    [age],
    [age, number("bmi")],
    ["bmi: it is new, and a request without it is refused (a number)"],
  ],
  [
    "a new column that may be missing, as its name may not be",
    [age],
    [age, number("bmi", { nullable: true })],
    ["bmi: it is new, and a request without it is refused (a number)"],
  ],
  [
    "a column that is gone",
    [age, number("bmi")],
    [age],
    ["bmi: it is gone, and a request that has it is refused"],
  ],
  ["another type", [age], [{ ...age, type: "category" }], ["age: it was a number and is now a category"]],
  ["a boolean that may be missing now", [boolean], [category(["false", "true"], { nullable: true })], []],
  [
    "a boolean that may not be missing any more",
    [category(["false", "true"], { nullable: true })],
    [boolean],
    ["town: it was a category and is now a boolean"],
  ],
  ["may be missing now", [age], [number("age", { nullable: true })], []],
  [
    "may not be missing any more",
    [number("age", { nullable: true })],
    [age],
    ["age: it may not be missing any more"],
  ],
  [
    "a range where there was none",
    [age],
    [number("age", { range: [0, 120] })],
    ["age: 0 to 120 is taken, any number was"],
  ],
  ["a range that is not refused", [age], [number("age", { range: [0, 120], outside: "warn" })], []],
  ["a wider range", [number("age", { range: [0, 120] })], [number("age", { range: [0, 130] })], []],
  ["no range any more", [number("age", { range: [0, 120] })], [age], []],
  [
    "a narrower range",
    [number("age", { range: [0, 120] })],
    [number("age", { range: [18, 120] })],
    ["age: 18 to 120 is taken, 0 to 120 was"],
  ],
  [
    "a range that is refused now",
    [number("age", { range: [0, 120], outside: "warn" })],
    [number("age", { range: [0, 120] })],
    ["age: 0 to 120 is taken, any number was"],
  ],
  [
    "a range that is taken now, and narrower",
    [number("age", { range: [0, 120] })],
    [number("age", { range: [18, 60], outside: "warn" })],
    [],
  ],
  ["one value more", [category(["a"])], [category(["a", "b"])], []],
  ["values that are not listed any more", [category(["a"])], [category()], []],
  ["one value less", [category(["a", "b"])], [category(["b"])], ['town: "a" is not taken any more']],
  [
    "many values less",
    [category(["a", "b", "c", "d", "e", "f", "g", "h"])],
    [category(["h"])],
    ['town: "a", "b", "c", "d", "e" and 2 more are not taken any more'],
  ],
  [
    "values where any text was taken",
    [category()],
    [category(["a", "b"])],
    ['town: only "a", "b" are taken, any text was'],
  ],
  [
    "values that are refused now",
    [category(["a", "b"], { outside: "warn" })],
    [category(["a", "b"])],
    ['town: only "a", "b" are taken, any text was'],
  ],
  [
    "several at once",
    [number("age", { nullable: true }), number("s6")],
    [number("age", { range: [1, 2] }), number("bmi")],
    [
      "age: it may not be missing any more",
      "age: 1 to 2 is taken, any number was",
      "bmi: it is new, and a request without it is refused (a number)",
      "s6: it is gone, and a request that has it is refused",
    ],
  ],
])("requests are refused that were answered by %s", (_, before, now, expected) => {
  const changes = breakingChanges({ inputs: before }, { inputs: now });
  expect(changes.map(({ column, change }) => `${column}: ${change}`)).toEqual(expected);
});

const comma: DataFormat = { decimal: ",", thousands: ".", missing: [] };
const usual: DataFormat = { decimal: ".", missing: [] };

test.each<[string, object, object, string[]]>([
  ["nothing", { format: comma }, { format: comma }, []],
  ["a format that says what is usual", {}, { format: usual }, []],
  [
    "a decimal comma",
    {},
    { format: comma },
    ['format: numbers in CSV were written as "1234.5" and are now read as "1.234,5"'],
  ],
  [
    "a decimal point again",
    { format: comma },
    {},
    ['format: numbers in CSV were written as "1.234,5" and are now read as "1234.5"'],
  ],
  [
    "other texts for missing values",
    { format: { ...usual, missing: ["NA"] } },
    { format: { ...usual, missing: ["?", "-"] } },
    ['format: in CSV "NA" stood for a missing value, and now "-", "?" does'],
  ],
  [
    "the same texts in another order",
    { format: { ...usual, missing: ["NA", "-"] } },
    { format: { ...usual, missing: ["-", "NA"] } },
    [],
  ],
  [
    "no intervals any more",
    { target: { interval: {} } },
    { target: {} },
    ["intervals: a request for prediction intervals is refused"],
  ],
  ["intervals that are new", { target: {} }, { target: { interval: {} } }, []],
  [
    "no explanations any more",
    { explains: true },
    { explains: false },
    ["explanations: a request for explanations is refused"],
  ],
  ["explanations that are new", { explains: false }, { explains: true }, []],
  ["explanations of which nothing is known", { explains: true }, {}, []],
])("requests are refused or misread that were answered by %s", (_, before, now, expected) => {
  const changes = breakingChanges({ inputs: [age], ...before }, { inputs: [age], ...now });
  expect(changes.map(({ column, change }) => `${column}: ${change}`)).toEqual(expected);
});

test("changes are told in a clause", () => {
  const changes = breakingChanges({ inputs: [age] }, { inputs: [number("bmi")] });
  expect(describeBreaking(changes)).toBe(
    '"bmi": it is new, and a request without it is refused (a number); "age": it is gone, and a request that has it is refused',
  );
});
