import { readCsvRows } from "./csv-rows";

/** What may stand between the fields of a CSV file, with its name for messages. */
export const delimiterNames = {
  ",": "commas",
  ";": "semicolons",
  "\t": "tabs",
  "|": "vertical bars",
} as const;

export type Delimiter = keyof typeof delimiterNames;

/** How much sense the start of a file makes with a delimiter; the first number that differs decides. */
type Score = readonly [known: number, agree: number, fields: number];

function scoreOf(start: string, delimiter: Delimiter, wanted: ReadonlySet<string>): Score {
  const rows: string[][] = [];
  let isWellFormed = true;
  readCsvRows(start, {
    delimiter,
    onRow: (fields) => rows.push(fields),
    onFault: (fault) => {
      // The text may end within a row.
      if (fault !== "has a quote that is never closed") isWellFormed = false;
    },
  });
  const [names = [], ...others] = rows;
  const whole = start.endsWith("\n") ? others : others.slice(0, -1);
  const agree = isWellFormed && names.length > 1 && whole.every(({ length }) => length === names.length);
  return [
    names.filter((name) => wanted.has(name.trim())).length,
    agree ? 1 : 0,
    isWellFormed ? names.length : 1,
  ];
}

function compare(one: Score, other: Score): number {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at < 0 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}

/**
 * The delimiter with which the start of a CSV file, its header and some rows, makes most sense: it gives the columns wanted,
 * rows as long as the header, and many fields. Commas, where nothing speaks for another one.
 */
export function findDelimiter(start: string, columns: readonly string[]): Delimiter {
  const wanted = new Set(columns);
  let best: { delimiter: Delimiter; score: Score } = { delimiter: ",", score: scoreOf(start, ",", wanted) };
  for (const delimiter of [";", "\t", "|"] as const) {
    const score = scoreOf(start, delimiter, wanted);
    const difference = compare(score, best.score);
    // A comma in a name and in each number of a file with semicolons: commas would do as well by chance alone.
    if (difference > 0 || (difference === 0 && score[1] === 1)) best = { delimiter, score };
  }
  return best.delimiter;
}
