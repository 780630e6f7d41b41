import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { checkData } from "../../../../platform/data/checks/checks";
import { loadData } from "../../../../platform/data/source";
import { splitData } from "../../../../platform/data/split/split";
import { keyText } from "../../../../platform/data/split/row-sides";
import { decideSplitRule, type HashRule, type SplitRule } from "../../../../platform/data/split/split-rule";
import type { ModelDefinition } from "../../../../platform/definition/definition";
import type { SqlEngine } from "../../../../platform/sql/engine";
import { rowsWhere } from "../../../../platform/sql/rows-where";
import { openEngine } from "../../../../platform/sql/open-engine";
import { diabetes, numbersOnly, titanic } from "../definitions";

const sample = (model: string): string => path.join(__dirname, "../../../../models", model, "data.csv");

let engine: SqlEngine;
let folder: string;
beforeAll(async () => {
  engine = await openEngine();
  folder = await mkdtemp(path.join(tmpdir(), "mlops-split-"));
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

/** Loads and splits data as for a model that has no champion. */
async function loadSplit(definition: ModelDefinition, file: string): ReturnType<typeof splitData> {
  const source = await loadData(engine, definition, file);
  return splitData({ engine, definition, source }, decideSplitRule(definition, source.header));
}

async function heldOutRows(definition: ModelDefinition, file: string): Promise<number[]> {
  await loadSplit(definition, file);
  const rows = await engine.rows("SELECT _row FROM data WHERE _held_out ORDER BY _row");
  return rows.map((row) => Number(row._row));
}

async function writeLines(name: string, lines: readonly string[]): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, `${lines.join("\n")}\n`);
  return file;
}

/** The documented text of a value, worked out a second time without SQL. */
function canonical(value: number | string | boolean | null): string {
  if (value === null) return "";
  if (typeof value !== "number") return String(value);
  const size = Math.min(Math.abs(value), 9.2e18);
  const whole = Math.floor(size);
  return `${value < 0 ? "-" : ""}${BigInt(whole)}.${BigInt(Math.floor((size - whole) * 2 ** 62))}`;
}

function isHeldOut(
  values: readonly (number | string | boolean | null)[],
  seed: number,
  fraction: number,
): boolean {
  const text = [String(seed), ...values.map(canonical)].join("|");
  const hash = createHash("md5").update(text).digest("hex").slice(0, 8);
  return Number.parseInt(hash, 16) < Math.round(fraction * 2 ** 32);
}

test.each<[string, ModelDefinition, number, number[], string]>([
  [
    "diabetes",
    diabetes,
    85,
    [2, 8, 15, 16, 17, 23, 24, 25, 34, 36, 40, 50],
    "eabe57ab7e47d931d33e999575c05239",
  ],
  [
    "titanic",
    titanic,
    226,
    [3, 6, 13, 15, 21, 25, 32, 33, 39, 42, 44, 53],
    "e8a430d3920344619cccd1e4ab3e91b0",
  ],
])("the split of %s never changes unnoticed", async (model, definition, count, first, digest) => {
  const rows = await heldOutRows(definition, sample(model));
  expect(rows).toHaveLength(count);
  expect(rows.slice(0, 12)).toEqual(first);
  expect(createHash("md5").update(rows.join()).digest("hex")).toBe(digest);
});

test("every row is where the documented hash puts it", async () => {
  const names = ["b", "a", "y"];
  const definition = numbersOnly(names);
  const numbers = [
    0,
    -0,
    1,
    -1,
    0.1,
    -0.1,
    59.25,
    4.8598,
    1e-9,
    3e-30,
    5e-324,
    123456789.125,
    -123456789.125,
    2 ** 53,
    9.1e18,
    9.3e18,
    1e300,
    -1e300,
    1.7976931348623157e308,
  ];
  const rows = numbers.flatMap((b) => numbers.map((a) => [b, a, a + 1] as const));
  const file = await writeLines("numbers.csv", [
    names.join(),
    ...rows.map((row) => row.map((x) => x.toString()).join()),
  ]);
  const expected = rows.flatMap(([b, a, y], index) => (isHeldOut([a, b, y], 1, 0.2) ? [index + 1] : []));
  expect(await heldOutRows(definition, file)).toEqual(expected);
});

test("missing values, texts and booleans are where the documented hash puts them", async () => {
  await loadSplit(titanic, sample("titanic"));
  const names = titanic.columns.map(({ name }) => name).sort();
  const rows = await engine.rows(`SELECT ${names.join()}, _held_out FROM data`);
  for (const { _held_out, ...row } of rows)
    expect(
      isHeldOut(
        names.map((name) => row[name] ?? null),
        1,
        0.2,
      ),
    ).toBe(_held_out);
});

test.each([0.05, 0.2, 0.5, 0.8])(
  "a share of %p of many rows is held out, to sampling error",
  async (testFraction) => {
    const definition = numbersOnly(["x", "y"], { split: { testFraction } });
    const lines = Array.from({ length: 20_000 }, (_, index) => `${index},${index % 7}`);
    const rows = await heldOutRows(definition, await writeLines("many.csv", ["x,y", ...lines]));
    // Four standard deviations of a binomial share.
    const error = 4 * Math.sqrt((testFraction * (1 - testFraction)) / lines.length);
    expect(Math.abs(rows.length / lines.length - testFraction)).toBeLessThan(error);
  },
);

