import { appendFile, rm, writeFile } from "node:fs/promises";
import { FileFields, doubtColumn } from "../../platform/data/file-fields";
import { errorLines } from "../../platform/data/findings";
import { checkSchema } from "../../platform/data/checks/schema-check";
import { formatIn } from "../../platform/data/values/typed-columns";
import { PlatformError } from "../../platform/base/errors";
import { featureBlocks } from "../../platform/model/feature-blocks";
import { toCsvLine } from "../../platform/sql/csv-line";
import { identifier, type EmbeddedEngine } from "../../platform/sql/engine";
import { namesBeside, rejectsBeside, requireOtherFiles } from "./batch-files";
import { scoreColumns, scoreTable, type BatchModel } from "./batch-model";
import { withEvenRows, type UnevenRows } from "./even-rows";
import { isParquetName, TemporaryFile, writeScored } from "./batch-output";
import { lookAt, type FeatureFields, type Rejected } from "./judge-rows";

export interface BatchRequest {
  readonly engine: EmbeddedEngine;
  readonly model: BatchModel;
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

/** The tables that scores are kept in: of all rows, of those that a closer look has scored, and of both. */
const tables = { scores: "batch_scores", lookedAt: "batch_looked_at", all: "batch_all_scores" } as const;

/**
 * Scores the rows of a file. The output, CSV or by its name Parquet, has a line per row that could be scored, in the order of the
 * file: the row's number, its fields as they were read, the prediction (and probability) and the version that made it. The others
 * are in a CSV file beside it, each with the reasons. Both files are complete or do not exist.
 *
 * Rows are scored by blocks of columns. One whose values may not fit the signature is looked at again by itself, from its texts and by
 * the rules for requests, and is scored or rejected with what those say. Memory does not grow with the rows.
 */
export async function scoreBatch(request: BatchRequest): Promise<BatchResult> {
  const { engine, model, input, output } = request;
  const { signature } = model;
  const rejects = rejectsBeside(output);
  await requireOtherFiles(input, [output, rejects]);
  const names = signature.inputs.map(({ name }) => name);
  return withEvenRows(
    input,
    names,
    (file) => FileFields.open(engine, names, file),
    (fields, uneven) => scoreFields(request, { fields, uneven, rejects }),
  );
}

interface OpenedFile {
  readonly fields: FileFields;
  readonly uneven: UnevenRows;
  /** The file with the rejected rows, where there are some. */
  readonly rejects: string;
}

async function scoreFields(
  request: BatchRequest,
  { fields, uneven, rejects }: OpenedFile,
): Promise<BatchResult> {
  const { engine, model, reference, input, output } = request;
  const { signature } = model;
  const faults = errorLines(checkSchema(signature.inputs, fields.header));
  if (faults.length > 0) {
    throw new PlatformError(
      "DATA_INVALID",
      `${input} cannot be scored by ${reference}. Correct:\n${faults.join("\n")}`,
    );
  }
  const scoredFile = await TemporaryFile.open(output);
  const rejectedFile = await TemporaryFile.open(rejects);
  try {
    return await fields.reading(async () => {
      const scored = await scoreAll(request, fields, uneven);
      if (scored.rows === 0) {
        throw new PlatformError("DATA_INVALID", `${input} has no rows. Data has at least one; add some.`);
      }
      await fields.requireUnchanged(scored.rows);
      const { rejected, scores } = await lookAgain(request, {
        fields,
        uneven,
        place: rejectedFile.place,
        ...scored,
      });
      const written = { fields, scores, signature, reference };
      await writeScored(engine, written, { place: scoredFile.place, parquet: isParquetName(output) });
      await fields.requireUnchanged(scored.rows);
      if (rejected > 0) await rejectedFile.moveInto();
      // Those of an earlier run are not this one's.
      else await rm(rejects, { force: true });
      await scoredFile.moveInto();
      const counts = { read: scored.rows, scored: scored.rows - rejected, rejected };
      return { ...counts, ...(rejected > 0 && { rejects }) };
    });
  } finally {
    await scoredFile.remove();
    await rejectedFile.remove();
  }
}

interface AllScored {
  readonly rows: number;
  /** Rows that have no score yet. */
  readonly doubtful: number;
}

/** Makes the table of scores: one for each row of the file, NaN where a closer look is needed. */
async function scoreAll(
  { engine, model }: BatchRequest,
  fields: FileFields,
  uneven: UnevenRows,
): Promise<AllScored> {
  const { signature } = model;
  const from = `(${fields.typed(signature.inputs, signature.format)}) AS typed`;
  let doubtful = 0;
  let before = 0;
  async function* scores(): AsyncGenerator<Float64Array[]> {
    for await (const block of featureBlocks(engine, {
      from,
      signature,
      further: [identifier(doubtColumn)],
    })) {
      const [doubts = new Float64Array()] = block.further;
      const sound: number[] = [];
      for (let row = 0; row < doubts.length; row++)
        if (doubts[row] === 0 && !uneven.has(before + row + 1)) sound.push(row);
      before += doubts.length;
      const scored = await scoreTable(model, block.table, sound);
      for (const score of scored[0] ?? []) if (Number.isNaN(score)) doubtful += 1;
      yield scored;
    }
  }
  const rows = await engine.fill(tables.scores, scoreColumns(signature), scores());
  return { rows, doubtful };
}

interface DoubtfulRows extends AllScored {
  readonly fields: FileFields;
  readonly uneven: UnevenRows;
  /** Where rejected rows are written. */
  readonly place: string;
}

/**
 * Looks at the rows without a score by themselves; writes those that stay without one, with the reasons. Gives their number, and the
 * table of all scores.
 */
async function lookAgain(
  request: BatchRequest,
  { fields, uneven, doubtful, place }: DoubtfulRows,
): Promise<{ readonly rejected: number; readonly scores: string }> {
  if (doubtful === 0) return { rejected: 0, scores: tables.scores };
  const { engine, model } = request;
  const { header } = fields;
  await writeFile(
    place,
    toCsvLine([...namesBeside(header, ["row"]), ...header, ...namesBeside(header, ["reason"])]),
  );
  const asRead: FeatureFields = {
    fields: model.signature.inputs.map(({ name }) => `f${header.indexOf(name)}`),
    format: model.signature.format && formatIn(fields.format, model.signature.format),
  };
  let rejected = 0;
  const joined = engine.besideEachOther(`(${fields.all()}) AS fields`, tables.scores);
  async function* scores(): AsyncGenerator<Float64Array[]> {
    for await (const rows of engine.chunks(`SELECT * FROM (${joined}) AS doubtful WHERE isnan(prediction)`)) {
      const looked = await lookAt(model, asRead, rows, uneven);
      rejected += looked.rejected.length;
      await appendFile(place, looked.rejected.map((row) => rejectedLine(header, row)).join(""));
      if (looked.scored.length === 0) continue;
      const numbers = Float64Array.from(looked.scored, ({ _row }) => Number(_row));
      yield [numbers, ...looked.scores];
    }
  }
  const columns = scoreColumns(model.signature);
  const found = await engine.fill(tables.lookedAt, ["_row", ...columns], scores());
  if (found === 0) return { rejected, scores: tables.scores };
  await engine.run(`DROP TABLE IF EXISTS ${tables.all}`);
  const merged = columns.map((column) => `COALESCE(l.${column}, s.${column}) AS ${column}`);
  await engine.run(
    `CREATE TABLE ${tables.all} AS SELECT ${merged.join(", ")} FROM ` +
      `(SELECT ${engine.rowNumber} AS _row, ${columns.join(", ")} FROM ${tables.scores}) AS s ` +
      `LEFT JOIN ${tables.lookedAt} AS l ON l._row = s._row ORDER BY s._row`,
  );
  return { rejected, scores: tables.all };
}

function rejectedLine(header: readonly string[], { row, reasons }: Rejected): string {
  const fields = header.map((_, position) => row[`f${position}`] ?? null);
  return toCsvLine([row._row ?? null, ...fields, reasons.join(" ")]);
}
