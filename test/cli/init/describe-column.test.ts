import { describeColumn, idRank, rangeOf } from "../../../cli/init/describe-column";
import type { SeenColumn } from "../../../cli/init/seen-columns";

const none = {
  missing: [],
  numeric: false,
  boolean: false,
  whole: false,
  longNumbers: 0,
  leadingZeros: 0,
  dates: 0,
  uuids: 0,
};
const text: SeenColumn = {
  ...none,
  name: "colour",
  rows: 100,
  present: 100,
  distinct: 3,
  values: ["a", "b", "c"],
};
const number: SeenColumn = {
  ...none,
  name: "size",
  rows: 100,
  present: 100,
  distinct: 80,
  numeric: true,
  whole: true,
  min: 5,
  max: 95,
};

test.each<[string, SeenColumn, string, RegExp]>([
  ["few texts", text, "category", /^is text with 3 different values$/],
  [
    "few texts, some missing",
    { ...text, present: 98, missing: ["NA"] },
    "category",
    /missing in 2 of 100 rows \("NA"\)/,
  ],
  ["many texts", { ...text, distinct: 51 }, "left out", /^is text with 51 different values$/],
  ["nothing", { ...text, present: 0, distinct: 0, values: [] }, "left out", /^is always empty$/],
  ["one value", { ...text, distinct: 1, values: ["a"] }, "left out", /^is the same in every row$/],
  ["one value or none", { ...text, present: 90, distinct: 1, values: ["a"] }, "category", /missing in 10/],
  ["numbers", number, "number", /^has 80 different numbers from 5 to 95$/],
  ["numbers from 1 on", { ...number, countsFrom: 1, distinct: 100 }, "left out", /^counts the rows$/],
  ["numbers from 5 on", { ...number, countsFrom: 5, distinct: 100 }, "number", /^has 100/],
  ["days from 1 on", { ...number, name: "day", countsFrom: 1, distinct: 100 }, "number", /^has 100/],
  ["a shuffled index", { ...number, name: "Unnamed: 0", distinct: 100 }, "left out", /^counts the rows$/],
  [
    "a shuffled index of R",
    { ...number, name: "X", distinct: 100, min: 1, max: 100 },
    "left out",
    /^counts the rows$/,
  ],
  [
    "a number of its own in each row, by the name of x",
    { ...number, name: "x", distinct: 100, min: 1, max: 400 },
    "number",
    /^has 100/,
  ],
  ["an index that repeats", { ...number, name: "index" }, "number", /^has 80/],
  ["booleans", { ...text, boolean: true }, "boolean", /^is true or false$/],
  [
    "ids of many groups",
    { ...number, name: "car_id" },
    "left out",
    /^has 80 different ids that several rows share/,
  ],
  [
    "ids of few groups",
    { ...number, name: "VendorID", distinct: 2, values: ["1", "2"] },
    "category",
    /^has 2 different ids that several rows share$/,
  ],
  ["fractions with the name of an id", { ...number, name: "acid id", whole: false }, "number", /^has 80/],
  ["a name that only ends like an id", { ...number, name: "bid" }, "number", /^has 80/],
  [
    "few codes with a zero in front",
    { ...number, name: "zip", leadingZeros: 3, distinct: 3, values: ["01234", "08001", "94103"] },
    "category",
    /codes that begin with 0$/,
  ],
  ["many codes with a zero in front", { ...number, leadingZeros: 3 }, "left out", /codes that begin with 0/],
  ["numbers of 16 digits", { ...number, longNumbers: 80 }, "left out", /more than 15 digits/],
  ["numbers that overflow", { ...number, max: 1.7e308 }, "left out", /^has numbers beyond ±1e\+150/],
  [
    "dates as they are written in Germany",
    { ...text, dates: 100 },
    "left out",
    /^is dates or times that are not/,
  ],
  ["dates", { ...text, ...dated(0) }, "date", /^has dates from 1970-01-01 to 1970-01-01$/],
  ["UUIDs", { ...text, uuids: 100, distinct: 100 }, "left out", /^is ids$/],
])("%s are taken for what they are", (_, facts, taken, why) => {
  const described = describeColumn(facts);
  expect(described).toMatchObject({ taken, why: expect.stringMatching(why) as string });
  expect(described.column === undefined).toBe(taken === "left out");
});

/** A category of more values than are listed. */
const many: SeenColumn = { ...none, name: "colour", rows: 5000, present: 5000, distinct: 900 };

test.each<[string, Partial<SeenColumn>, Parameters<typeof describeColumn>[1], object | undefined]>([
  ["by the target", {}, { manyValues: "by the target" }, { type: "category", encoding: "target" }],
  [
    "by the target, some missing",
    { present: 4000 },
    { manyValues: "by the target" },
    { type: "category", nullable: true, encoding: "target" },
  ],
  ["by several classes", {}, { manyValues: "by the classes" }, { type: "category", encoding: "target" }],
  ["as any text", {}, { manyValues: "any text" }, { type: "category" }],
  ["nothing unless that is said", {}, {}, undefined],
  ["nothing where values hardly come twice", { distinct: 2501 }, { manyValues: "by the target" }, undefined],
  ["nothing of what tells persons", { name: "email" }, { manyValues: "by the target" }, undefined],
  [
    "codes with a zero in front by the target",
    { numeric: true, whole: true, leadingZeros: 3, min: 1, max: 99_999 },
    { manyValues: "by the target" },
    { type: "category", encoding: "target" },
  ],
  [
    "codes of the post by the target",
    { name: "zip code", numeric: true, whole: true, min: 10_000, max: 99_999 },
    { manyValues: "by the target" },
    { type: "category", encoding: "target" },
  ],
  ["ids by nothing", { name: "shop_id" }, { manyValues: "by the target" }, undefined],
])("many values become %s", (_, facts, options, column) => {
  const described = describeColumn({ ...many, ...facts }, options);
  expect(described.column).toEqual(column && { name: described.name, ...column });
});

