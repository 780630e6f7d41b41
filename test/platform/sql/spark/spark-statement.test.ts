import { toSparkSql } from "../../../../platform/sql/spark/spark-statement";

test.each([
  ['SELECT "a b" FROM t', "SELECT `a b` FROM t"],
  ['SELECT "say ""hi""", "b`c"', 'SELECT `say "hi"`, `b``c`'],
  ["SELECT 'it''s'", "SELECT 'it\\'s'"],
  ["SELECT 'a\\b', '', 'say \"hi\"'", "SELECT 'a\\\\b', '', 'say \"hi\"'"],
  [`SELECT "it's" = 'x "y'`, "SELECT `it's` = 'x \"y'"],
  ["SELECT ''''", "SELECT '\\''"],
])("%s has Spark's quotes", (common, spark) => {
  expect(toSparkSql(common)).toBe(spark);
});
