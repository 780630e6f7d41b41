import { readFile } from "node:fs/promises";
import path from "node:path";
import { modelFiles } from "../model/model-directory";
import type { Signature } from "../model/signature";
import { findLinearParameters } from "./find-linear-parameters";
import { findMultinomialParameters } from "./find-multinomial-parameters";
import { findTreeParameters } from "./find-tree-parameters";

/** Whether the model in a directory says what each feature adds to its predictions: linear models and boosted trees do. */
export async function isExplainable(directory: string, signature: Signature): Promise<boolean> {
  const content = await readFile(path.join(directory, modelFiles.onnx));
  const parameters =
    findLinearParameters(content, signature) ??
    findMultinomialParameters(content, signature) ??
    findTreeParameters(content, signature);
  return parameters !== undefined;
}
