import { blockRows } from "../../../platform/sql/block-store";
import { FilledTable } from "../../../platform/sql/filled-table";
import { FilledTables } from "../../../platform/sql/filled-tables";
import { rowsWhere } from "../../../platform/sql/rows-where";

const rows = blockRows + 4;

async function filledWith(column: string, numberOf: (row: number) => number): Promise<FilledTable> {
  const table = new FilledTable([column], undefined);
  const values = Float64Array.from({ length: rows }, (_, row) => numberOf(row));
  async function* blocks(): AsyncGenerator<Float64Array[]> {
    yield [values.subarray(0, blockRows)];
    yield await Promise.resolve([values.subarray(blockRows)]);
  }
  await table.fill(blocks());
  return table;
}

test("what is known of columns is known of relations that share them, until a table changes", async () => {
  const tables = new FilledTables();
  const [numbers, sides] = [
    await filledWith("x", (row) => (row === 7 ? NaN : row / 2)),
    await filledWith("held", (row) => Number(row % 4 === 0)),
  ];
  expect(tables.replace("numbers", numbers)).toBeUndefined();
  expect(tables.replace("sides", sides)).toBeUndefined();
  tables.share("data", numbers);
  tables.share("data", sides);
  for (const relation of ["numbers", "data"])
    expect(tables.summaryOf(relation, "x")).toMatchObject({
      ...{ count: rows - 1, min: 0, max: (rows - 1) / 2, isWhole: false },
      sum: (rows * (rows - 1)) / 4 - 3.5,
    });
  expect(tables.summaryOf("numbers", "held")).toBeUndefined();
  expect(tables.valuesOf("data", ["held", "x"], [blockRows, 7, 1])).toEqual([
    Float64Array.of(1, 0, 0),
    Float64Array.of(blockRows / 2, NaN, 0.5),
  ]);
  expect(tables.valuesOf("data", ["x", "y"], [0])).toBeUndefined();
  expect(
    [rowsWhere("data", "held"), rowsWhere("data", "NOT held")].map((from) => tables.countPicked(from)),
  ).toEqual([rows / 4, (rows * 3) / 4]);
  expect(tables.countPicked(rowsWhere("data", "x > 3"))).toBeUndefined();
  expect(tables.countPicked("data")).toBeUndefined();
  tables.forgetShared();
  expect(tables.summaryOf("data", "x")).toBeUndefined();
  expect(tables.countPicked(rowsWhere("data", "held"))).toBeUndefined();
  expect(tables.summaryOf("numbers", "x")?.count).toBe(rows - 1);
  tables.close();
});

test("the blocks of a column are all of its numbers", async () => {
  const table = await filledWith("x", (row) => -row);
  const lengths: number[] = [];
  let last = NaN;
  for (const values of table.blocksOf("x")) {
    lengths.push(values.length);
    last = values.at(-1) ?? NaN;
  }
  expect(lengths).toEqual([blockRows, 4]);
  expect(last).toBe(1 - rows);
});
