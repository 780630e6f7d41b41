import type { Delimiter } from "../../../platform/data/csv/csv-delimiter";
import { chooseNotation, notations, type Notation, type Readings } from "../../../cli/init/number-notation";

/** A column that is one of numbers in these notations. */
function column(numeric: readonly Notation[], pointsGroup = false): Readings {
  const keys = new Set(numeric.map((notation) => JSON.stringify(notation)));
  return { numeric: notations.map((notation) => keys.has(JSON.stringify(notation))), pointsGroup };
}

const plain: Notation = { decimal: "." };
const american: Notation = { decimal: ".", thousands: "," };
const comma: Notation = { decimal: "," };
const german: Notation = { decimal: ",", thousands: "." };

const whole = column(notations);
const text = column([]);
/** "1.5": a point in front of a fraction. */
const pointed = column([plain, american, { decimal: ".", thousands: " " }, { decimal: ".", thousands: "'" }]);
/** "12.500" */
const grouped = column([plain, american, german], true);
/** "1,234" */
const either = column([american, comma]);
/** "1.234,5" */
const both = column([german]);

test.each<[string, Readings[], Delimiter | undefined, Notation]>([
  ["whole numbers", [whole, text], ",", plain],
  ["whole numbers, and semicolons", [whole], ";", plain],
  ["points", [pointed, whole], ",", plain],
  ["points, and semicolons", [pointed], ";", plain],
  ["commas that are either, and commas between fields", [whole, either], ",", american],
  ["commas that are either, and semicolons", [whole, either], ";", comma],
  ["commas that are either, and one that is decimal", [either, column([comma])], ",", comma],
  ["points and commas", [both, whole], ";", german],
  ["points that may group, and commas between fields", [grouped], ",", plain],
  ["points that may group, and semicolons", [grouped, whole], ";", german],
  ["points that may group beside some that do not, and semicolons", [grouped, pointed], ";", plain],
  ["points that may group beside decimal commas", [grouped, column([comma, german])], ";", german],
  ["nothing to go by, as in Parquet", [], undefined, plain],
])("%s are read in the likeliest notation", (_, columns, delimiter, notation) => {
  expect(chooseNotation(columns, delimiter)).toEqual(notation);
});
