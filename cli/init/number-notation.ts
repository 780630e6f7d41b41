import type { DataFormat } from "../../platform/definition/definition";
import type { Delimiter } from "../../platform/data/csv/csv-delimiter";

/** How numbers are written in a file. */
export type Notation = Pick<DataFormat, "decimal" | "thousands">;

/** What may be met in files, the plainest first. */
export const notations: readonly Notation[] = [
  { decimal: "." },
  { decimal: ".", thousands: "," },
  { decimal: ".", thousands: " " },
  { decimal: ".", thousands: "'" },
  { decimal: "," },
  { decimal: ",", thousands: "." },
  { decimal: ",", thousands: " " },
  { decimal: ",", thousands: "'" },
];

/** What a column of text could be. */
export interface Readings {
  /** Whether it holds numbers, for each of `notations`. */
  readonly numeric: readonly boolean[];
  /** Whether each point in it could separate thousands: "12.500", and never "1.5", "0.125" or an ungrouped "1500". */
  readonly pointsGroup: boolean;
}

/** Where two notations make numbers of the same columns, that of those who write such files. */
function preferred(delimiter: Delimiter | undefined): readonly Notation[] {
  if (delimiter === "," || delimiter === undefined) return notations;
  const [plain, ...others] = notations;
  const commas = others.filter(({ decimal }) => decimal === ",");
  return [...(plain ? [plain] : []), ...commas, ...others.filter((notation) => !commas.includes(notation))];
}

/**
 * The notation in which most columns are numbers. Programs that separate fields by semicolons do so because the comma is
 * their decimal separator: there, "1,234" is a little more than one, and "12.500" in all rows more than twelve thousand.
 */
export function chooseNotation(columns: readonly Readings[], delimiter: Delimiter | undefined): Notation {
  const score = (notation: Notation): number =>
    columns.filter(({ numeric }) => numeric[notations.indexOf(notation)]).length;
  const [first = { decimal: "." }, ...others] = preferred(delimiter);
  const best = others.reduce((one, other) => (score(other) > score(one) ? other : one), first);
  const grouping = columns.filter(({ pointsGroup }) => pointsGroup);
  const european = notations.find(({ decimal, thousands }) => decimal === "," && thousands === ".");
  const isEuropean =
    delimiter === ";" &&
    best === first &&
    grouping.length > 0 &&
    european !== undefined &&
    score(european) === score(best);
  return isEuropean ? european : best;
}
