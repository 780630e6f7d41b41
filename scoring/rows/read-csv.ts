import { isUtf8 } from "node:buffer";
import type { Signature, SignatureColumn } from "../../platform/model/signature";
import { findDelimiter } from "../../platform/data/csv/csv-delimiter";
import { readCsvRows } from "../../platform/data/csv/csv-rows";
import { typedValue } from "../../platform/data/values/typed-columns";
import { RequestProblem } from "../problems/problem";
import { checkColumnCount, findRepeated } from "./column-names";
import { show } from "./read-faults";
import { tooManyRows } from "./row-table";

interface CsvColumn {
  readonly name: string;
  readonly feature: SignatureColumn | undefined;
  readonly values: unknown[];
}

/** A column for each name in the header, still without values. Throws unless each is there once. */
function columnsOf(names: readonly string[], signature: Signature): CsvColumn[] {
  const twice = findRepeated(names);
  if (twice !== undefined) {
    throw new RequestProblem("BODY_INVALID", `The CSV has the column ${show(twice)} twice. Send it once.`);
  }
  const features = new Map(signature.inputs.map((column) => [column.name, column]));
  return names.map((name) => ({ name, feature: features.get(name), values: [] }));
}

/** Characters of the first line that tell what separates fields; more would not tell more. */
const headerStart = 64 * 1024;

/**
 * Rows in CSV with a header, as a list of values per feature, by the rules for files of training data. What has too many
 * columns or rows is not read to its end.
 */
export function readCsv(body: Buffer, signature: Signature, maxRows: number): Map<string, unknown[]> {
  if (!isUtf8(body)) throw new RequestProblem("BODY_INVALID", "The body is not UTF-8 text. Send UTF-8.");
  let columns: readonly CsvColumn[] | undefined;
  let count = 0;
  const text = body.toString().replace(/^\uFEFF/, "");
  const names = signature.inputs.map(({ name }) => name);
  readCsvRows(text, {
    delimiter: findDelimiter(text.slice(0, Math.min(text.indexOf("\n") + 1, headerStart)), names),
    onField: (fields) => checkColumnCount(fields, signature),
    onRow(fields) {
      if (columns === undefined) {
        columns = columnsOf(fields, signature);
        return;
      }
      if (count === maxRows) throw tooManyRows(`more than ${maxRows}`, maxRows);
      if (fields.length !== columns.length) {
        throw new RequestProblem(
          "BODY_INVALID",
          `Row ${count} of the CSV has ${fields.length} fields; its header has ${columns.length}. Correct the row.`,
        );
      }
      for (const [index, { feature, values }] of columns.entries())
        values.push(typedValue(fields[index] ?? "", feature, signature.format));
      count += 1;
    },
    onFault(fault, line) {
      throw new RequestProblem("BODY_INVALID", `Line ${line} of the CSV ${fault}.`);
    },
  });
  if (columns === undefined) {
    throw new RequestProblem(
      "BODY_INVALID",
      "The body is empty. Expected CSV with a header and a line per row.",
    );
  }
  return new Map(columns.map(({ name, values }) => [name, values]));
}
