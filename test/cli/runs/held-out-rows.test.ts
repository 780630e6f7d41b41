import { writeFile } from "node:fs/promises";
import { heldOutRows } from "../../../cli/runs/held-out-rows";
import { loadData } from "../../../platform/data/source";
import { parseModelDefinition } from "../../../platform/definition/definition";
import type { SqlEngine } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();
let engine: SqlEngine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

const definitionOf = (seed: number) =>
  parseModelDefinition(
    {
      name: "cost",
      task: "regression",
      data: "data.csv",
      columns: [
        { name: "x", type: "number" },
        { name: "y", type: "number", role: "target" },
      ],
      split: { testFraction: 0.5, seed },
      trainer: { kind: "ridge", alpha: 0 },
      gate: { metric: "rmse" },
    },
    "test",
  );

async function heldOut(max: number, seed = 1): Promise<number[]> {
  const file = folder("data.csv");
  const lines = Array.from({ length: 4000 }, (_, index) => `${index},${index}`);
  await writeFile(file, `x,y\n${lines.join("\n")}\n`);
  const definition = definitionOf(seed);
  const source = await loadData(engine, definition, file);
  const rows = await heldOutRows({ engine, definition, source }, folder("no-model"), max);
  return rows.map(({ x }) => Number(x));
}

test("a part of a sorted file is a sample of all of it, not its beginning", async () => {
  const sample = await heldOut(400);
  expect(new Set(sample).size).toBe(400);
  const mean = sample.reduce((sum, x) => sum + x / 400, 0);
  // Standard error of the mean of 400 of 0..3999, drawn without replacement from about 2,000: 52.
  expect(Math.abs(mean - 1999.5)).toBeLessThan(4 * 52);
  const tenths = new Set(sample.map((x) => Math.floor(x / 400)));
  expect(tenths.size).toBe(10);
});

test("it is the same every time, and another one with another seed", async () => {
  const sample = await heldOut(50);
  expect(await heldOut(50)).toEqual(sample);
  expect(await heldOut(50, 2)).not.toEqual(sample);
});
