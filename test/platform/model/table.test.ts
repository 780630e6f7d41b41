import type { Signature } from "../../../platform/model/signature";
import { featureTable } from "../../../platform/model/table";

const signature: Signature = {
  task: "regression",
  inputs: [
    { name: "age", type: "number", nullable: true },
    { name: "port", type: "category", nullable: true },
    { name: "vip", type: "boolean", nullable: false },
  ],
  target: { name: "y" },
};

test("rows become columns in signature order, missing values NaN and empty text", () => {
  const table = featureTable(signature, [
    { vip: true, port: "S", age: 3, other: 1 },
    { vip: false, port: null, age: null },
  ]);
  expect(table.rows).toBe(2);
  expect([...table.columns]).toEqual([
    ["age", Float64Array.of(3, NaN)],
    ["port", ["S", ""]],
    ["vip", Uint8Array.of(1, 0)],
  ]);
});

test("no rows make empty columns", () => {
  const { rows, columns } = featureTable(signature, []);
  expect([rows, ...[...columns.values()].map((values) => values.length)]).toEqual([0, 0, 0, 0]);
});

test.each([
  [
    { age: "3", port: "S", vip: true },
    'Row 2: feature "age" is "3". A number or null is expected. Correct the row.',
  ],
  [
    { port: "S", vip: true },
    'Row 2: feature "age" is absent. A number or null is expected. Correct the row.',
  ],
  [
    { age: 1, port: 1, vip: true },
    'Row 2: feature "port" is 1. A category or null is expected. Correct the row.',
  ],
  [
    { age: 1, port: "S\0T", vip: true },
    'Row 2: feature "port" is "S\\u0000T". A category or null is expected. Correct the row.',
  ],
  [{ age: 1, port: "S", vip: null }, 'Row 2: feature "vip" is null. A boolean is expected. Correct the row.'],
  [{ age: 1, port: "S", vip: 1 }, 'Row 2: feature "vip" is 1. A boolean is expected. Correct the row.'],
])("a row with another type is refused: %j", (row, message) => {
  const good = { age: 1, port: "S", vip: true };
  expect(() => featureTable(signature, [good, { ...row }])).toThrow(message);
});
