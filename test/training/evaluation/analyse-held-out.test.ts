import { analysedSlices, analyseHeldOut } from "../../../training/evaluation/analyse-held-out";
import { parseModelDefinition } from "../../../platform/definition/definition";
import type { SqlEngine } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";

const definition = parseModelDefinition(
  {
    name: "towns",
    task: "regression",
    data: "data.csv",
    columns: [
      { name: "age", type: "number" },
      { name: "town", type: "category", nullable: true },
      { name: "region", type: "category", values: ["n", "s"], personal: true },
      { name: "price", type: "number", role: "target" },
    ],
    trainer: { kind: "ridge", alpha: 1 },
    gate: { metric: "mae", slices: [{ column: "region", mayBeWorseBy: 1 }] },
    card: { slices: [{ column: "town" }, { column: "age", at: [30] }] },
  },
  "the test's definition",
);
const count = 400;

let engine: SqlEngine;
beforeAll(async () => {
  engine = await openEngine();
  await engine.run(
    `CREATE TABLE data AS SELECT i AS _row, true AS _held_out, CAST(i % 60 AS DOUBLE) AS age, CASE WHEN i % 10 = 0 THEN NULL WHEN i % 4 = 0 THEN 'a' ELSE 'b' END AS town, 'n' AS region FROM range(${count}) r(i)`,
  );
});
afterAll(() => engine.close());

/** Errors from 0 to 1 in an even order. */
const heldOut = {
  actual: new Float64Array(count),
  predicted: Float64Array.from({ length: count }, (_, row) => ((row * 37) % count) / count),
};

test("slices are those of the gate and the card, no personal column among them", () => {
  expect(analysedSlices(definition)).toEqual([{ column: "town" }, { column: "age", at: [30] }]);
});

test("a mean error's interval is about that of the normal distribution", async () => {
  const { intervals } = await analyseHeldOut(engine, definition, heldOut);
  const errors = Array.from(heldOut.predicted);
  const mean = errors.reduce((sum, error) => sum + error, 0) / count;
  const variance = errors.reduce((sum, error) => sum + (error - mean) ** 2, 0) / (count - 1);
  const margin = 1.96 * Math.sqrt(variance / count);
  // 1,000 resamples know the ends to about a tenth of the margin.
  expect(Math.abs((intervals.mae?.low ?? NaN) - (mean - margin))).toBeLessThan(0.15 * margin);
  expect(Math.abs((intervals.mae?.high ?? NaN) - (mean + margin))).toBeLessThan(0.15 * margin);
});

test("each group has its rows and its own metric; a row that lacks the value is in none", async () => {
  const { slices = [] } = await analyseHeldOut(engine, definition, heldOut);
  expect(slices.map(({ column, value }) => `${column} ${value}`)).toEqual([
    "town a",
    "town b",
    "age <= 30",
    "age > 30",
  ]);
  const inTown = (row: number): string | undefined =>
    row % 10 === 0 ? undefined : row % 4 === 0 ? "a" : "b";
  for (const town of ["a", "b"]) {
    const errors = Array.from(heldOut.predicted).filter((_, row) => inTown(row) === town);
    const group = slices.find(({ value }) => value === town);
    expect(group?.rows).toBe(errors.length);
    expect(group?.metric).toBeCloseTo(errors.reduce((sum, error) => sum + error, 0) / errors.length, 12);
    expect(group?.interval?.low).toBeLessThan(group?.metric ?? NaN);
    expect(group?.interval?.high).toBeGreaterThan(group?.metric ?? NaN);
  }
});
