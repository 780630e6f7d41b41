import { CsvGrammar, type CsvFault } from "./csv-grammar";

interface CsvRowsOptions {
  readonly delimiter?: string;
  /** Is told how many fields a row has so far; unless it throws, reading goes on. */
  readonly onField?: (count: number) => void;
  /** One array of fields after the other, without quotes; an empty line is no row. */
  readonly onRow: (fields: string[]) => void;
  /** `line`, counted from 1, is where the row begins. Unless it throws, reading goes on. */
  readonly onFault: (fault: CsvFault, line: number) => void;
}

function unitsOf(text: string): Uint16Array {
  const units = new Uint16Array(text.length);
  for (let index = 0; index < text.length; index++) units[index] = text.charCodeAt(index);
  return units;
}

/** What a field of sound CSV says: without its quotes, if it has any. */
export function fieldText(field: string): string {
  return field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
}

/** Reads a text in CSV that is in memory as a whole. */
export function readCsvRows(text: string, { delimiter, onField, onRow, onFault }: CsvRowsOptions): void {
  let fields: string[] = [];
  const grammar = new CsvGrammar(
    {
      field(start, end) {
        const count = fields.push(fieldText(text.slice(start, end)));
        onField?.(count);
      },
      row(count) {
        if (count > 0) onRow(fields);
        fields = [];
      },
      fault: (fault) => onFault(fault, grammar.line),
    },
    delimiter,
  );
  grammar.push(unitsOf(text));
  grammar.end();
}
