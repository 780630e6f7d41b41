import { open, rename, rm, type FileHandle } from "node:fs/promises";
import type { DataFormat } from "../../platform/definition/definition";
import { loadFields } from "../../platform/data/source";
import { checkSchema } from "../../platform/data/schema-check";
import { formatIn, typedValue } from "../../platform/data/typed-columns";
import { PlatformError } from "../../platform/base/errors";
import { errorLines } from "../../platform/data/findings";
import { toCsvLine } from "../../platform/sql/csv-line";
import type { OnnxModel } from "../../platform/onnx/onnx-model";
import type { SqlEngine, SqlRow, SqlValue } from "../../platform/sql/engine";
import type { Signature } from "../../platform/model/signature";
import { probabilityNames } from "../../platform/definition/class-names";
import { probabilitiesOf, type FeatureTable, type Predictions } from "../../platform/model/table";
import { RowTable } from "../rows/row-table";
import { namesBeside, rejectsBeside, requireOtherFiles } from "./batch-files";

export interface BatchRequest {
  readonly engine: SqlEngine;
  readonly model: OnnxModel;
  /** `name:version`, written beside each prediction. */
  readonly reference: string;
  readonly input: string;
  readonly output: string;
}

/** What became of the rows: those read are those scored and those rejected. */
export interface BatchResult {
  readonly read: number;
  readonly scored: number;
  readonly rejected: number;
  /** The file with the rejected rows; absent when there are none. */
  readonly rejects?: string;
}

interface Rejected {
  readonly row: SqlRow;
  readonly reasons: readonly string[];
}

/** The rows that fit the signature, as the model takes them, and the others. */
interface JudgedRows {
  readonly good: readonly SqlRow[];
  readonly table: FeatureTable;
  readonly rejected: readonly Rejected[];
}

/** Where a file has the features, and how it writes them. */
interface FileFields {
  /** The field of feature i, as the table calls it. */
  readonly fields: readonly string[];
  readonly format: DataFormat | undefined;
}

/** Reads each row's features from its fields, by the rules for requests. */
function judge(signature: Signature, { fields, format }: FileFields, rows: readonly SqlRow[]): JudgedRows {
  const table = new RowTable(signature, rows.length);
  const good: SqlRow[] = [];
  const rejected: Rejected[] = [];
  for (const row of rows) {
    const reasons = signature.inputs.flatMap((column, position) => {
      const value = typedValue(String(row[fields[position] ?? ""] ?? ""), column, format);
      // The place of a row that does not fit is taken by the next.
      return table.tryStore(position, good.length, value) ?? [];
    });
    if (reasons.length === 0) good.push(row);
    else rejected.push({ row, reasons });
  }
  return { good, table: table.first(good.length), rejected };
}

/** The same, once rows with numbers that are too large for this model are rejected, too. */
function judgeFor(model: OnnxModel, fields: FileFields, rows: readonly SqlRow[]): JudgedRows {
  const judged = judge(model.signature, fields, rows);
  const tooLarge = model.findTooLarge(judged.table);
  if (tooLarge.length === 0) return judged;
  const faults = new Map(tooLarge.map(({ row, fault }) => [judged.good[row], fault]));
  const { good, table, rejected } = judge(
    model.signature,
    fields,
    judged.good.filter((row) => !faults.has(row)),
  );
  const unfit = [...faults].flatMap(([row, fault]) => (row === undefined ? [] : [{ row, reasons: [fault] }]));
  return { good, table, rejected: [...judged.rejected, ...unfit, ...rejected] };
}

/** What a row is given, or why it cannot be used. */
function resultOf(predictions: Predictions, index: number, names: readonly string[]): SqlValue[] | string {
  const { prediction, probability, probabilities } = predictions;
  const values = [
    prediction[index] ?? null,
    ...(probability ? [probability[index] ?? null] : []),
    ...(probabilities ? probabilitiesOf(predictions, names, index) : []),
  ];
  const odd = values.find((value) => typeof value === "number" && !Number.isFinite(value));
  return odd === undefined ? values : `The model gives ${odd} for this row. A finite number is required.`;
}

