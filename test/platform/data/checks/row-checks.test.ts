import { checkDuplicates } from "../../../../platform/data/checks/row-checks";
import type { ModelDefinition } from "../../../../platform/definition/definition";
import type { SqlEngine } from "../../../../platform/sql/engine";
import { openEngine } from "../../../../platform/sql/open-engine";

const definition = {
  columns: [
    { name: "a", type: "number", role: "feature" },
    { name: "b", type: "number", role: "target" },
  ],
  checks: { maxDuplicates: 0 },
} as unknown as ModelDefinition;

let engine: SqlEngine;

beforeAll(async () => {
  engine = await openEngine();
});

afterAll(() => engine.close());

/** The same, in which all rows have one hash. */
function withOneHash(): SqlEngine {
  const dialect = { ...engine.dialect, quickHash: () => "1 + 0" };
  return new Proxy(engine, {
    get: (of, name) => {
      if (name === "dialect") return dialect;
      const value = Reflect.get(of, name) as unknown;
      return typeof value === "function" ? (value.bind(of) as unknown) : value;
    },
  });
}

test.each([
  ["hashes tell apart", 0],
  ["have the same hash", 0],
  ["hashes tell apart", 1],
  ["have the same hash", 1],
])("of rows that %s, those are found that are equal: %i", async (hashes, repeats) => {
  await engine.run(
    `CREATE OR REPLACE TABLE data AS SELECT i AS _row, CAST(i % ${20 - repeats} AS DOUBLE) AS a, 0e0 AS b FROM range(20) AS r (i)`,
  );
  const asked = hashes === "have the same hash" ? withOneHash() : engine;
  const found = await checkDuplicates(asked, definition, 20);
  expect(found.map(({ count }) => count)).toEqual(repeats === 0 ? [] : [repeats]);
});

test.each<[string, number, number, number]>([
  ["few enough", 38_000, 0.1, 0],
  ["too many", 32_000, 0.1999, 8000],
  ["as many as may", 32_000, 0.2, 0],
  ["as many as nobody minds", 1, 1, 0],
])("of many rows, %s repeat an earlier one", async (_, distinct, maxDuplicates, count) => {
  await engine.run(
    `CREATE OR REPLACE TABLE data AS SELECT i AS _row, (i % ${distinct}) * 0.37 AS a, CASE WHEN i < 20000 THEN -0e0 ELSE 0e0 END AS b
     FROM range(40000) AS r (i)`,
  );
  const found = await checkDuplicates(
    engine,
    { ...definition, checks: { ...definition.checks, maxDuplicates } },
    40_000,
  );
  expect(found.map((one) => one.count)).toEqual(count === 0 ? [] : [count]);
});
