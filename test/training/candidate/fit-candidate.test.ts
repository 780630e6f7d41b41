import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { splitData } from "../../../platform/data/split/split";
import { loadData } from "../../../platform/data/source";
import { decideSplitRule } from "../../../platform/data/split/split-rule";
import type { ModelDefinitionInput } from "../../../platform/definition/definition";
import { featureTable } from "../../../platform/model/table";
import { findLinearParameters } from "../../../platform/onnx/find-linear-parameters";
import { findTreeParameters } from "../../../platform/onnx/find-tree-parameters";
import { LinearModel } from "../../../platform/onnx/linear-model";
import { OnnxModel } from "../../../platform/onnx/onnx-model";
import { TreeModel } from "../../../platform/onnx/tree-model";
import type { ScoredRows } from "../../../platform/metrics/evaluation";
import type { SqlEngine } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";
import { chooseThreshold } from "../../../training/evaluation/choose-threshold";
import { scoreFitted } from "../../../training/evaluation/score-fitted";
import { makeFolds } from "../../../training/inputs/folds";
import { fitCandidate } from "../../../training/candidate/fit-candidate";
import { signatureOf } from "../../../platform/model/signature";
import { modelsFolder, shippedDefinition } from "../shipped-data";

let folder = "";
let engine: SqlEngine;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "candidate-"));
  engine = await openEngine();
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

const trainers: Readonly<Record<string, ModelDefinitionInput["trainer"]>> = {
  logistic: { kind: "logistic", l2: 1 },
  trees: { kind: "boosted-trees", maxTrees: 10 },
};

async function open(changes: Partial<ModelDefinitionInput>) {
  const definition = shippedDefinition("titanic", changes);
  const source = await loadData(engine, definition, path.join(modelsFolder, "titanic", "data.csv"));
  const rule = decideSplitRule(definition, source.header);
  const data = { engine, definition, source };
  await splitData(data, rule);
  const folds = () => makeFolds(data, rule, { count: 3, seed: 1 });
  const from = "(SELECT * FROM data WHERE NOT _held_out) AS rows_of_side";
  return { ...data, folds, from, commandDirectory: folder, workDirectory: path.join(folder, "work") };
}

describe.each(Object.entries(trainers))("a threshold of %s", (_, trainer) => {
  test("is what the rule says of rows that the models had not seen, and the model is otherwise the same", async () => {
    const input = await open({ trainer, threshold: "f1" });
    const fitted = await fitCandidate(input);
    const threshold = fitted.signature.target.threshold ?? NaN;
    const plain = await fitCandidate({ ...input, definition: shippedDefinition("titanic", { trainer }) });
    expect(fitted.chosen).toEqual({ threshold });
    expect(plain.signature.target).not.toHaveProperty("threshold");
    const { signature } = plain;
    expect({ ...fitted.linear, signature }).toEqual({ ...plain.linear, signature });
    expect({ ...fitted.trees, signature }).toEqual({ ...plain.trees, signature });

    const folds = await input.folds();
    const parts: ScoredRows[] = [];
    for (const fold of [0, 1, 2]) {
      const part = { ...input, definition: shippedDefinition("titanic", { trainer }) };
      const model = await fitCandidate({ ...part, from: folds.rows(fold, "training") });
      parts.push(await scoreFitted(part, model, folds.rows(fold, "validation")));
    }
    const join = (name: "actual" | "predicted"): Float64Array =>
      Float64Array.from(parts.flatMap((part) => Array.from(part[name])));
    expect(threshold).toBe(chooseThreshold({ actual: join("actual"), predicted: join("predicted") }, "f1"));
    expect(threshold).not.toBe(0.5);
  });

  test("is in the file, and all that read it call the same rows positive", async () => {
    const input = await open({ trainer, threshold: { falsePositive: 5, falseNegative: 1 } });
    const { onnx, linear, trees, signature } = await fitCandidate(input);
    expect(findLinearParameters(onnx, signature)).toEqual(linear);
    expect(findTreeParameters(onnx, signature)).toEqual(trees);
    const usual = signatureOf(input.definition);
    expect([findLinearParameters(onnx, usual), findTreeParameters(onnx, usual)]).toEqual([
      undefined,
      undefined,
    ]);
    const rows = await engine.rows("SELECT * FROM data WHERE _held_out ORDER BY _row");
    const table = featureTable(signature, rows);
    const own = linear ? new LinearModel(linear) : trees && new TreeModel(trees);
    const { prediction, probability = new Float64Array() } = own?.predict(table) ?? {};
    const file = path.join(folder, "model.onnx");
    await writeFile(file, onnx);
    const model = await OnnxModel.open(file, signature);
    const served = await model.predict(table);
    await model.close();
    const { classes = [0, 1], threshold = NaN } = signature.target;
    expect(threshold).toBeGreaterThan(0.5);
    expect(Array.from<unknown>(prediction ?? [])).toEqual(
      Array.from(probability, (value) => (value > threshold ? classes[1] : classes[0])),
    );
    expect(Array.from<unknown>(served.prediction)).toEqual(Array.from<unknown>(prediction ?? []));
    const scored = await scoreFitted(input, { onnx, linear, trees, signature }, input.from);
    expect(scored.threshold).toBe(threshold);
  });
});

test("without folds there is no threshold", async () => {
  const input = await open({ trainer: { kind: "logistic", l2: 1 }, threshold: "f1" });
  await expect(fitCandidate({ ...input, folds: undefined })).rejects.toThrow(
    "There are no folds to calibrate",
  );
});
