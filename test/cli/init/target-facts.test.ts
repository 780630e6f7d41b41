import { lookAtTarget, type AmountFacts } from "../../../cli/init/target-facts";
import { parseModelDefinition, type ModelDefinitionInput } from "../../../platform/definition/definition";
import { openEngine } from "../../../platform/sql/open-engine";

async function factsOf(
  values: string,
  target: ModelDefinitionInput["columns"][number],
  task: "regression" | "classification",
) {
  const definition = parseModelDefinition(
    {
      ...{ name: "facts", task, data: "data.csv", columns: [{ name: "x", type: "number" }, target] },
      trainer: task === "regression" ? { kind: "ridge", alpha: 1 } : { kind: "logistic", l2: 1 },
      gate: { metric: task === "regression" ? "rmse" : "logLoss" },
    },
    "model.ts",
  );
  const engine = await openEngine();
  try {
    await engine.run(`CREATE TABLE data AS SELECT 1.0 AS x, y FROM (VALUES ${values}) AS t(y)`);
    return await lookAtTarget(engine, definition);
  } finally {
    await engine.close();
  }
}

const amount = { name: "y", type: "number", role: "target" } as const;

// scipy.stats.skew of [1, 2, 3, 4, 100] and of its logarithms, and numpy's mean, median and std.
test("amounts have the figures of numpy and scipy", async () => {
  const facts = (await factsOf("(1.0), (2.0), (3.0), (4.0), (100.0)", amount, "regression")) as AmountFacts;
  expect(facts).toMatchObject({ task: "regression", rows: 5, min: 1, mean: 22, median: 3 });
  expect(facts.deviation).toBeCloseTo(39.01281840626232, 9);
  expect(facts.distance.mean).toBeCloseTo(20.2, 12);
  expect(facts.distance.deviation).toBeCloseTo(38.40520798016852, 9);
  expect(facts.skewness.amounts).toBeCloseTo(1.4975367033335198, 9);
  expect(facts.skewness.logarithms).toBeCloseTo(1.176433486271579, 9);
});

test("of amounts that are not all above 0 the logarithms have no figures, and one value has no skewness", async () => {
  const mixed = (await factsOf("(0.0), (2.0), (9.0)", amount, "regression")) as AmountFacts;
  expect(mixed.skewness).not.toHaveProperty("logarithms");
  const same = (await factsOf("(3.0), (3.0)", amount, "regression")) as AmountFacts;
  expect(same.skewness).toEqual({ amounts: 0, logarithms: 0 });
});

test.each<[string, string, ModelDefinitionInput["columns"][number], object[]]>([
  [
    "booleans",
    "(TRUE), (FALSE), (FALSE)",
    { name: "y", type: "boolean", role: "target" },
    [
      { name: "false", rows: 2 },
      { name: "true", rows: 1 },
    ],
  ],
  [
    "texts",
    "('it''s'), ('b'), ('b')",
    { name: "y", type: "category", role: "target", values: ["it's", "b"] },
    [
      { name: "it's", rows: 1 },
      { name: "b", rows: 2 },
    ],
  ],
  [
    "numbers, of which one has no row",
    "(1.0), (3.0), (3.0)",
    { name: "y", type: "number", role: "target", classes: [1, 2, 3] },
    [
      { name: "1", rows: 1 },
      { name: "2", rows: 0 },
      { name: "3", rows: 2 },
    ],
  ],
])("classes that are %s are counted in their order", async (_, values, target, classes) => {
  expect(await factsOf(values, target, "classification")).toEqual({
    task: "classification",
    rows: 3,
    classes,
  });
});
