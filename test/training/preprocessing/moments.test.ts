import { openEngine } from "../../../platform/sql/open-engine";
import type { SqlEngine } from "../../../platform/sql/engine";
import { readMoments } from "../../../training/preprocessing/moments";

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
  const none = await readMoments(engine, { from: "(SELECT 1 AS x WHERE FALSE) AS t" }, [{ sql: "x" }]);
  expect(none).toEqual({ rows: 0, total: 0, moments: [{ mean: NaN, variance: NaN }] });
});
