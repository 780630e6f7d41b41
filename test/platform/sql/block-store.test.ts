import { closeSync, openSync, readdirSync, writeSync } from "node:fs";
import path from "node:path";
import { adjacentColumns, blockRows, BlockStore, runsOf } from "../../../platform/sql/block-store";
import { useTemporaryFolder } from "../base/temporary-folder";

const temporary = useTemporaryFolder();

/** Reads two columns as an engine would, the second time and later from what is stored. */
function read(
  store: BlockStore,
  from = "t",
): { readonly rows: number | undefined; readonly isStored: readonly boolean[] } {
  const reading = store.begin(["a", "b"], from);
  const block = ["a", "b"].map((_, column) => new Float64Array(blockRows).fill(column + 1));
  if (reading.rows === undefined) {
    reading.write(0, block);
    reading.keep(blockRows);
  }
  reading.close();
  return { rows: reading.rows, isStored: reading.isStored };
}

test("a relation is stored by the second reading, and read by the third", () => {
  const store = new BlockStore(temporary());
  expect([read(store), read(store), read(store)].map(({ rows }) => rows)).toEqual([
    undefined,
    undefined,
    blockRows,
  ]);
  const third = store.begin(["b", "c", "a"], "t");
  expect([third.rows, third.isStored]).toEqual([undefined, [true, false, true]]);
  const block = ["b", "c", "a"].map(() => new Float64Array(3).fill(9));
  third.read(0, block);
  third.close();
  expect(block.map((values) => [...values])).toEqual([
    [2, 2, 2],
    [9, 9, 9],
    [1, 1, 1],
  ]);
  expect(read(store, "another").isStored).toEqual([false, false]);
  store.clear();
});

test("what is forgotten is not there, and files have no names", () => {
  const store = new BlockStore(temporary());
  for (let times = 0; times < 3; times++) read(store);
  if (process.platform !== "win32") expect(readdirSync(temporary())).toEqual([]);
  store.clear();
  expect(read(store).isStored).toEqual([false, false]);
});

test("a relation that will be read again is stored by the first reading", () => {
  const store = new BlockStore(temporary());
  const first = store.begin(["a"], "t", { again: true });
  first.write(0, [new Float64Array(blockRows).fill(1)]);
  first.keep(blockRows);
  first.close();
  const second = store.begin(["a", "b"], "t");
  expect([second.rows, second.isStored]).toEqual([undefined, [true, false]]);
  second.close();
  store.clear();
});

test("columns of another's file are read as if they were stored, until the store is cleared", () => {
  const store = new BlockStore(temporary());
  const file = openSync(path.join(temporary(), "filled"), "w+");
  writeSync(file, new Float64Array(blockRows).fill(7));
  const columns = new Map([["x", { file, blockBytes: 8 * blockRows, offset: 0 }]]);
  expect(read(store).rows).toBeUndefined();
  store.share("t", 3, columns);
  const reading = store.begin(["x"], "t");
  const block = [new Float64Array(3)];
  reading.read(0, block);
  reading.close();
  expect([reading.rows, [...(block[0] ?? [])]]).toEqual([3, [7, 7, 7]]);
  store.share("t", 4, new Map([["y", { file, blockBytes: 8, offset: 0 }]]));
  const again = store.begin(["y"], "t");
  expect(again.isStored).toEqual([false]);
  again.close();
  store.clear();
  const cleared = store.begin(["x"], "t");
  expect(cleared.isStored).toEqual([false]);
  cleared.close();
  closeSync(file);
});

test("columns that lie one after the other are one run, as far as they are full", () => {
  const columns = adjacentColumns(4);
  for (const [at, column] of columns.entries()) column.fill(at);
  const runs = (
    of: readonly Float64Array[],
    isNextThere?: (place: number) => boolean,
  ): (readonly [number, number, number])[] =>
    [...runsOf(of, isNextThere)].map(([place, numbers]) => [place, numbers.length, numbers[0] ?? NaN]);
  expect(runs(columns)).toEqual([[0, 4 * blockRows, 0]]);
  expect(runs(columns, (place) => place !== 1)).toEqual([
    [0, blockRows, 0],
    [1, 3 * blockRows, 1],
  ]);
  const [first, second, third, fourth] = columns as [Float64Array, Float64Array, Float64Array, Float64Array];
  const alone = new Float64Array(blockRows).fill(9);
  expect(runs([second, first, alone, third, fourth.subarray(0, 3)])).toEqual([
    [0, blockRows, 1],
    [1, blockRows, 0],
    [2, blockRows, 9],
    [3, blockRows + 3, 2],
  ]);
  expect(runs(columns.map((column) => column.subarray(0, 5)))).toHaveLength(4);
  expect(runs([])).toEqual([]);
});
