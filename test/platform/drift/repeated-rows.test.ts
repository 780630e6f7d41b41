import { effectiveRows, RepeatedRows } from "../../../platform/drift/repeated-rows";

function alikeOf(times: number, different: number): number {
  const rows = new RepeatedRows();
  for (let time = 0; time < times; time++) {
    for (let row = 0; row < different; row++) rows.add([row, "x", null]);
  }
  return rows.alike;
}

test.each([
  ["rows that all differ", 1, 500, 1],
  ["rows that came ten times each", 10, 100, 10],
  ["one row", 40, 1, 40],
  ["more different rows than are counted", 3, 45_000, 3],
])("%s", (_, times, different, alike) => {
  expect(alikeOf(times, different)).toBeCloseTo(alike, 12);
});

test("nothing is alike without rows", () => {
  expect(new RepeatedRows().alike).toBe(1);
});

test("rows that came unequally often count as often as a row meets another like it", () => {
  const rows = new RepeatedRows();
  for (const value of [1, 1, 1, 2]) rows.add([value]);
  // (3² + 1²) / 4
  expect(rows.alike).toBe(2.5);
});

test.each([
  ["each came ten times", 1000, 10, 0, 100],
  ["all differ", 1000, 1, 0, 1000],
  ["chance makes some alike, as in the reference", 1000, 1.4995, 0.0005, 1000],
  ["chance makes some alike, and they came again", 1000, 10.4995, 0.0005, 100],
  ["there are few different rows, so that they say nothing", 1000, 250, 0.25, 1000],
  ["the reference does not know", 1000, 10, undefined, 1000],
])("effective rows when %s", (_, rows, alike, chance, expected) => {
  expect(effectiveRows(rows, alike, chance)).toBeCloseTo(expected, 9);
});
