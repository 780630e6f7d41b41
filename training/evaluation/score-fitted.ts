import { writeFile } from "node:fs/promises";
import path from "node:path";
import { withTemporaryFolder } from "../../platform/base/files";
import { modelFiles } from "../../platform/model/model-directory";
import type { ScoredRows } from "../../platform/metrics/evaluation";
import { OnnxModel } from "../../platform/onnx/onnx-model";
import type { SignedModel, TrainerInput } from "../trainers/trainer";
import { scoreLinearRows, scoreRows } from "./score-rows";

/** Scores rows of the split table `data` (`from`: what follows FROM) by a model that was just fitted and lies in no folder yet. */
export async function scoreFitted(
  { engine, definition }: Pick<TrainerInput, "engine" | "definition">,
  { onnx, linear, multinomial, signature }: SignedModel,
  from: string,
): Promise<ScoredRows> {
  const parameters = linear ?? multinomial;
  if (parameters) return scoreLinearRows(engine, definition, { linear: parameters, from });
  return withTemporaryFolder("mlops-fitted-", async (folder) => {
    const file = path.join(folder, modelFiles.onnx);
    await writeFile(file, onnx);
    const model = await OnnxModel.open(file, signature);
    try {
      return await scoreRows(engine, definition, { model, from });
    } finally {
      await model.close();
    }
  });
}
