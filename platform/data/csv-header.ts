import { PlatformError } from "../base/errors";
import { quoted } from "../base/wording";

const delimiters = { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars" } as const;

/** The fields of one line, split at `delimiter` outside of double quotes. */
function parseLine(line: string, delimiter = ","): string[] {
  const fields: string[] = [];
  let field = "";
  let inQuotes = false;
  for (let index = 0; index < line.length; index++) {
    const character = line.charAt(index);
    if (inQuotes && character === '"' && line.charAt(index + 1) === '"') {
      field += '"';
      index++;
    } else if (character === '"') {
      inQuotes = !inQuotes;
    } else if (character === delimiter && !inQuotes) {
      fields.push(field);
      field = "";
    } else {
      field += character;
    }
  }
  return [...fields, field];
}

/** Name of the separator with which the header makes more sense than with commas, if there is one. */
function findOtherDelimiter(line: string, wanted: ReadonlySet<string>): string | undefined {
  const score = (delimiter: string): [known: number, fields: number] => {
    const names = parseLine(line, delimiter);
    return [names.filter((name) => wanted.has(name.trim())).length, names.length];
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

/** Column names from the first line of a CSV file; throws DATA_INVALID when it cannot be a header of these columns. */
export function readHeader(file: string, line: string, columns: readonly string[]): string[] {
  const other = findOtherDelimiter(line, new Set(columns));
  if (other !== undefined) {
    throw new PlatformError(
      "DATA_INVALID",
      `${file} looks separated by ${other}. Columns are separated by commas; save the file as a comma-separated one (with a decimal point, not a decimal comma).`,
    );
  }
  const names = parseLine(line);
  if (looksLikeValues(names) && !names.some((name) => columns.includes(name))) {
    throw new PlatformError(
      "DATA_INVALID",
      `${file} starts with values (${names.slice(0, 3).join(", ")}${names.length > 3 ? ", ..." : ""}), not with names. The first line holds the column names; add it.`,
    );
  }
  const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  if (twice.length > 0) {
    throw new PlatformError(
      "DATA_INVALID",
      `${file} has more than one column named ${quoted(twice)}. Column names are unique; rename or remove one of them.`,
    );
  }
  return names;
}
