import { findRowsWhere, rowsWhere } from "../../../platform/sql/rows-where";

test.each(["NOT _held_out", "x IN (SELECT y FROM folds WHERE fold IN (1, 2))", "TRUE"])(
  "rows where %s are known again",
  (condition) => {
    expect(findRowsWhere(rowsWhere("data", condition))).toEqual({ relation: "data", condition });
  },
);

test.each([
  "data",
  "range(10)",
  "(SELECT * FROM data WHERE x > 1) AS others",
  "(SELECT * FROM (SELECT 1 AS x) AS t WHERE x > 1) AS rows_where",
  "(SELECT * FROM data) AS rows_where",
])("%s is no such relation", (from) => {
  expect(findRowsWhere(from)).toBeUndefined();
});
