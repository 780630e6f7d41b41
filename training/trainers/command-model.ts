import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ModelDefinition } from "../../platform/definition/definition";
import { PlatformError } from "../../platform/base/errors";
import { fileExists, writeJson } from "../../platform/base/files";
import { modelFiles } from "../../platform/model/model-directory";
import { signatureOf } from "../../platform/model/signature";
import { identifier, type SqlEngine } from "../../platform/sql/engine";
import { adaptModel } from "../onnx/adapt-model";
import { fillPlaceholders, runCommand, type Command } from "./command";

interface CommandTraining extends Pick<Command, "directory" | "signal" | "onOutput"> {
  readonly engine: SqlEngine;
  readonly definition: ModelDefinition;
  readonly trainer: Extract<ModelDefinition["trainer"], { kind: "command" }>;
  /** Folder for the program's input and output; removed at the end. */
  readonly workDirectory: string;
}

/**
 * Trains with a program in any language. It gets a folder with `train.parquet` (the training rows, columns as
 * defined, missing = null) and `definition.json`, and leaves `model.onnx` in the output folder; that file is
 * copied to `destination`. The held-out rows are not in its data.
 */
export async function trainByCommand(training: CommandTraining, destination: string): Promise<void> {
  const { engine, definition, trainer, workDirectory } = training;
  const data = path.join(workDirectory, "data");
  const output = path.join(workDirectory, "output");
  try {
    await mkdir(data, { recursive: true });
    await mkdir(output, { recursive: true });
    const columns = definition.columns.map(({ name }) => identifier(name)).join(", ");
    const rows = `SELECT ${columns} FROM data WHERE NOT _held_out ORDER BY _row`;
    await engine.run(engine.dialect.writeParquet(rows, path.join(data, "train.parquet")));
    await writeJson(path.join(data, "definition.json"), definition);
    await runCommand({
      run: fillPlaceholders(trainer.run, { data, output }),
      directory: training.directory,
      timeoutMs: trainer.timeoutMinutes * 60_000,
      signal: training.signal,
      onOutput: training.onOutput,
    });
    const model = path.join(output, modelFiles.onnx);
    if (!(await fileExists(model))) {
      throw new PlatformError(
        "TRAINING_FAILED",
        `The trainer's program "${trainer.run[0] ?? ""}" left no ${modelFiles.onnx} in its output folder. It has to write one. Pass it the folder as {output} in the definition's trainer.`,
      );
    }
    const { file, changes } = adaptModel(await readFile(model), signatureOf(definition), model);
    if (changes.length > 0) training.onOutput?.(`${modelFiles.onnx} was adapted: ${changes.join("; ")}.`);
    await writeFile(destination, file);
  } finally {
    await rm(workDirectory, { recursive: true, force: true });
  }
}
