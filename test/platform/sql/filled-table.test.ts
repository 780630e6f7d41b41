import { readdirSync } from "node:fs";
import path from "node:path";
import { blockRows } from "../../../platform/sql/block-store";
import { FilledColumns, FilledTable } from "../../../platform/sql/filled-table";
import { useTemporaryFolder } from "../base/temporary-folder";

const temporary = useTemporaryFolder();
const rows = 2 * blockRows + 17;

async function* pieces(): AsyncGenerator<Float64Array[]> {
  for (let from = 0; from < rows; from += 1000) {
    const numbers = Array.from({ length: Math.min(1000, rows - from) }, (_, index) => from + index);
    yield await Promise.resolve([Float64Array.from(numbers), Float64Array.from(numbers, (n) => -n)]);
  }
}

/** Rows as statements name them. */
const wordsOf = (wanted: readonly number[]): Uint32Array =>
  Uint32Array.from(wanted.flatMap((row) => [row, 0]));

test.each([true, false])("values are found again by column and row (in a file: %s)", async (isInFile) => {
  const table = new FilledTable(["a", "b"], isInFile ? path.join(temporary(), "table") : undefined);
  await table.fill(pieces());
  expect(table.rows).toBe(rows);
  if (process.platform !== "win32") expect(readdirSync(temporary())).toEqual([]);
  const columns = new FilledColumns();
  const other = new FilledTable(["c"], undefined);
  columns.add(other);
  const first = columns.add(table);
  const wanted = [0, blockRows - 1, blockRows, rows - 1, 5];
  for (const [column, sign] of [1, -1].entries()) {
    const values = new Float64Array(wanted.length);
    columns.read(first + column, wordsOf(wanted), values);
    expect([...values].map((value) => value + 0)).toEqual(wanted.map((row) => sign * row + 0));
  }
  columns.remove(table);
  expect(() => columns.read(first, wordsOf([0]), new Float64Array(1))).toThrow(
    "There is no filled column 1.",
  );
  // A piece without rows has no number of a column either.
  expect(() => columns.read(first, wordsOf([]), new Float64Array(0))).not.toThrow();
  table.close();
});

test("its file is where a store finds its columns", async () => {
  const table = new FilledTable(["a", "b"], path.join(temporary(), "table"));
  await table.fill(pieces());
  const [a, b] = ["a", "b"].map((name) => table.stored()?.get(name));
  expect([a?.offset, b?.offset, b?.blockBytes]).toEqual([0, 8 * blockRows, 16 * blockRows]);
  expect(new FilledTable(["a"], undefined).stored()).toBeUndefined();
  table.close();
});
