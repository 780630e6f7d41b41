import { BlockStore, blockRows } from "../../../platform/sql/block-store";
import { readBlocks, type Block } from "../../../platform/sql/read-blocks";
import { rowsWhere } from "../../../platform/sql/rows-where";
import { useTemporaryFolder } from "../base/temporary-folder";

const folder = useTemporaryFolder();
const rows = 2 * blockRows + 17;

/** An engine's numbers of rows 0, 1, ...: their own, and whether they can be divided by three, which is not known of each seventh. */
function engine() {
  const asked: string[] = [];
  const valueOf = (row: number, name: string): number => {
    if (!name.includes("third")) return row;
    if (row % 7 === 0) return NaN;
    return row % 3 === 0 ? 1 : 0;
  };
  async function* stream(sql: string): AsyncGenerator<Block> {
    asked.push(sql);
    const names = sql.split(" FROM ")[0]?.split(", ") ?? [];
    await Promise.resolve();
    for (let from = 0; from < rows; from += 1000) {
      const numbers = Array.from({ length: Math.min(1000, rows - from) }, (_, index) => from + index);
      yield names.map((name) => Float64Array.from(numbers, (row) => valueOf(row, name)));
    }
  }
  return { asked, stream };
}

async function numbersOf(blocks: AsyncIterable<Block>): Promise<number[]> {
  const found: number[] = [];
  for await (const [values] of blocks) found.push(...(values ?? []));
  return found;
}

const known = Array.from({ length: rows }, (_, row) => row).filter((row) => row % 7 !== 0);

test.each([
  { condition: "third", expected: known.filter((row) => row % 3 === 0) },
  { condition: "NOT third", expected: known.filter((row) => row % 3 !== 0) },
  { condition: "(third)", expected: known.filter((row) => row % 3 === 0) },
])(
  "rows where $condition are those of which it is known, in their order",
  async ({ condition, expected }) => {
    const { stream } = engine();
    const wanted = { columns: ["x"], from: rowsWhere("data", condition), again: false };
    expect(await numbersOf(readBlocks(stream, undefined, wanted))).toEqual(expected);
  },
);

test("rows that will be read again are picked once, and the others by the same numbers", async () => {
  const { asked, stream } = engine();
  const store = new BlockStore(folder());
  const read = (condition: string): Promise<number[]> =>
    numbersOf(readBlocks(stream, store, { columns: ["x"], from: rowsWhere("data", condition), again: true }));
  const first = await read("NOT third");
  expect(asked).toHaveLength(1);
  expect(await read("NOT third")).toEqual(first);
  expect((await read("third")).length + first.length).toBe(known.length);
  expect(asked).toHaveLength(1);
  store.clear();
});
