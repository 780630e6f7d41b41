import { chanceOfLikeRows } from "../../../platform/drift/like-rows";
import { isEmbedded, type EmbeddedEngine } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";
import { rowsWhere } from "../../../platform/sql/rows-where";

let engine: EmbeddedEngine;
beforeAll(async () => {
  const opened = await openEngine();
  if (!isEmbedded(opened)) throw new TypeError("The engine is not in this process.");
  engine = opened;
});
afterAll(() => engine.close());

test.each([
  ["all differ", ["(1, 'a')", "(1, 'b')", "(2, 'a')"], 0],
  ["two of four are alike", ["(1, 'a')", "(1, 'a')", "(2, 'a')", "(NULL, 'a')"], 2 / 12],
  ["missing values are alike", ["(NULL, NULL)", "(NULL, NULL)"], 1],
  ["one row", ["(1, 'a')"], 0],
])("the chance that two rows are alike: %s", async (_, rows, chance) => {
  const from = `(VALUES ${rows.join(", ")}) AS t(x, c)`;
  expect(await chanceOfLikeRows(engine, from, ["x", "c"])).toBeCloseTo(chance, 14);
});

test.each([
  ["differ in the fourth column alone", "range", 0],
  ["are in pairs there", "range // 2", 1 / 99],
])("rows that %s are as alike as these say", async (_, fourth, chance) => {
  const from = `(SELECT 1 AS a, 2 AS b, 3 AS c, ${fourth} AS d FROM range(100)) AS t`;
  expect(await chanceOfLikeRows(engine, from, ["a", "b", "c", "d"])).toBeCloseTo(chance, 14);
});

test("how often rows are alike is told of very many by some of them", async () => {
  await engine.run(
    "CREATE OR REPLACE TABLE many AS SELECT range + 1 AS _row, range * 7919 % 1000 AS x FROM range(1000000)",
  );
  const chance = await chanceOfLikeRows(engine, "many", ["x"]);
  // Of 1000 values that are equally frequent.
  expect(Math.abs(chance / 1e-3 - 1)).toBeLessThan(0.02);
});

/** A view of 400,000 rows, half of them held out, with `_row`, and numbers by row, from 1, all of which are in blocks. */
async function fillRows(numberOf: (row: number) => number): Promise<string> {
  async function* blocks(): AsyncGenerator<Float64Array[]> {
    for (let from = 1; from <= 400_000; from += 4000) {
      const rows = Float64Array.from({ length: 4000 }, (_, at) => from + at);
      yield await Promise.resolve([rows.map(numberOf), rows.map((row) => row % 2)]);
    }
  }
  await engine.fill("filled", ['"x"', "_held_out"], blocks(), { rowNumber: "_row" });
  return rowsWhere("filled", "NOT _held_out");
}

test("rows of numbers in blocks that all differ are told without a statement", async () => {
  const from = await fillRows((row) => row * 1.5);
  const rows = jest.spyOn(engine, "rows");
  expect(await chanceOfLikeRows(engine, from, ["x"])).toBe(0);
  expect(rows).not.toHaveBeenCalled();
  rows.mockRestore();
});

test.each([
  ["are alike", (row: number) => row % 1000, 1 / 500],
  ["are missing", (row: number) => (row % 1000 < 500 ? NaN : row), 0.25],
])("rows of numbers in blocks of which some %s are counted", async (_, numberOf, chance) => {
  const from = await fillRows(numberOf);
  expect(Math.abs((await chanceOfLikeRows(engine, from, ["x"])) / chance - 1)).toBeLessThan(0.02);
});
