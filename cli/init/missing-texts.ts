/** A field of spaces. */
export const blank = " ";

/** Texts by which programs and people say that there is no value. */
export const missingTexts: readonly string[] = [
  ...[
    "NA",
    "N/A",
    "n/a",
    "#N/A",
    "#NA",
    "NaN",
    "nan",
    "NAN",
    "null",
    "NULL",
    "Null",
    "None",
    "-",
    "--",
    "?",
    ".",
  ],
  ...[blank, "#NULL!", "#VALUE!", "#DIV/0!", "<NA>", "NaT"],
];

/** Of these, texts that may as well be a value among others: "none" is an answer, and "NA" is Namibia. */
const ambiguousTexts = new Set(["None", "."]);

/** Other texts that may stand among numbers, at most, for a missing value: "unknown". */
export const maxOtherTexts = 3;

function areCodes(texts: readonly string[]): boolean {
  return texts.length >= 3 && texts.every((text) => /^[A-Z]{2}$/.test(text));
}

/**
 * Which of the texts in a column mean that a value is missing. Among numbers all that have no digit do; in text, those that can
 * mean nothing else. `others` are some of the column's other texts.
 */
export function missingAmong(
  found: readonly string[],
  { numeric, others }: { readonly numeric: boolean; readonly others: readonly string[] },
): string[] {
  if (numeric) return [...found, ...others.filter((text) => !/\d/.test(text))];
  return found.filter((text) => !ambiguousTexts.has(text) && !(text === "NA" && areCodes(others)));
}
