import type { Signature } from "../../platform/model/signature";
import type { JsonBody } from "../http/json-body";
import { readExplain } from "../model/explain";
import { RequestProblem } from "../problems/problem";
import { checkColumnCount, findRepeated } from "../rows/column-names";
import { compareNames, Faults, show } from "../rows/read-faults";
import { readObject, readRowArray, readRowsOrColumns } from "../rows/read-rows";
import { checkRowCount, type InputRows } from "../rows/row-table";

const forms = ["dataframe_split", "dataframe_records", "instances", "inputs"] as const;
const expected = `Expected a JSON object with exactly one of ${forms.map((form) => `"${form}"`).join(", ")}.`;

interface Reading {
  readonly signature: Signature;
  readonly maxRows: number;
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw new RequestProblem(
    "BODY_INVALID",
    `"${what}" is ${show(value)}. Expected an array that is not empty.`,
  );
}

/** A data frame as pandas writes it with `orient="split"`: names of the columns, then rows in their order. */
function readSplit(split: unknown, { signature, maxRows }: Reading): InputRows {
  const wanted = 'Expected {"dataframe_split": {"columns": [...], "data": [[...]]}}.';
  const { columns, data, index } = readObject(split, ["columns", "data", "index"], wanted);
  const names = listOf(columns, "columns");
  const rows = listOf(data, "data");
  checkRowCount(rows.length, maxRows);
  if (index !== undefined && (!Array.isArray(index) || index.length !== rows.length)) {
    throw new RequestProblem(
      "BODY_INVALID",
      `"index" is ${show(index)}. Expected ${rows.length} entries, or none.`,
    );
  }
  checkColumnCount(names.length, signature);
  const faults = new Faults();
  const texts = names.map((name) => (typeof name === "string" ? name : show(name)));
  const features = signature.inputs.map(({ name }) => name);
  compareNames(texts, features, (field, message) => faults.addField(field, message));
  const twice = findRepeated(texts);
  if (twice !== undefined) faults.addField(twice, `${show(twice)} appears twice. Send it once.`);
  for (const [position, row] of rows.entries()) {
    if (!Array.isArray(row))
      faults.add(position, `The row is ${show(row)}. An array in the order of "columns" is required.`);
    if (faults.enough) break;
  }
  faults.throwIfAny();
  return readRowArray(signature, rows, texts);
}

/** A data frame as pandas writes it with `orient="records"`: rows by name. */
function readRecords(records: unknown, { signature, maxRows }: Reading): InputRows {
  const rows = listOf(records, "dataframe_records");
  checkRowCount(rows.length, maxRows);
  const faults = new Faults();
  for (const [index, row] of rows.entries()) {
    if (typeof row !== "object" || row === null || Array.isArray(row)) {
      faults.add(index, `The row is ${show(row)}. An object by name is required.`);
    }
    if (faults.enough) break;
  }
  faults.throwIfAny();
  return readRowArray(signature, rows);
}

/** Whether the predictions are to be explained: the one parameter that there is. */
function readParams(params: unknown): boolean {
  if (params === undefined || params === null) return false;
  const wanted = 'Expected "params" to have nothing but "explain": the model has no other parameters.';
  return readExplain(readObject(params, ["explain"], wanted).explain);
}

/** The rows of an invocation in JSON, and whether their predictions are to be explained. */
export function readInvocation({ value }: JsonBody, reading: Reading): { rows: InputRows; explain: boolean } {
  const body = readObject(value, [...forms, "params"], expected);
  const given = forms.filter((form) => Object.hasOwn(body, form));
  const [form] = given;
  if (form === undefined || given.length > 1) {
    const what = given.length === 0 ? "none of them" : given.map((name) => `"${name}"`).join(" and ");
    throw new RequestProblem("BODY_INVALID", `The body has ${what}. ${expected}`);
  }
  const explain = readParams(body.params);
  const { signature, maxRows } = reading;
  if (form === "dataframe_split") return { rows: readSplit(body[form], reading), explain };
  if (form === "dataframe_records") return { rows: readRecords(body[form], reading), explain };
  return { rows: readRowsOrColumns(signature, body[form], { what: form, expected, maxRows }), explain };
}