describe("rows hashed by their values", () => {
  const definition = numbersOnly(["x", "y"], { split: { testFraction: 0.2 } });
  const rule = { ...decideSplitRule(definition, ["x", "y"]), hash: "binary" } as HashRule;
  const lines = Array.from(
    { length: 20_000 },
    (_, index) => `${index / 8},${index % 5 === 0 ? "" : index % 7}`,
  );

  async function sides(file: string, by: SplitRule = rule): Promise<boolean[]> {
    const source = await loadData(engine, definition, file);
    await splitData({ engine, definition, source }, by);
    const rows = await engine.rows("SELECT _held_out FROM data ORDER BY _row");
    return rows.map(({ _held_out }) => _held_out === true);
  }

  test("are held out by the fraction, to sampling error, and on the same side in any order and format", async () => {
    const held = await sides(await writeLines("values.csv", ["x,y", ...lines]));
    const share = held.filter(Boolean).length / lines.length;
    expect(Math.abs(share - 0.2)).toBeLessThan(4 * Math.sqrt((0.2 * 0.8) / lines.length));
    const turned = await sides(
      await writeLines("turned.csv", [
        "y,x",
        ...lines.map((line) => line.split(",").reverse().join()).reverse(),
      ]),
    );
    expect(turned.reverse()).toEqual(held);
    const parquet = path.join(folder, "values.parquet");
    await engine.writeParquet("SELECT x, y FROM data ORDER BY _row DESC", parquet);
    expect(await sides(parquet)).toEqual(held);
  });

  test("go elsewhere with another seed, and one by one where the rule names them", async () => {
    const file = await writeLines("values.csv", ["x,y", ...lines]);
    const held = await sides(file);
    const others = await sides(file, { ...rule, seed: rule.seed + 1 });
    expect(others.filter((side, row) => side && held[row]).length / lines.length).toBeCloseTo(0.04, 2);
    const [named] = await engine.rows(
      `SELECT ${keyText(rule, engine.dialect)} AS k FROM data WHERE _row = 5`,
    );
    const moved = await sides(file, { ...rule, moved: [String(named?.k)] });
    expect(moved.flatMap((side, row) => (side === held[row] ? [] : [row]))).toEqual([4]);
  });
});

test("data that was split by a rule is split again by another, and once by the same", async () => {
  const file = await writeLines("again.csv", ["x,y", ...Array.from({ length: 50 }, (_, row) => `${row},1`)]);
  const definition = numbersOnly(["x", "y"]);
  const data = { engine, definition, source: await loadData(engine, definition, file) };
  const rule = decideSplitRule(definition, ["x", "y"]);
  const run = jest.spyOn(engine, "run");
  try {
    const split = await splitData(data, rule);
    const statements = run.mock.calls.length;
    const { by, ...rest } = rule as HashRule;
    expect(await splitData(data, { ...rest, by })).toEqual(split);
    // The one that makes sure of the table that says by which rule it is split.
    expect(run.mock.calls.length - statements).toBe(1);
    const other = await splitData(data, { ...rule, testFraction: 0.9 } as HashRule);
    expect(other.heldOut).toBeGreaterThan(split.heldOut + 20);
    await loadData(engine, definition, file);
    expect(await splitData(data, rule)).toEqual(split);
  } finally {
    run.mockRestore();
  }
});

describe("a row stays on its side", () => {
  test("when the file is sorted otherwise", async () => {
    const [header = "", ...lines] = (await readFile(sample("diabetes"), "utf8")).trimEnd().split("\n");
    const before = await heldOutRows(diabetes, sample("diabetes"));
    const after = await heldOutRows(
      diabetes,
      await writeLines("sorted.csv", [header, ...lines.toReversed()]),
    );
    expect(after.map((row) => lines.length + 1 - row).toReversed()).toEqual(before);
  });

  test("when rows are added", async () => {
    const text = await readFile(sample("titanic"), "utf8");
    const before = await heldOutRows(titanic, sample("titanic"));
    const after = await heldOutRows(
      titanic,
      await writeLines("longer.csv", [`${text}1,male,33.5,0,0,7.7,Q,0`]),
    );
    expect(after.filter((row) => row <= 1309)).toEqual(before);
  });

  test("when the definition names the columns in another order", async () => {
    const before = await heldOutRows(diabetes, sample("diabetes"));
    const columns = diabetes.columns.toReversed();
    expect(await heldOutRows({ ...diabetes, columns }, sample("diabetes"))).toEqual(before);
  });

  test("when its other values change, if it has an id", async () => {
    const byId: ModelDefinition = {
      ...numbersOnly(["id", "x", "y"]),
      columns: numbersOnly(["id", "x", "y"]).columns.map((column) =>
        column.name === "id" ? { ...column, role: "id" as const } : column,
      ),
    };
    const lines = (factor: number): string[] =>
      Array.from({ length: 200 }, (_, index) => `${index},${index * factor},${index % 3}`);
    const before = await heldOutRows(byId, await writeLines("id-1.csv", ["id,x,y", ...lines(1)]));
    const after = await heldOutRows(byId, await writeLines("id-2.csv", ["id,x,y", ...lines(2)]));
    expect(after).toEqual(before);
  });
});

