import { isUtf8 } from "node:buffer";
import type { Signature, SignatureColumn } from "../../platform/model/signature";
import { RequestProblem } from "../problems/problem";
import { show } from "./read-faults";

/** Splits CSV (RFC 4180, commas) into its fields, line by line. */
class CsvReader {
  private at = 0;
  private line = 1;

  constructor(private readonly text: string) {}

  *rows(): Generator<string[]> {
    while (this.at < this.text.length) {
      const row = this.row();
      // A line with nothing in it is the end of the file, or a gap that means no row.
      if (row.length > 1 || row[0] !== "") yield row;
    }
  }

  private row(): string[] {
    const fields: string[] = [];
    for (;;) {
      fields.push(this.text[this.at] === '"' ? this.quoted() : this.plain());
      const next = this.text[this.at];
      this.at += 1;
      if (next === ",") continue;
      if (next === "\r" && this.text[this.at] === "\n") this.at += 1;
      if (next !== undefined && next !== "\n" && next !== "\r") this.fail("has text after a quoted field");
      this.line += 1;
      return fields;
    }
  }

  private plain(): string {
    const start = this.at;
    while (this.at < this.text.length && !',\r\n"'.includes(this.text.charAt(this.at))) this.at += 1;
    if (this.text[this.at] === '"') this.fail("has a quote within a field that is not quoted");
    return this.text.slice(start, this.at);
  }

  private quoted(): string {
    let field = "";
    for (;;) {
      const end = this.text.indexOf('"', this.at + 1);
      if (end < 0) this.fail("has a quote that is never closed");
      field += this.text.slice(this.at + 1, end);
      this.at = end + 1;
      if (this.text[this.at] !== '"') return field;
      field += '"';
    }
  }

  private fail(fault: string): never {
    throw new RequestProblem("BODY_INVALID", `Line ${this.line} of the CSV ${fault}.`);
  }
}

const decimal = /^ *[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)? *$/;

/** A field as JSON would have its value; one that is not of the feature's type stays text, and is refused as such. */
function valueOf(text: string, column: SignatureColumn | undefined): unknown {
  if (text === "") return null;
  if (column?.type === "number") return decimal.test(text) ? Number(text) : text;
  if (column?.type === "boolean") {
    const lower = text.trim().toLowerCase();
    return lower === "true" || lower === "false" ? lower === "true" : text;
  }
  return text;
}

/** Rows in CSV with a header, as a list of values per feature; an empty field is a missing value. */
export function readCsv(body: Buffer, { inputs }: Signature): Map<string, unknown[]> {
  if (!isUtf8(body)) throw new RequestProblem("BODY_INVALID", "The body is not UTF-8 text. Send UTF-8.");
  const rows = new CsvReader(body.toString().replace(/^\uFEFF/, "")).rows();
  const header = rows.next();
  if (header.done === true) {
    throw new RequestProblem(
      "BODY_INVALID",
      "The body is empty. Expected CSV with a header and a line per row.",
    );
  }
  const names = header.value;
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new RequestProblem("BODY_INVALID", `The CSV has the column ${show(twice)} twice. Send it once.`);
  }
  const features = names.map((name) => inputs.find((column) => column.name === name));
  const columns = names.map((): unknown[] => []);
  let count = 0;
  for (const row of rows) {
    if (row.length !== names.length) {
      throw new RequestProblem(
        "BODY_INVALID",
        `Row ${count} of the CSV has ${row.length} fields; its header has ${names.length}. Correct the row.`,
      );
    }
    row.forEach((field, index) => columns[index]?.push(valueOf(field, features[index])));
    count += 1;
  }
  return new Map(names.map((name, index) => [name, columns[index] ?? []]));
}
