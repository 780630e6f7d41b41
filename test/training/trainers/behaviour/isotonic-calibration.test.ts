import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ModelDefinitionInput } from "../../../../platform/definition/definition";
import { featureTable } from "../../../../platform/model/table";
import { findLinearParameters } from "../../../../platform/onnx/find-linear-parameters";
import { findTreeParameters } from "../../../../platform/onnx/find-tree-parameters";
import { LinearModel } from "../../../../platform/onnx/linear-model";
import { OnnxModel } from "../../../../platform/onnx/onnx-model";
import { TreeModel } from "../../../../platform/onnx/tree-model";
import { fitCandidate } from "../../../../training/candidate/fit-candidate";
import { predictionSql } from "../../../../training/evaluation/predict-sql";
import { scoreFitted } from "../../../../training/evaluation/score-fitted";
import { definitionOf, foldsInTurn, openRows } from "../rows";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "isotonic-"));
});
afterAll(() => rm(folder, { recursive: true }));

const noise = (index: number): number => {
  const value = Math.sin(index * 12.9898) * 43758.5453;
  return value - Math.floor(value);
};
const rows = Array.from({ length: 300 }, (_, index) => {
  const x = noise(index);
  return { x, z: noise(index + 0.3), y: noise(index + 0.6) < x ** 3 ? "yes" : "no" };
});

async function fit(trainer: ModelDefinitionInput["trainer"], changes: Partial<ModelDefinitionInput> = {}) {
  const definition = definitionOf(
    [
      { name: "x", type: "number" },
      { name: "z", type: "number" },
      { name: "y", type: "category", role: "target", values: ["no", "yes"] },
    ],
    trainer,
    { gate: { metric: "logLoss" }, calibration: "isotonic", ...changes },
  );
  const engine = await openRows(definition, rows);
  const input = {
    engine,
    definition,
    from: "data",
    folds: () => Promise.resolve(foldsInTurn),
    commandDirectory: ".",
    workDirectory: "unused",
  };
  return { engine, input, fitted: await fitCandidate(input) };
}

test.each<[string, ModelDefinitionInput["trainer"]]>([
  ["logistic", { kind: "logistic", l2: 0.5 }],
  ["boosted-trees", { kind: "boosted-trees", maxTrees: 10 }],
])(
  "%s has levels in its file, and the same probabilities in every way to evaluate it",
  async (name, trainer) => {
    const { engine, input, fitted } = await fit(trainer, { threshold: "f1" });
    const { onnx, linear, trees, signature } = fitted;
    const { calibration, threshold } = signature.target;
    expect(calibration?.logOdds.length).toBeGreaterThan(2);
    expect(findLinearParameters(onnx, signature)).toEqual(linear);
    expect(findTreeParameters(onnx, signature)).toEqual(trees);
    const table = featureTable(signature, [...rows, { x: 50, z: 0 }, { x: -50, z: 0 }]);
    const model = linear ? new LinearModel(linear) : trees && new TreeModel(trees);
    const { probability = new Float64Array(), prediction } = model?.predict(table) ?? {};
    const file = path.join(folder, `${name}.onnx`);
    await writeFile(file, onnx);
    const runtime = await OnnxModel.open(file, signature);
    const served = await runtime.predict(table);
    await runtime.close();
    const scored = await scoreFitted(input, fitted, "data");
    const bySql =
      linear && (await engine.rows(`SELECT ${predictionSql(linear)} AS p FROM data ORDER BY _row`));
    await engine.close();
    probability.forEach((value, row) => {
      const others = [
        served.probability?.[row],
        ...(row < rows.length ? [scored.predicted[row], ...(bySql ? [bySql[row]?.p] : [])] : []),
      ];
      for (const other of others) expect(Number(other)).toBeCloseTo(value, 9);
      expect([row, prediction?.[row]]).toEqual([row, value > (threshold ?? NaN) ? "yes" : "no"]);
    });
    expect(served.prediction).toEqual(prediction);
    // Levels at the ends, whatever is beyond.
    const [least, greatest] = [calibration?.probabilities[0], calibration?.probabilities.at(-1)];
    expect(Math.max(...probability)).toBeLessThanOrEqual(greatest ?? NaN);
    expect(Math.min(...probability)).toBeGreaterThanOrEqual(least ?? NaN);
    expect(model?.explain(table).scale).toBe("uncalibrated");
  },
);

test("a file with other levels than the signature has is none of ours", async () => {
  const { engine, fitted } = await fit({ kind: "logistic", l2: 0.5 });
  await engine.close();
  const { onnx, signature } = fitted;
  const { calibration = { logOdds: [], probabilities: [] } } = signature.target;
  const [first = NaN, ...others] = calibration.probabilities;
  const changed = { ...calibration, probabilities: [first + 0.001, ...others] };
  const other = { ...signature, target: { ...signature.target, calibration: changed } };
  expect(findLinearParameters(onnx, other)).toBeUndefined();
  expect(findLinearParameters(onnx, signature)).toBeDefined();
});
