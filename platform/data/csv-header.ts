import { PlatformError } from "../base/errors";
import { quoted } from "../base/wording";
import { readCsvRows } from "./csv-rows";

const delimiters = { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars" } as const;

/** The names in a header that is separated by `delimiter`, and whether it is well-formed then. */
function namesIn(header: string, delimiter: string): { names: string[]; isWellFormed: boolean } {
  let names: string[] | undefined;
  let isWellFormed = true;
  readCsvRows(header, {
    delimiter,
    onRow: (fields) => (names ??= fields),
    onFault: () => (isWellFormed = false),
  });
  return { names: names ?? [""], isWellFormed };
}

/** Name of the separator with which the header makes more sense than with commas, if there is one. */
function findOtherDelimiter(header: string, wanted: ReadonlySet<string>): string | undefined {
  const score = (delimiter: string): [known: number, fields: number] => {
    const { names, isWellFormed } = namesIn(header, delimiter);
    return [names.filter((name) => wanted.has(name.trim())).length, isWellFormed ? names.length : 1];
  };
  const [knownByComma, fieldsByComma] = score(",");
  for (const [delimiter, name] of Object.entries(delimiters)) {
    const [known, fields] = score(delimiter);
    if (known > knownByComma || (fieldsByComma === 1 && fields > 1)) return name;
  }
  return undefined;
}

function looksLikeValues(names: readonly string[]): boolean {
  return names.every((name) => name.trim() !== "" && Number.isFinite(Number(name)));
}

/** Column names from the first row of a CSV file; throws DATA_INVALID when it cannot be a header of these columns. */
export function readHeader(file: string, header: string, columns: readonly string[]): string[] {
  const wanted = new Set(columns);
  const other = findOtherDelimiter(header, wanted);
  if (other !== undefined) {
    throw new PlatformError(
      "DATA_INVALID",
      `${file} looks separated by ${other}. Columns are separated by commas; save the file as a comma-separated one (with a decimal point, not a decimal comma).`,
    );
  }
  const { names } = namesIn(header, ",");
  if (looksLikeValues(names) && !names.some((name) => wanted.has(name))) {
    throw new PlatformError(
      "DATA_INVALID",
      `${file} starts with values (${names.slice(0, 3).join(", ")}${names.length > 3 ? ", ..." : ""}), not with names. The first line holds the column names; add it.`,
    );
  }
  const seen = new Set<string>();
  const twice = new Set(names.filter((name) => seen.size === seen.add(name).size));
  if (twice.size > 0) {
    throw new PlatformError(
      "DATA_INVALID",
      `${file} has more than one column named ${quoted([...twice])}. Column names are unique; rename or remove one of them.`,
    );
  }
  return names;
}