test("what may tell persons apart is left out for that", () => {
  expect(describeColumn({ ...many, name: "email" }, { manyValues: "by the target" }).why).toBe(
    "is text with 900 different values that may tell persons apart, and the model itself would hold them",
  );
  expect(describeColumn({ ...text, name: "Customer Name" })).toEqual({
    name: "Customer Name",
    taken: "left out",
    why: "is text with 3 different values that may tell persons apart, and the model itself would hold them",
  });
});

test("of where a person is reached, few values tell only of what kind it is", () => {
  expect(describeColumn({ ...text, name: "phone_type" }).taken).toBe("category");
});

test("the day of a birth is personal, another day is not", () => {
  const born = describeColumn({ ...text, ...dated(9000), name: "date_of_birth" });
  expect(born.column).toMatchObject({ type: "date", personal: true });
  expect(born.why).toMatch(/; personal, as its name says$/);
  expect(born.comment).toMatch(/ It is personal: kept out of logs, examples and reports\.$/);
  expect(describeColumn({ ...text, ...dated(9000), name: "bought" }).column).not.toHaveProperty("personal");
});

test("what many values and dates become is said for who reads the definition", () => {
  expect(describeColumn(many, { manyValues: "by the target" }).comment).toBe(
    '"colour" is text with 900 different values, each in 5.6 rows on average: too many to list, so each counts by the mean target of its rows.',
  );
  expect(describeColumn({ ...text, ...dated(400, true) }).comment).toBe(
    '"colour" has times from 1970-01-01 to 1971-02-05: the cycle of year, week, day for what comes again, and days since the first for what goes on steadily.',
  );
  expect(describeColumn({ ...text, ...dated(3) }).comment).toMatch(
    /: only days since the first for what goes/,
  );
});

test.each([
  ["given out from 100,000 on", 100_000, "left out"],
  ["that may be ranks", 1, "number"],
])("consecutive numbers in no order %s are taken as %s", (_, min, taken) => {
  const facts = { ...number, distinct: 100, min, max: min + 99 };
  expect(describeColumn(facts).taken).toBe(taken);
  expect(describeColumn({ ...facts, max: min + 100 }).taken).toBe("number");
  expect(describeColumn({ ...facts, name: "year" }).taken).toBe("number");
});

function dated(days: number, hasClock = false): Pick<SeenColumn, "dates" | "moments"> {
  return { dates: 100, moments: { first: 0, last: days * 86_400, hasClock } };
}

test.each([
  [3, false, []],
  [20, true, ["weekCycle", "dayCycle"]],
  [400, false, ["yearCycle", "weekCycle"]],
])(
  "of dates over %d days (with times: %s) a model takes %p and how long ago they were",
  (days, hasClock, parts) => {
    const { column } = describeColumn({ ...text, ...dated(days, hasClock), present: 90 });
    expect(column).toEqual({
      name: "colour",
      type: "date",
      nullable: true,
      parts: [...parts, { daysSince: "1970-01-01" }],
    });
  },
);

test("values outside of what was seen are taken, and booleans may be missing", () => {
  expect(describeColumn(number).column).toEqual({
    name: "size",
    type: "number",
    range: [0, 140],
    outside: "warn",
  });
  expect(describeColumn(text).column).toMatchObject({ values: ["a", "b", "c"], outside: "warn" });
  expect(describeColumn({ ...text, boolean: true, present: 90 }).column).toEqual({
    name: "colour",
    type: "boolean",
    nullable: true,
  });
});

test.each<[string, Partial<SeenColumn>, 0 | 1 | 2]>([
  ["id", {}, 2],
  ["customer_id", {}, 2],
  ["PassengerId", {}, 2],
  ["VendorID", {}, 2],
  ["Invoice No.", {}, 2],
  ["Kunden-Nr", {}, 2],
  ["card", { longNumbers: 100 }, 1],
  ["token", { numeric: false, whole: false, uuids: 100 }, 1],
  ["paid", {}, 0],
  ["piano", {}, 0],
  ["price", {}, 0],
  ["customer_id", { distinct: 99 }, 0],
  ["customer_id", { present: 99 }, 0],
  ["customer_id", { whole: false }, 0],
])("%s, %j: rank as an id %d", (name, facts, rank) => {
  expect(idRank({ ...number, distinct: 100, name, ...facts })).toBe(rank);
});

test.each([
  [0, 1],
  [20, 79],
  [-5, 5],
  [0.25, 0.75],
  [900, 1300],
  [1234567890123456, 9876543210987654],
  [2 ** 53, 2 ** 53],
  [-1.7e149, 1.7e149],
  [1e-9, 2e-9],
])("the range for %d to %d holds both, and is finite", (min, max) => {
  const [low, high] = rangeOf(min, max);
  expect(low).toBeLessThanOrEqual(min);
  expect(high).toBeGreaterThanOrEqual(max);
  expect([low, high].every(Number.isFinite)).toBe(true);
});
