import { takeRows } from "../../../platform/model/take-rows";

const table = {
  rows: 3,
  columns: new Map<string, Float64Array | Uint8Array | string[]>([
    ["x", new Float64Array([1, NaN, 3])],
    ["vip", new Uint8Array([0, 1, 1])],
    ["port", ["a", "", "c"]],
  ]),
};

test.each([[[2, 1]], [[]]])("the rows %j are taken of every column, in their order", (rows) => {
  const taken = takeRows(table, rows);
  expect(taken.rows).toBe(rows.length);
  expect([...taken.columns]).toEqual([
    ["x", Float64Array.from(rows, (row) => [1, NaN, 3][row] ?? -1)],
    ["vip", Uint8Array.from(rows, (row) => [0, 1, 1][row] ?? 9)],
    ["port", rows.map((row) => ["a", "", "c"][row])],
  ]);
});
