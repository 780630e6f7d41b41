import type { Signature } from "../../../platform/model/signature";
import { RequestProblem } from "../../../scoring/problems/problem";
import { readRows } from "../../../scoring/rows/read-rows";
import { row, signature } from "../model-fixture";

const values = [40, 25, true, "south", "Aa"];

function problemOf(body: unknown, maxRows = 10): RequestProblem {
  try {
    readRows(signature, body, maxRows);
  } catch (error) {
    if (error instanceof RequestProblem) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("rows that fit", () => {
  test.each([
    ["by position", [values]],
    ["by name", [row]],
    ["by name in another order", [{ town: "Aa", region: "south", smoker: true, bmi: 25, age: 40 }]],
  ])("are taken %s", (_, data) => {
    const { table, records } = readRows(signature, { data }, 10);
    expect(Object.fromEntries(table.columns)).toEqual({
      age: Float64Array.of(40),
      bmi: Float64Array.of(25),
      smoker: Uint8Array.of(1),
      region: ["south"],
      town: ["Aa"],
    });
    expect(table.rows).toBe(1);
    expect(records()).toEqual([row]);
  });

  test("may lack a value where the signature allows it", () => {
    const { table, records } = readRows(signature, { data: [[1, null, false, null, "Zz"]] }, 10);
    expect(table.columns.get("bmi")).toEqual(Float64Array.of(NaN));
    expect(table.columns.get("region")).toEqual([""]);
    expect(records()).toEqual([{ age: 1, bmi: null, smoker: false, region: null, town: "Zz" }]);
  });

  test("may be as many as are allowed", () => {
    expect(readRows(signature, { data: [values, values] }, 2).table.rows).toBe(2);
  });
});

describe("a row that does not fit is refused with row and field", () => {
  test.each<[string, unknown, string | undefined, string]>([
    ["a text for a number", { ...row, age: "40" }, "age", '"age" is "40". A finite number is required.'],
    ["true for a number", { ...row, age: true }, "age", '"age" is true. A finite number is required.'],
    [
      "a number too large for a double",
      { ...row, age: Infinity },
      "age",
      '"age" is Infinity (the number is too large). A finite number is required.',
    ],
    ["null for a number", { ...row, age: null }, "age", '"age" is null. A number is required.'],
    ["null for a boolean", { ...row, smoker: null }, "smoker", '"smoker" is null. A boolean is required.'],
    ["1 for a boolean", { ...row, smoker: 1 }, "smoker", '"smoker" is 1. true or false is required.'],
    ["a number for a text", { ...row, town: 7 }, "town", '"town" is 7. A string is required.'],
    ["an array for a text", { ...row, town: ["Aa"] }, "town", '"town" is ["Aa"]. A string is required.'],
    [
      "a value that is not allowed",
      { ...row, region: "South" },
      "region",
      '"region" is "South". Allowed: "north", "south".',
    ],
    [
      "an empty text",
      { ...row, town: "" },
      "town",
      '"town" is "". Use null for a missing value, where one is allowed.',
    ],
    [
      "a text with NUL, where runtimes end it",
      { ...row, town: "Aa\0zz" },
      "town",
      '"town" is "Aa\\u0000zz", which has the character NUL (U+0000). Send the text without it.',
    ],
    [
      "a text with half of a pair",
      { ...row, town: "Aa\ud83d" },
      "town",
      '"town" is "Aa\\ud83d", which has half of a surrogate pair, which is no character. Send the text without it.',
    ],
    [
      "too few values",
      [40, 25],
      undefined,
      "2 values are given. 5 are required: age, bmi, smoker, region, town.",
    ],
    [
      "too many values",
      [...values, 1],
      undefined,
      "6 values are given. 5 are required: age, bmi, smoker, region, town.",
    ],
    [
      "a number instead of a row",
      7,
      undefined,
      "The row is 7. An array in signature order or an object by name is required.",
    ],
    [
      "null instead of a row",
      null,
      undefined,
      "The row is null. An array in signature order or an object by name is required.",
    ],
  ])("%s", (_, bad, field, message) => {
    const problem = problemOf({ data: [row, bad] });
    expect(problem.code).toBe("INPUT_INVALID");
    expect(problem.details.errors).toEqual([{ row: 1, ...(field !== undefined && { field }), message }]);
    expect(problem.message).toBe(`Row 1: ${message}`);
  });

  const { age, ...withoutAge } = row;
  test.each<[string, unknown, { field: string; message: string }[]]>([
    ["missing", withoutAge, [{ field: "age", message: '"age" is missing.' }]],
    [
      "extra",
      { ...row, salary: 1 },
      [{ field: "salary", message: '"salary" is not a feature of the model. Remove it.' }],
    ],
    [
      "in another case",
      { ...withoutAge, AGE: age },
      [{ field: "AGE", message: '"AGE" is not a feature of the model. Did you mean "age"?' }],
    ],
    [
      "misspelt",
      { ...withoutAge, agee: age },
      [{ field: "agee", message: '"agee" is not a feature of the model. Did you mean "age"?' }],
    ],
    [
      "missing beside an extra one that is not like it",
      { ...withoutAge, salary: 1 },
      [
        { field: "salary", message: '"salary" is not a feature of the model. Remove it.' },
        { field: "age", message: '"age" is missing.' },
      ],
    ],
    [
      "called __proto__",
      JSON.parse(JSON.stringify(row).replace("{", '{"__proto__":1,')),
      [{ field: "__proto__", message: '"__proto__" is not a feature of the model. Remove it.' }],
    ],
  ])("a feature that is %s", (_, bad, faults) => {
    expect(problemOf({ data: [bad] }).details.errors).toEqual(faults.map((fault) => ({ row: 0, ...fault })));
  });

  test("a name of Object.prototype does not count as given", () => {
    const odd: Signature = {
      ...signature,
      inputs: [{ name: "constructor", type: "number", nullable: false }],
    };
    expect(() => readRows(odd, { data: [{}] }, 10)).toThrow('Row 0: "constructor" is missing.');
  });
});

test("all faults are in one problem, of which the first 20 are listed", () => {
  const bad = { ...row, age: "x", smoker: 0 };
  const problem = problemOf({ data: Array.from({ length: 12 }, () => bad) }, 100);
  expect(problem.details.errors).toHaveLength(20);
  expect(problem.details.errors?.slice(0, 2).map(({ field }) => field)).toEqual(["age", "smoker"]);
  expect(problem.message).toMatch(/Row 9: "smoker" is 0\..* 4 more faults are not listed\.$/);
});

const expected = 'Expected {"data": [...]} with one row for each prediction.';

test.each([
  ["nothing", undefined, "BODY_INVALID", `The body is not a JSON object. ${expected}`],
  ["null", null, "BODY_INVALID", `The body is not a JSON object. ${expected}`],
  ["an array", [values], "BODY_INVALID", `The body is not a JSON object. ${expected}`],
  ["no data", {}, "BODY_INVALID", `"data" is missing. ${expected}`],
  [
    "data that is no array",
    { data: row.age },
    "BODY_INVALID",
    `"data" is 40, which is not an array. ${expected}`,
  ],
  ["empty data", { data: [] }, "BODY_INVALID", `"data" is empty. ${expected}`],
  [
    "something beside data",
    { data: [row], mode: 1 },
    "BODY_INVALID",
    `The body has "mode" beside "data". ${expected}`,
  ],
  [
    "too many rows",
    { data: [row, row, row] },
    "TOO_MANY_ROWS",
    "The request has 3 rows. At most 2 are allowed. Send them in several requests.",
  ],
])("a body with %s is refused", (_, body, code, message) => {
  expect(problemOf(body, 2)).toMatchObject({ code, message });
});

describe("a value outside of what the definition says", () => {
  const ranged: Signature = {
    task: "regression",
    inputs: [
      { name: "km", type: "number", nullable: true, range: [0, 300_000] },
      { name: "price", type: "number", nullable: false, range: [0, 100], outside: "warn" },
      { name: "make", type: "category", nullable: false, values: ["Audi", "Opel"], outside: "warn" },
      { name: "sold", type: "category", nullable: true, values: ["false", "true"] },
    ],
    target: { name: "y" },
  };
  const read = (...data: unknown[][]): ReturnType<typeof readRows> => readRows(ranged, { data }, 10);

  test("is refused with the range, whose ends are allowed", () => {
    expect(read([0, 0, "Audi", null], [300_000, 100, "Opel", true]).outside).toBeUndefined();
    expect(() => read([99_999_999, 1, "Audi", null])).toThrow(
      'Row 0: "km" is 99999999. 0 to 300000 is allowed.',
    );
    expect(() => read([-0.5, 1, "Audi", null])).toThrow('"km" is -0.5. 0 to 300000 is allowed.');
  });

  test("is taken and counted where the definition warns", () => {
    const { table, outside } = read(
      [1, -5, "Tesla", null],
      [2, 7, "Tesla", false],
      [null, 1e9, "Audi", true],
    );
    expect(Object.fromEntries(outside ?? [])).toEqual({ price: 2, make: 2 });
    expect(table.columns.get("price")).toEqual(Float64Array.of(-5, 7, 1e9));
    expect(table.columns.get("make")).toEqual(["Tesla", "Tesla", "Audi"]);
  });

  test("may be neither empty nor of another type", () => {
    expect(() => read([1, 1, "", null])).toThrow('"make" is "". Use null');
    expect(() => read([1, "many", "Audi", null])).toThrow('"price" is "many". A finite number is required.');
  });

  test("a boolean that may be missing is true, false, null, or a text", () => {
    const { table } = read([1, 1, "Audi", true], [1, 1, "Audi", "false"], [1, 1, "Audi", null]);
    expect(table.columns.get("sold")).toEqual(["true", "false", ""]);
    expect(() => read([1, 1, "Audi", "True"])).toThrow('"sold" is "True". Allowed: "false", "true".');
    expect(() => read([1, 1, true, null])).toThrow('"make" is true. A string is required.');
  });
});

test("names that are no features are refused at once, however many and long they are", () => {
  const inputs = Array.from({ length: 500 }, (_, index) => ({
    name: `feature ${index} ${"x".repeat(150)}`,
    type: "number" as const,
    nullable: false,
  }));
  const wide = { task: "regression" as const, inputs, target: { name: "y" } };
  const names = Array.from({ length: 20_000 }, (_, index) => `stranger ${index} ${"y".repeat(150)}`);
  const begun = process.cpuUsage();
  const row = Object.fromEntries(names.map((name) => [name, 1]));
  for (const data of [[row], row]) {
    expect(() => readRows(wide, { data }, 10)).toThrow(/There are many more faults\.$/);
  }
  expect(process.cpuUsage(begun).user).toBeLessThan(3_000_000);
});

test("of many declared values a message lists the first, and to look among them takes no longer than among few", () => {
  const values = Array.from({ length: 20_000 }, (_, index) => `v${index}`);
  const inputs = [{ name: "town", type: "category" as const, nullable: false, values }];
  const wide: Signature = { ...signature, inputs };
  const begun = process.cpuUsage();
  const { table } = readRows(wide, { data: new Array(20_000).fill(["v19999"]) }, 20_000);
  expect(table.rows).toBe(20_000);
  expect(() => readRows(wide, { data: new Array(20_000).fill(["x"]) }, 20_000)).toThrow(
    /^Row 0: "town" is "x"\. Allowed: "v0", .*"v19" and 19980 others\. .*There are many more faults\.$/,
  );
  expect(process.cpuUsage(begun).user / 1000).toBeLessThan(500);
});
