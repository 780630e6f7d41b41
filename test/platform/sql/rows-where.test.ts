import { findRowsWhere, rowsWhere } from "../../../platform/sql/rows-where";

test.each(["x IN (SELECT y FROM folds WHERE fold IN (1, 2))", "x = 1", "NOT x OR y"])(
  "rows where %s are known again",
  (condition) => {
    const found = { relation: "data", condition: `(${condition})`, isColumn: false, isMet: true };
    expect(findRowsWhere(rowsWhere("data", condition))).toEqual(found);
  },
);

test("rows of a column and the others are told by one condition", () => {
  const found = { relation: "data", condition: "_held_out", isColumn: true };
  expect(findRowsWhere(rowsWhere("data", "_held_out"))).toEqual({ ...found, isMet: true });
  expect(findRowsWhere(rowsWhere("data", "NOT _held_out"))).toEqual({ ...found, isMet: false });
});

test.each([
  "data",
  "range(10)",
  "(SELECT * FROM data WHERE x > 1) AS others",
  "(SELECT * FROM (SELECT 1 AS x) AS t WHERE x > 1) AS rows_where",
  "(SELECT * FROM data) AS rows_where",
])("%s is no such relation", (from) => {
  expect(findRowsWhere(from)).toBeUndefined();
});