/** A file that is there as a whole or not at all. */
class TemporaryFile {
  private constructor(
    private readonly temporary: string,
    private readonly handle: FileHandle,
  ) {}

  static async open(file: string): Promise<TemporaryFile> {
    const temporary = `${file}.${process.pid}.tmp`;
    return new TemporaryFile(temporary, await open(temporary, "w"));
  }

  write(lines: readonly string[]): Promise<unknown> {
    return this.handle.appendFile(lines.join(""));
  }

  async moveTo(file: string): Promise<void> {
    await this.handle.sync();
    await rename(this.temporary, file);
  }

  async close(): Promise<void> {
    await this.handle.close();
    await rm(this.temporary, { force: true });
  }
}

/**
 * Scores the rows of a file. The output has a line per row that could be scored, in the order of the file: the row's
 * number, its fields as they were read, the prediction (and probability) and the version that made it. The others are
 * in a file beside it, each with the reasons. Both files are complete or do not exist.
 */
export async function scoreBatch(request: BatchRequest): Promise<BatchResult> {
  const { engine, model, reference, input, output } = request;
  const { inputs } = model.signature;
  const rejects = rejectsBeside(output);
  await requireOtherFiles(input, [output, rejects]);
  const names = inputs.map(({ name }) => name);
  const { header, rows, format } = await loadFields(engine, names, input);
  const faults = errorLines(checkSchema(inputs, header));
  if (faults.length > 0) {
    throw new PlatformError(
      "DATA_INVALID",
      `${input} cannot be scored by ${reference}. Correct:\n${faults.join("\n")}`,
    );
  }
  const scoredFile = await TemporaryFile.open(output);
  const rejectedFile = await TemporaryFile.open(rejects);
  try {
    const fields = {
      fields: names.map((name) => `f${header.indexOf(name)}`),
      format: model.signature.format && formatIn(format, model.signature.format),
    };
    const rejected = await writeRows(request, { header, fields }, { scoredFile, rejectedFile });
    if (rejected > 0) await rejectedFile.moveTo(rejects);
    // Those of an earlier run are not this one's.
    else await rm(rejects, { force: true });
    await scoredFile.moveTo(output);
    return { read: rows, scored: rows - rejected, rejected, ...(rejected > 0 && { rejects }) };
  } finally {
    await scoredFile.close();
    await rejectedFile.close();
  }
}

interface BatchFiles {
  readonly scoredFile: TemporaryFile;
  readonly rejectedFile: TemporaryFile;
}

/** Writes every row to one of the two files; returns how many were rejected. */
async function writeRows(
  { engine, model, reference }: BatchRequest,
  { header, fields }: { readonly header: readonly string[]; readonly fields: FileFields },
  { scoredFile, rejectedFile }: BatchFiles,
): Promise<number> {
  const { signature } = model;
  const probabilities = probabilityNames(signature.target.classes);
  const [row = "", ...added] = namesBeside(header, ["row", "prediction", ...probabilities, "model"]);
  await scoredFile.write([toCsvLine([row, ...header, ...added])]);
  await rejectedFile.write([toCsvLine([row, ...header, ...namesBeside(header, ["reason"])])]);
  const read = (values: SqlRow): SqlValue[] => [
    values._row ?? null,
    ...header.map((_, position) => values[`f${position}`] ?? null),
  ];
  let count = 0;
  for await (const rows of engine.chunks("SELECT * FROM fields ORDER BY _row")) {
    const { good, table, rejected: unfit } = judgeFor(model, fields, rows);
    const rejected = [...unfit];
    const predictions = await model.predict(table);
    const lines: string[] = [];
    good.forEach((values, index) => {
      const result = resultOf(predictions, index, probabilities);
      if (typeof result === "string") rejected.push({ row: values, reasons: [result] });
      else lines.push(toCsvLine([...read(values), ...result, reference]));
    });
    rejected.sort((a, b) => Number(a.row._row) - Number(b.row._row));
    await scoredFile.write(lines);
    await rejectedFile.write(
      rejected.map(({ row: values, reasons }) => toCsvLine([...read(values), reasons.join(" ")])),
    );
    count += rejected.length;
  }
  return count;
}
