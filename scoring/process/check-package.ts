import path from "node:path";
import { PlatformError, reasonOf } from "../../platform/base/errors";
import { isSamePrediction } from "../../platform/model/golden-tolerance";
import { readGoldenRows } from "../../platform/model/model-directory";
import { OnnxModel } from "../../platform/onnx/onnx-model";
import { featureTable } from "../../platform/model/table";

/** Throws when a package's model does not give, on this system, the predictions that it gave when it was trained. */
async function checkPackage(directory: string): Promise<number> {
  const modelDirectory = path.join(directory, "model");
  const model = await OnnxModel.load(modelDirectory);
  const { rows, predictions, tolerance } = await readGoldenRows(modelDirectory);
  const { prediction } = await model.predict(featureTable(model.signature, rows));
  for (const [row, expected] of predictions.entries()) {
    const actual = prediction[row];
    if (!isSamePrediction(actual, expected, tolerance)) {
      throw new PlatformError(
        "MODEL_INVALID",
        `Golden row ${row + 1} gives ${actual} and not ${expected}, as it did in training. Build on the system it was trained on, or train again.`,
      );
    }
  }
  await model.close();
  return predictions.length;
}

async function main(): Promise<void> {
  const directory = process.argv[2] ?? path.join(__dirname, "..", "package");
  try {
    const rows = await checkPackage(directory);
    process.stdout.write(`${directory}: ${rows} predictions as in training\n`);
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`);
    process.exitCode = 1;
  }
}

void main();
