import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { OnnxModel } from "../../../platform/onnx/onnx-model";
import { evaluate } from "../../../training/evaluation/evaluate";
import { rowsOf } from "../../../training/evaluation/score-rows";
import { toOnnx } from "../../../training/onnx/linear-graph";
import { fitLinearModel } from "../trainers/fit-linear-model";
import { openShippedData, shippedDefinition } from "../shipped-data";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "own-thresholds-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("each model calls rows positive above its own threshold", async () => {
  const definition = shippedDefinition("titanic");
  const engine = await openShippedData(definition);
  const linear = await fitLinearModel(engine, definition, rowsOf("training"));
  const open = async (threshold: number): Promise<OnnxModel> => {
    const target = { ...linear.signature.target, threshold };
    const signature = { ...linear.signature, target };
    const file = path.join(folder, `threshold-${threshold}.onnx`);
    await writeFile(file, toOnnx({ ...linear, signature }));
    return OnnxModel.open(file, signature);
  };
  const [candidate, onnx] = [await open(0.2), await open(0.8)];
  const { evaluation } = await evaluate({
    engine,
    definition,
    candidate,
    champion: { model: "titanic:1", onnx },
  });
  await Promise.all([candidate.close(), onnx.close(), engine.close()]);
  expect([evaluation.candidate.threshold, evaluation.champion?.threshold]).toEqual([0.2, 0.8]);
  const [low, high] = [evaluation.candidate.metrics, evaluation.champion?.metrics];
  expect(low.recall).toBeGreaterThan(0.8);
  expect(high?.recall).toBeLessThan(0.6);
  expect(low.auc).toBe(high?.auc);
  const { truePositives, falseNegatives } = evaluation.curves?.candidate.confusion ?? {
    truePositives: NaN,
    falseNegatives: NaN,
  };
  expect(truePositives / (truePositives + falseNegatives)).toBeCloseTo(low.recall ?? NaN, 12);
});

test("the share of held-out targets within the intervals of each model is measured", async () => {
  const definition = shippedDefinition("diabetes");
  const engine = await openShippedData(definition);
  const linear = await fitLinearModel(engine, definition, rowsOf("training"));
  const file = path.join(folder, "intervals.onnx");
  await writeFile(file, toOnnx(linear));
  const open = (margin: number): Promise<OnnxModel> => {
    const target = { ...linear.signature.target, interval: { coverage: 0.9, margin } };
    return OnnxModel.open(file, { ...linear.signature, target });
  };
  const [candidate, onnx] = [await open(1000), await open(0)];
  const { evaluation } = await evaluate({
    engine,
    definition,
    candidate,
    champion: { model: "diabetes:1", onnx },
  });
  await Promise.all([candidate.close(), onnx.close(), engine.close()]);
  expect(evaluation.candidate.intervals).toEqual({ coverage: 0.9, margin: 1000, covered: 1 });
  expect(evaluation.champion?.intervals).toEqual({ coverage: 0.9, margin: 0, covered: 0 });
});
