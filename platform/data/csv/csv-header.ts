import { PlatformError } from "../../base/errors";
import { quoted } from "../../base/wording";
import type { Delimiter } from "./csv-delimiter";
import { readCsvRows } from "./csv-rows";

function namesIn(header: string, delimiter: Delimiter): string[] {
  let names: string[] | undefined;
  readCsvRows(header, {
    delimiter,
    onRow: (fields) => (names ??= fields),
    // The scanner reports what is not well-formed, with the rows below.
    onFault: () => undefined,
  });
  return names ?? [""];
}

/** Whether a column has a name, by which it can be used. */
export function isNamed(name: string): boolean {
  return name.trim() !== "";
}

/** The line before the header by which Excel tells itself what separates fields: `sep=;`. */
const excelsLine = /^\uFEFF?"?sep=.?"?\s*$/i;

function looksLikeValues(names: readonly string[]): boolean {
  return names.every((name) => isNamed(name) && Number.isFinite(Number(name)));
}

/**
 * Column names from the first row of a CSV file; throws DATA_INVALID when it cannot be a header of these columns. Columns
 * without a name, as programs write the numbers of their rows, are there with an empty one.
 */
export function readHeader(
  file: string,
  { header, delimiter }: { readonly header: string; readonly delimiter: Delimiter },
  columns: readonly string[],
): string[] {
  const wanted = new Set(columns);
  if (excelsLine.test(header) && !wanted.has(header.trim())) {
    throw new PlatformError(
      "DATA_INVALID",
      `${file} begins with "${header.replace("\uFEFF", "").trim()}", which Excel writes for itself. The first line holds the column names; remove that line. What separates the fields is found without it.`,
    );
  }
  const names = namesIn(header, delimiter);
  if (looksLikeValues(names) && !names.some((name) => wanted.has(name))) {
    throw new PlatformError(
      "DATA_INVALID",
      `${file} starts with values (${names.slice(0, 3).join(", ")}${names.length > 3 ? ", ..." : ""}), not with names. The first line holds the column names; add it.`,
    );
  }
  const seen = new Set<string>();
  const twice = new Set(names.filter((name) => isNamed(name) && seen.size === seen.add(name).size));
  if (twice.size > 0) {
    throw new PlatformError(
      "DATA_INVALID",
      `${file} has more than one column named ${quoted([...twice])}. Column names are unique; rename or remove one of them.`,
    );
  }
  return names;
}
