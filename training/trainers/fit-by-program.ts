import { cp, mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { PlatformError } from "../../platform/base/errors";
import { fileExists, writeJson } from "../../platform/base/files";
import { heldOutCondition } from "../../platform/data/split/row-sides";
import { decideSplitRule } from "../../platform/data/split/split-rule";
import { modelFeatures } from "../../platform/definition/model-features";
import { fittedSignature } from "../../platform/model/fitted-inputs";
import type { ModelDefinition } from "../../platform/definition/definition";
import { modelFiles } from "../../platform/model/model-directory";
import { signatureOf } from "../../platform/model/signature";
import { toCsvLine } from "../../platform/sql/csv-line";
import { identifier } from "../../platform/sql/engine";
import { openEngine } from "../../platform/sql/open-engine";
import { adaptModel } from "../onnx/adapt-model";
import { fillPlaceholders, runCommand } from "../program/run-command";
import { checkExpected } from "./expected-predictions";
import type { FittedModel, TrainerInput } from "./trainer";

/** A program that fits a model, as a kind of trainer runs it. */
export interface Program {
  /** With `{data}` and `{output}` in its arguments. */
  readonly run: readonly string[];
  /** What it is called in messages. */
  readonly name: string;
  /** What to do when it leaves no model. */
  readonly withoutModel: string;
  readonly timeoutMinutes: number;
  readonly validationFraction?: number | undefined;
  /** Of the rows that it gets; Parquet unless said otherwise. */
  readonly format?: "parquet" | "csv" | undefined;
  /** Variables of its environment beside those of this process. */
  readonly variables?: Readonly<Record<string, string>>;
}

const remedies = {
  failed: "Correct the program.",
  tooLong: "Raise the trainer's timeoutMinutes, or make it faster.",
  notFound: "Install it, or correct the definition's trainer.",
} as const;

interface Folders {
  readonly data: string;
  readonly output: string;
}

/**
 * SQL condition for a training row that a program gets apart. By a hash of the row, as rows are held out, but with another seed:
 * equal rows are on the same side, and a row stays where it is.
 */
function isForValidation(
  { split, columns }: ModelDefinition,
  fraction: number,
  dialect: TrainerInput["engine"]["dialect"],
): string {
  const rule = decideSplitRule(
    { split: { seed: split.seed + 1, testFraction: fraction }, columns },
    columns.map(({ name }) => name),
  );
  return heldOutCondition({ ...rule, ...(rule.by === "hash" && { hash: "binary" }) }, dialect);
}

/** By the engine in this process, whichever has written the rows: all write the same CSV then. */
async function rewriteAsCsv(parquet: string, csv: string): Promise<void> {
  const engine = await openEngine();
  try {
    const names = await engine.parquetNames(parquet);
    const { from, rowNumber } = await engine.parquetRows([parquet], names);
    const columns = names.map(identifier).join(", ");
    const header = toCsvLine(names).trimEnd();
    await engine.writeCsv(`SELECT ${columns} FROM ${from} ORDER BY ${rowNumber}`, csv, header);
  } finally {
    await engine.close();
  }
  await rm(parquet);
}

async function writeData(
  { engine, definition, from }: TrainerInput,
  { validationFraction, format = "parquet" }: Program,
  data: string,
): Promise<void> {
  const { dialect } = engine;
  // What a program fits has the numbers that columns become in place of those.
  const fitted = modelFeatures(definition.columns);
  const columns = fitted.map(({ name }) => identifier(name)).join(", ");
  const write = async (name: string, condition: string): Promise<void> => {
    const rows = `SELECT ${columns} FROM ${from}${condition} ORDER BY _row`;
    const file = path.join(data, `${name}.parquet`);
    await engine.writeParquet(rows, file);
    if (format === "csv") await rewriteAsCsv(file, path.join(data, `${name}.csv`));
  };
  await writeJson(path.join(data, "definition.json"), { ...definition, columns: fitted });
  if (validationFraction === undefined) return write("train", "");
  const apart = isForValidation(definition, validationFraction, dialect);
  await write("validation", ` WHERE ${apart}`);
  await write("train", ` WHERE NOT (${apart})`);
}

/** The program's model as it is served, and as it was fitted: with the numbers that columns become as inputs. */
async function readModel(
  { definition, onOutput }: TrainerInput,
  { name, withoutModel }: Program,
  { output }: Folders,
): Promise<{ readonly onnx: Uint8Array; readonly asFitted: Uint8Array }> {
  const file = path.join(output, modelFiles.onnx);
  if (!(await fileExists(file))) {
    throw new PlatformError(
      "TRAINING_FAILED",
      `The trainer's program "${name}" left no ${modelFiles.onnx} in its output folder. It has to write one. ${withoutModel}`,
    );
  }
  const signature = signatureOf(definition);
  const content = await readFile(file);
  const { file: onnx, changes } = adaptModel(content, signature, file);
  if (changes.length > 0) onOutput?.(`${modelFiles.onnx} was adapted: ${changes.join("; ")}.`);
  return { onnx, asFitted: adaptModel(content, fittedSignature(signature), file).file };
}

/** Puts what the program was given and has left where a person may look at it. */
async function keepWork(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await cp(from, to, { recursive: true });
}

/**
 * Trains with a program in any language. It gets a folder with `train.parquet` (the training rows, columns as
 * defined but for dates and ranks, missing = null; or as `train.csv`, missing = an empty field), `validation.parquet` where rows are kept for that, and `definition.json`, and leaves `model.onnx`
 * in the output folder. The held-out rows are not in its data.
 */
export async function fitByProgram(input: TrainerInput, program: Program): Promise<FittedModel> {
  const { workDirectory, commandDirectory, programLog, keptWork, signal, onOutput } = input;
  const folders: Folders = {
    data: path.join(workDirectory, "data"),
    output: path.join(workDirectory, "output"),
  };
  try {
    await mkdir(folders.data, { recursive: true });
    await mkdir(folders.output, { recursive: true });
    await writeData(input, program, folders.data);
    await runCommand({
      run: fillPlaceholders(program.run, folders),
      subject: `The trainer's program "${program.name}"`,
      remedies,
      directory: commandDirectory,
      timeoutMs: program.timeoutMinutes * 60_000,
      variables: program.variables,
      signal,
      onOutput,
      log: programLog,
    });
    const { onnx, asFitted } = await readModel(input, program, folders);
    return { onnx, warnings: await checkExpected(input, asFitted, folders.output) };
  } finally {
    if (keptWork !== undefined) await keepWork(workDirectory, keptWork);
    await rm(workDirectory, { recursive: true, force: true });
  }
}
