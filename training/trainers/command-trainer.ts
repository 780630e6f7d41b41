import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { TrainerSettings } from "../../platform/definition/trainers";
import { PlatformError } from "../../platform/base/errors";
import { fileExists, writeJson } from "../../platform/base/files";
import { modelFiles } from "../../platform/model/model-directory";
import { signatureOf } from "../../platform/model/signature";
import { identifier } from "../../platform/sql/engine";
import { adaptModel } from "../onnx/adapt-model";
import { fillPlaceholders, runCommand } from "./command";
import { describeProgram } from "./program";
import type { FittedModel, Trainer, TrainerInput } from "./trainer";

/**
 * Trains with a program in any language. It gets a folder with `train.parquet` (the training rows, columns as
 * defined, missing = null) and `definition.json`, and leaves `model.onnx` in the output folder. The held-out rows are
 * not in its data.
 */
async function trainByCommand(
  { engine, definition, from, workDirectory, commandDirectory, onOutput, signal }: TrainerInput,
  { run, timeoutMinutes }: TrainerSettings<"command">,
): Promise<FittedModel> {
  const data = path.join(workDirectory, "data");
  const output = path.join(workDirectory, "output");
  try {
    await mkdir(data, { recursive: true });
    await mkdir(output, { recursive: true });
    const columns = definition.columns.map(({ name }) => identifier(name)).join(", ");
    const rows = `SELECT ${columns} FROM ${from} ORDER BY _row`;
    await engine.run(engine.dialect.writeParquet(rows, path.join(data, "train.parquet")));
    await writeJson(path.join(data, "definition.json"), definition);
    await runCommand({
      run: fillPlaceholders(run, { data, output }),
      directory: commandDirectory,
      timeoutMs: timeoutMinutes * 60_000,
      signal,
      onOutput,
    });
    const model = path.join(output, modelFiles.onnx);
    if (!(await fileExists(model))) {
      throw new PlatformError(
        "TRAINING_FAILED",
        `The trainer's program "${run[0] ?? ""}" left no ${modelFiles.onnx} in its output folder. It has to write one. Pass it the folder as {output} in the definition's trainer.`,
      );
    }
    const { file, changes } = adaptModel(await readFile(model), signatureOf(definition), model);
    if (changes.length > 0) onOutput?.(`${modelFiles.onnx} was adapted: ${changes.join("; ")}.`);
    return { onnx: file };
  } finally {
    await rm(workDirectory, { recursive: true, force: true });
  }
}

export const command: Trainer<"command"> = {
  fit: trainByCommand,
  describeProgram({ definition, commandDirectory: directory }, { run }) {
    return describeProgram(run, { directory, definition });
  },
};
