import { identifier, isEmbedded, type EmbeddedEngine, type SqlEngine } from "../sql/engine";
import { hashNumbers } from "../sql/row-hash";
import { findRowsWhere } from "../sql/rows-where";

/** Rows by which it is found how often two are alike: of more, some spread over the table. */
const maxCompared = 200_000;
/** Columns by which most rows can be told apart. */
const telling = 3;

/** Probability that two different rows of a table, which has `_row`, are alike in these columns, 0..1. */
export async function chanceOfLikeRows(
  engine: SqlEngine,
  from: string,
  names: readonly string[],
): Promise<number> {
  // Counting all of very many rows would take more memory and time than training on them.
  const share = maxCompared / (await engine.count(from));
  const some = share < 1 ? ` WHERE ${isAmong(share)}` : "";
  const chanceIn = (columns: readonly string[]): Promise<number> =>
    chanceOfLike(engine, `${from}${some}`, columns.map(identifier).join(", "));
  // Rows that differ in a few columns differ in all: most often there is no need to read these.
  const few = names.slice(0, telling);
  if (isEmbedded(engine) && (await areDifferent(engine, from, { names: few, share }))) return 0;
  const chance = await chanceIn(few);
  return chance === 0 || few.length === names.length ? chance : chanceIn(names);
}

async function chanceOfLike(engine: SqlEngine, from: string, columns: string): Promise<number> {
  const [row] = await engine.rows(
    `SELECT sum(CAST(n AS DOUBLE) * (n - 1)) AS pairs, sum(n) AS total
     FROM (SELECT count(*) AS n FROM ${from} GROUP BY ${columns}) AS grouped`,
  );
  const total = Number(row?.total ?? 0);
  return total < 2 ? 0 : Number(row?.pairs ?? 0) / (total * (total - 1));
}

/** SQL condition for some rows, evenly spread: by multiples of the golden ratio, which fall in with no pattern that rows may have. */
function isAmong(share: number): string {
  const range = 2 ** 32;
  return `(_row * 2654435769) % ${range} < ${Math.round(share * range)}`;
}

/** Whether row number `row`, from 1, is among them: the same in this process. */
function isRowAmong(row: number, share: number): boolean {
  return Math.imul(row, 2654435769) >>> 0 < Math.round(share * 2 ** 32);
}

/**
 * Whether rows that are told by a column of truth values all differ in these columns, of those that are compared, as hashes of their
 * numbers say; false where it is not known. Rows that are alike share a hash.
 */
async function areDifferent(
  engine: EmbeddedEngine,
  from: string,
  { names, share }: { readonly names: readonly string[]; readonly share: number },
): Promise<boolean> {
  const some = findRowsWhere(from);
  const columns = names.map(identifier);
  if (!some?.isColumn) return false;
  if (!columns.every((column) => engine.summaryOf(some.relation, column) !== undefined)) return false;
  const wanted = some.isMet ? 1 : 0;
  const found = columns.map(() => new Float64Array(2 * maxCompared));
  let [before, count] = [0, 0];
  for await (const block of engine.blocks([...columns, some.condition], some.relation)) {
    const marks = block[columns.length] ?? new Float64Array();
    const rows = marks.length;
    for (let row = 0; row < rows; row++) {
      if (!isRowAmong(before + row + 1, share) || marks[row] !== wanted) continue;
      for (let column = 0; column < columns.length; column++) {
        const value = block[column]?.[row] ?? NaN;
        // Of missing values only SQL says that they are alike.
        if (value !== value || count >= 2 * maxCompared) return false;
        const values = found[column];
        if (values) values[count] = value;
      }
      count += 1;
    }
    before += rows;
  }
  const hashes = hashNumbers(found.map((values) => values.subarray(0, count)));
  const sorted = new BigUint64Array(hashes.buffer).sort();
  for (let row = 1; row < count; row++) if (sorted[row] === sorted[row - 1]) return false;
  return true;
}
