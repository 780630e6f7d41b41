import { openEngine } from "../../../platform/sql/open-engine";
import type { SqlEngine } from "../../../platform/sql/engine";
import { KnownMoments, readMoments } from "../../../training/preprocessing/moments";

let engine: SqlEngine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

const from = "(SELECT CAST(range AS DOUBLE) AS x, 1 + range % 3 AS w FROM range(10001)) AS t";

test("means and variances over several blocks are those of the closed form, however far from 0", async () => {
  for (const far of [0, 1e9]) {
    const { rows, total, moments } = await readMoments(engine, { from }, [{ sql: `x + ${far}` }]);
    expect([rows, total]).toEqual([10_001, 10_001]);
    expect(moments[0]?.mean).toBe(far + 5000);
    // Of the whole numbers from 0 to n - 1: (n² - 1) / 12.
    expect(moments[0]?.variance).toBeCloseTo((10_001 ** 2 - 1) / 12, 2);
  }
});

test("rows count by their weight, and what is missing as its imputation", async () => {
  const values = "(VALUES (1.0, 1), (NULL, 2), (4.0, 0)) AS t(x, w)";
  const { rows, total, moments } = await readMoments(engine, { from: values, weight: "w" }, [
    { sql: "x", imputation: 7 },
  ]);
  expect([rows, total]).toEqual([3, 3]);
  expect(moments[0]?.mean).toBeCloseTo(5, 14);
  expect(moments[0]?.variance).toBeCloseTo(8, 13);
});

test("a missing value without an imputation, and no rows, have no mean", async () => {
  const one = await readMoments(engine, { from: "(VALUES (1.0), (NULL)) AS t(x)" }, [{ sql: "x" }]);
  expect(one.moments[0]?.mean).toBeNaN();
  expect(one.moments[0]?.missing).toBe(1);
  const none = await readMoments(engine, { from: "(SELECT 1 AS x WHERE FALSE) AS t" }, [{ sql: "x" }]);
  expect(none).toEqual({ rows: 0, total: 0, moments: [{ mean: NaN, variance: NaN, missing: 0 }] });
});

test("missing values are counted with an imputation, too", async () => {
  const values = "(VALUES (1.0, 1), (NULL, 2), (NULL, 0)) AS t(x, w)";
  const { moments } = await readMoments(engine, { from: values, weight: "w" }, [
    { sql: "x", imputation: 7 },
    { sql: "w" },
  ]);
  expect(moments.map(({ missing }) => missing)).toEqual([2, 0]);
});

test("what is known is not read again, and who reads along has the rows once", async () => {
  const blocks = jest.spyOn(engine, "blocks");
  const taken: Float64Array[][] = [];
  const beside = {
    from,
    columns: ["w", "x"],
    get isBegun() {
      return taken.length > 0;
    },
    add: (block: readonly Float64Array[]) => taken.push(block.map((values) => values.slice())),
  };
  const known = new KnownMoments(engine, { from }, beside);
  const first = await known.read([{ sql: "x" }, { sql: "x * 2" }]);
  expect(await known.read([{ sql: "x" }])).toEqual({ ...first, moments: first.moments.slice(0, 1) });
  expect(blocks).toHaveBeenCalledTimes(1);
  expect(taken.map(([w]) => w?.length)).toEqual([4096, 4096, 10_001 - 2 * 4096]);
  expect([...(taken[0]?.[0]?.subarray(0, 4) ?? []), ...(taken[1]?.[1]?.subarray(0, 2) ?? [])]).toEqual([
    ...[1, 2, 3, 1],
    ...[4096, 4097],
  ]);
  const more = await known.read([{ sql: "x" }, { sql: "x", imputation: 3 }]);
  expect(more.moments).toEqual([first.moments[0], first.moments[0]]);
  expect(taken).toHaveLength(3);
  // Rows of another part are not for it.
  await new KnownMoments(
    engine,
    { from: `(SELECT * FROM ${from}) AS part` },
    { ...beside, isBegun: false },
  ).read([{ sql: "x" }]);
  expect(taken).toHaveLength(3);
  expect([known.areOf({ from }), known.areOf({ from, weight: "w" })]).toEqual([true, false]);
  blocks.mockRestore();
});
