import path from "node:path";
import { parseModelDefinition, type ModelDefinitionInput } from "../../../platform/definition/definition";
import type { Metrics } from "../../../platform/definition/metric-names";
import { decideSplit } from "../../../training/inputs/split";
import { openWorkbench } from "../../../training/inputs/workbench";
import { evaluateStep, trainStep } from "../../../training/steps";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

/**
 * The data of scikit-learn before 1.1 (`load_diabetes`, numbers centred and divided by their deviation times the square root of
 * the rows), and as `set` the sides of `train_test_split(test_size=0.2, random_state=0)`: 353 and 89 rows.
 */
const data = path.join(__dirname, "fixtures/diabetes-scaled.csv.gz");
const folder = useTemporaryFolder();

async function measure(
  trainer: ModelDefinitionInput["trainer"],
): Promise<{ rows: number; metrics: Metrics }> {
  const features = ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"];
  const definition = parseModelDefinition(
    {
      name: "diabetes",
      task: "regression",
      data,
      columns: [
        ...features.map((name) => ({ name, type: "number" as const })),
        { name: "progression", type: "number", role: "target" },
      ],
      split: { column: "set" },
      trainer,
      gate: { metric: "rmse" },
    },
    "the test's definition",
  );
  const workbench = await openWorkbench({ definition, definitionFile: folder("model.ts") }, data);
  try {
    const split = await decideSplit(workbench, undefined, undefined);
    await trainStep(workbench, { outputDirectory: folder("model"), run: "run-1", code: {}, split });
    const { evaluation } = await evaluateStep(workbench, {
      candidate: folder("model"),
      champions: { find: () => Promise.resolve(undefined) },
      records: {},
      evaluation: "on",
      output: folder("."),
    });
    return { rows: evaluation.rows, metrics: evaluation.candidate.metrics };
  } finally {
    await workbench.engine.close();
  }
}

// The mean squared errors that MLOpsPython's model has by scikit-learn's Ridge, from these data and this split.
test.each([
  [0.4, 3295.741064355809],
  [0.5, 3298.909605807063],
])("ridge with alpha %p comes to the published error on a given split", async (alpha, error) => {
  const { rows, metrics } = await measure({ kind: "ridge", alpha, standardize: false });
  expect(rows).toBe(89);
  // 1e-10 of the error: what is left of 16 digits by sums of squares.
  expect(Math.abs((metrics.rmse ?? NaN) ** 2 / error - 1)).toBeLessThan(1e-10);
});

test("the same penalty on standardised numbers is another model", async () => {
  const { metrics } = await measure({ kind: "ridge", alpha: 0.4 });
  expect(Math.abs((metrics.rmse ?? NaN) ** 2 - 3295.741064355809)).toBeGreaterThan(10);
});
