import { copyFile, cp, mkdir } from "node:fs/promises";
import path from "node:path";
import type { Library } from "./choose-trainer";

/** Python's files as a new model's folder gets them. */
const templates = path.join(__dirname, "python");

/** The files of a model's folder, by what they are copied from. */
const filesFor = (library: Library): Readonly<Record<string, string>> => ({
  "train.py": `train_${library}.py`,
  "test_train.py": "test_train.py",
  "requirements.in": `requirements/${library}.in`,
  "requirements.txt": `requirements/${library}.txt`,
});

/**
 * Copies the program of a new model with a `python` trainer into its folder: what fits the model, its test, the packages that it
 * needs, and the helper that leaves models as they are served. From then on they are the user's.
 */
export async function copyProgram(library: Library, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const files = filesFor(library);
  for (const [name, from] of Object.entries(files)) {
    await copyFile(path.join(templates, from), path.join(folder, name));
  }
  await cp(path.join(templates, "mlops_model"), path.join(folder, "mlops_model"), {
    recursive: true,
    filter: (file) => path.basename(file) !== "__pycache__",
  });
  return [...Object.keys(files), "mlops_model/"];
}
