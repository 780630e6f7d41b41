import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ModelDefinitionInput } from "../../../../platform/definition/definition";
import { featureTable } from "../../../../platform/model/table";
import { findLinearParameters } from "../../../../platform/onnx/find-linear-parameters";
import { findTreeParameters } from "../../../../platform/onnx/find-tree-parameters";
import { LinearModel } from "../../../../platform/onnx/linear-model";
import { OnnxModel } from "../../../../platform/onnx/onnx-model";
import { TreeModel } from "../../../../platform/onnx/tree-model";
import { chooseThreshold } from "../../../../training/evaluation/choose-threshold";
import { scoreFitted } from "../../../../training/evaluation/score-fitted";
import { fitCandidate } from "../../../../training/candidate/fit-candidate";
import { definitionOf, foldsInTurn, openRows } from "../rows";

const read = (name: string): unknown =>
  JSON.parse(readFileSync(path.join(__dirname, "../../reference", name), "utf8"));
const { values, targets } = read("class-weights.json") as {
  readonly values: readonly (readonly [number, number])[];
  readonly targets: { readonly two: readonly number[] };
};
const { cases } = read("calibration.json") as {
  readonly cases: readonly {
    readonly trainer: "logistic" | "boosted-trees";
    readonly classWeight: "balanced" | null;
    readonly weighted: boolean;
    readonly probabilities: readonly number[];
  }[];
};

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "calibration-"));
});
afterAll(() => rm(folder, { recursive: true }));

const rows = values.map(([x, z], row) => ({ x, z, w: 1 + (row % 3), y: targets.two[row] ?? null }));
const shown = rows.filter((_, row) => row % 5 === 0);

async function open(
  trainer: "logistic" | "boosted-trees",
  { classWeight, weighted, ...changes }: Partial<(typeof cases)[number]> & Partial<ModelDefinitionInput>,
) {
  const weights = { ...(classWeight && { classWeight }) };
  const definition = definitionOf(
    [
      { name: "x", type: "number" },
      { name: "z", type: "number" },
      ...(weighted ? [{ name: "w", type: "number" as const, role: "weight" as const }] : []),
      { name: "y", type: "number", role: "target", classes: [0, 1] },
    ],
    trainer === "logistic"
      ? { kind: trainer, l2: 0.5, ...weights }
      : { kind: trainer, maxTrees: 10, earlyStoppingTrees: 0, ...weights },
    { task: "classification", gate: { metric: "logLoss" }, ...changes },
  );
  const engine = await openRows(definition, rows);
  return {
    engine,
    definition,
    from: "data",
    folds: () => Promise.resolve(foldsInTurn),
    commandDirectory: ".",
    workDirectory: "unused",
  };
}

// What is left is the solver of the reference, which stops at a gradient of 1e-6, and derivatives of trees in 32 bits.
test.each(cases)(
  "calibrated $trainer (classWeight $classWeight, weighted rows: $weighted) is scikit-learn's to 1e-5, in the file and as read from it",
  async ({ trainer, probabilities, ...changes }) => {
    const input = await open(trainer, { ...changes, calibration: "platt" });
    const { onnx, linear, trees, signature, chosen } = await fitCandidate(input);
    await input.engine.close();
    expect(Object.keys(chosen ?? {})).toEqual(["calibrationSlope", "calibrationIntercept"]);
    const table = featureTable(signature, shown);
    const own = linear ? new LinearModel(linear) : trees && new TreeModel(trees);
    const { probability = [] } = own?.predict(table) ?? {};
    expect(probability).toHaveLength(probabilities.length);
    probabilities.forEach((value, row) =>
      expect(Math.abs((probability[row] ?? NaN) - value)).toBeLessThan(1e-5),
    );
    expect(findLinearParameters(onnx, signature)).toEqual(linear);
    expect(findTreeParameters(onnx, signature)).toEqual(trees);
    const file = path.join(folder, "model.onnx");
    await writeFile(file, onnx);
    const model = await OnnxModel.open(file, signature);
    const served = await model.predict(table);
    await model.close();
    served.probability?.forEach((value, row) => expect(value).toBeCloseTo(probability[row] ?? NaN, 12));
    const { base, contributions, scale } = own?.explain(table) ?? { contributions: [] };
    expect(scale).toBe("log-odds");
    const logOdds = Number(base) + (contributions[0] ?? NaN) + (contributions[1] ?? NaN);
    expect(1 / (1 + Math.exp(-logOdds))).toBeCloseTo(probability[0] ?? NaN, 9);
  },
);

test("a threshold is one of calibrated probabilities", async () => {
  const rule = { falsePositive: 1, falseNegative: 4 };
  const calibration = "platt" as const;
  const both = await open("logistic", { classWeight: "balanced", calibration, threshold: rule });
  const { signature, chosen } = await fitCandidate(both);
  const { calibrationSlope: slope = NaN, calibrationIntercept: intercept = NaN, threshold } = chosen ?? {};
  expect(signature.target.threshold).toBe(threshold);
  const plain = await open("logistic", { classWeight: "balanced" });
  const parts = [];
  for (const fold of [0, 1, 2, 3, 4]) {
    const model = await fitCandidate({ ...plain, from: foldsInTurn.rows(fold, "training") });
    parts.push(await scoreFitted(plain, model, foldsInTurn.rows(fold, "validation")));
  }
  await Promise.all([both.engine.close(), plain.engine.close()]);
  const actual = Float64Array.from(parts.flatMap((part) => Array.from(part.actual)));
  const predicted = Float64Array.from(parts.flatMap((part) => Array.from(part.predicted))).map(
    (value) => 1 / (1 + Math.exp(-(slope * Math.log(value / (1 - value)) + intercept))),
  );
  expect(threshold).toBeCloseTo(chooseThreshold({ actual, predicted }, rule), 12);
  // Class weights alone would have called nearly half of the rows positive at one half.
  expect(threshold).toBeLessThan(0.4);
});
