import { readFile } from "node:fs/promises";
import path from "node:path";
import { PlatformError, systemErrorCode } from "../../platform/base/errors";
import { LinearModel } from "../../platform/onnx/linear-model";
import { findLinearParameters } from "../../platform/onnx/find-linear-parameters";
import { findMultinomialParameters } from "../../platform/onnx/find-multinomial-parameters";
import { MultinomialModel } from "../../platform/onnx/multinomial-model";
import { findTreeParameters } from "../../platform/onnx/find-tree-parameters";
import { TreeModel } from "../../platform/onnx/tree-model";
import { exactTolerance, isSamePrediction } from "../../platform/model/golden-tolerance";
import {
  modelFiles,
  readGoldenRows,
  readModelMetadata,
  type GoldenRows,
} from "../../platform/model/model-directory";
import { OnnxModel } from "../../platform/onnx/onnx-model";
import type { Signature } from "../../platform/model/signature";
import { featureTable, probabilitiesOf, type Predictions } from "../../platform/model/table";
import type { ScoringModel } from "./scorer";

/** A model that this process evaluates itself: one that our trainers wrote. */
async function readOwnModel(file: string, signature: Signature): Promise<ScoringModel | undefined> {
  try {
    const content = await readFile(file);
    const linear = findLinearParameters(content, signature);
    if (linear) return new LinearModel(linear);
    const classes = findMultinomialParameters(content, signature);
    if (classes) return new MultinomialModel(classes);
    const trees = findTreeParameters(content, signature);
    return trees && new TreeModel(trees);
  } catch (error) {
    // Loading it with the ONNX runtime, which comes next, reports the missing file.
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes(systemErrorCode(error) ?? "")) return undefined;
    throw error;
  }
}

/** Throws when predictions of the golden rows are not those that were compared with ONNX's in training. */
function checkGolden(
  predictions: Predictions,
  golden: GoldenRows,
  { directory, tolerance }: { directory: string; tolerance: number },
): void {
  const { prediction, probability } = predictions;
  const probabilityOf = (row: number, expected: number | readonly number[]) =>
    typeof expected === "number" ? probability?.[row] : probabilitiesOf(predictions, expected, row);
  for (const [row, expected] of golden.predictions.entries()) {
    const expectedProbability = golden.probabilities?.[row];
    const fits =
      isSamePrediction(prediction[row], expected, tolerance) &&
      (expectedProbability === undefined ||
        isSamePrediction(probabilityOf(row, expectedProbability), expectedProbability, tolerance));
    if (fits) continue;
    const found =
      expectedProbability === undefined ? prediction[row] : probabilityOf(row, expectedProbability);
    throw new PlatformError(
      "MODEL_INVALID",
      `${path.join(directory, modelFiles.onnx)} predicts ${String(found)} for row ${row + 1} of ${modelFiles.golden}, which has ${String(expectedProbability ?? expected)}. They may differ by ${tolerance}. Train again, or restore the directory.`,
    );
  }
}

/**
 * Loads a model directory for serving. A linear model and boosted trees are evaluated in this process, when they give the golden rows'
 * numbers; every other one by the ONNX runtime. A directory that does not hold together is refused with MODEL_INVALID.
 */
export async function loadScoringModel(modelDirectory: string): Promise<ScoringModel> {
  const { signature } = await readModelMetadata(modelDirectory);
  const own = await readOwnModel(path.join(modelDirectory, modelFiles.onnx), signature);
  const model = own ?? (await OnnxModel.load(modelDirectory));
  const golden = await readGoldenRows(modelDirectory);
  checkGolden(await model.predict(featureTable(signature, golden.rows)), golden, {
    directory: modelDirectory,
    // On the runtime that they were measured with, the numbers may differ as the training allows.
    tolerance: own === undefined ? golden.tolerance : exactTolerance,
  });
  return model;
}