test("another seed gives another split", async () => {
  const before = await heldOutRows(diabetes, sample("diabetes"));
  const reseeded = { ...diabetes, split: { ...diabetes.split, seed: 2 } };
  expect(await heldOutRows(reseeded, sample("diabetes"))).not.toEqual(before);
});

test("equal rows are on the same side", async () => {
  const file = await writeLines("equal.csv", [
    "x,y",
    ...Array.from({ length: 60 }, (_, index) => `${index % 20},1`),
  ]);
  const rows = await heldOutRows(numbersOnly(["x", "y"]), file);
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) expect(rows).toContain(((row + 19) % 60) + 1);
});

describe("a column that says the side", () => {
  const definition = numbersOnly(["x", "y"], { split: { column: "set" } });

  test("is obeyed, and need not be among the columns", async () => {
    const file = await writeLines("set.csv", ["x,set,y", "1,train,2", "3,test,4", "5,train,6", "7,test,8"]);
    expect(await heldOutRows(definition, file)).toEqual([2, 4]);
    const columns = (await engine.rows("DESCRIBE data")).map((row) => row.column_name);
    expect(columns).toEqual(["_row", "x", "y", "_held_out"]);
  });

  test.each<[string, string[], string]>([
    [
      "another word",
      ["x,set,y", "1,train,2", "3,validation,4", "5,,6", "7,test,8"],
      'Column "set", which splits the data, has something else than "test" or "train" in 2 rows, first in row 2. Correct the values, or name another column with split.column.',
    ],
    [
      "one side only",
      ["x,set,y", "1,train,2", "3,train,4"],
      'All 2 rows are on the training side of the split. Both sides need rows; mark some as "test" and some as "train" in "set", or name another split.column in the definition.',
    ],
    [
      "no such column",
      ["x,y", "1,2", "3,4"],
      'Column "set", which split.column names, is missing. The file needs it; add it, or leave split.column out.',
    ],
  ])("with %s is refused", async (_, lines, message) => {
    const file = await writeLines("bad-set.csv", lines);
    await expect(loadSplit(definition, file)).rejects.toMatchObject({ code: "DATA_INVALID", message });
  });

  test("is looked for by the checks, and is none that is ignored", async () => {
    const lines = (header: string, value: string): string[] => [
      header,
      ...Array.from({ length: 60 }, (_, row) => `${row},${value},${row % 7}`),
    ];
    const check = async (header: string) => {
      const source = await loadData(
        engine,
        definition,
        await writeLines("checked.csv", lines(header, "test")),
      );
      return (await checkData(engine, definition, source)).findings;
    };
    expect(await check("x,set,y")).toEqual([]);
    expect(await check("x,sets,y")).toMatchObject([
      {
        severity: "error",
        check: "schema",
        column: "set",
        message: expect.stringContaining('did you mean "set"?'),
      },
    ]);
  });
});

test("splitting again replaces the split", async () => {
  const source = await loadData(engine, diabetes, sample("diabetes"));
  const other = { ...diabetes, split: { testFraction: 0.5, seed: 9 } };
  const data = { engine, definition: diabetes, source };
  const first = await splitData(data, decideSplitRule(other, source.header));
  const second = await splitData(data, decideSplitRule(diabetes, source.header));
  expect(first.training + first.heldOut).toBe(442);
  expect(second).not.toEqual(first);
  // What was read of the first one is not taken for the second.
  for (const { testFraction } of [other.split, diabetes.split, other.split]) {
    const { heldOut } = await splitData(
      data,
      decideSplitRule({ ...diabetes, split: { ...diabetes.split, testFraction } }, source.header),
    );
    let picked = 0;
    for await (const [bmi = []] of engine.blocks(['"bmi"'], rowsWhere("data", "_held_out"), { again: true }))
      picked += bmi.length;
    expect(picked).toBe(heldOut);
  }
  const columns = (await engine.rows("DESCRIBE data")).map((row) => row.column_name);
  expect(columns).toEqual(["_row", ...diabetes.columns.map(({ name }) => name), "_held_out"]);
});

test.each([
  ["training", 0.0001],
  ["held-out", 0.9999],
])("a split with nothing but %s rows is refused", async (side, testFraction) => {
  const definition = numbersOnly(["x", "y"], { split: { testFraction } });
  const file = await writeLines("few.csv", ["x,y", "1,2", "3,4", "5,6"]);
  await expect(loadSplit(definition, file)).rejects.toMatchObject({
    code: "DATA_INVALID",
    message:
      `All 3 rows are on the ${side} side of the split. Both sides need rows; add rows that differ, or change ` +
      `split.testFraction (${testFraction}) or split.seed (1) in the definition.`,
  });
});
