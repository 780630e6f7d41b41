import { doublesOf, rowsOf } from "../../../../platform/sql/spark/spark-rows";

const column = (kind: string, values: unknown[], nulls: number[] = []) => ({
  boolVal: null,
  [kind]: { values, nulls: Uint8Array.from(nulls) },
});

test("values come back as they are, a decimal as the number that it is, whole numbers as numbers", () => {
  const names = [
    { name: "a.b", type: 3 },
    { name: "text", type: 7 },
    { name: "decimal", type: 15 },
    { name: "whole", type: 4 },
    { name: "flag", type: 0 },
  ];
  const columns = [
    column("doubleVal", [0.5, 0], [0b10]),
    column("stringVal", ["é", "1.50"]),
    column("stringVal", ["1.50", "2"]),
    column("i64Val", [{ toNumber: () => 7 }, { toNumber: () => -8 }]),
    column("boolVal", [true, false], [0b01]),
  ];
  expect(rowsOf(names, columns)).toEqual([
    { "a.b": 0.5, text: "é", decimal: 1.5, whole: 7, flag: null },
    { "a.b": null, text: "1.50", decimal: 2, whole: -8, flag: false },
  ]);
  expect(rowsOf(names, [])).toEqual([]);
});

test("of doubles NULL is NaN, in every byte of the bits", () => {
  const values = Array.from({ length: 10 }, (_, row) => row);
  const [found] = doublesOf([column("doubleVal", values, [0, 0b10])]);
  expect(Array.from(found ?? [])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, NaN]);
});
