import { csvView, parquetRelation } from "../../../../platform/sql/spark/spark-files";

const facts = { columns: 2, delimiter: ";", gzip: false, name: "v", folders: [] };

test("a CSV file is a view of its texts, whose rows are numbered within the one partition that it is", () => {
  const { view, rows } = csvView("/data/it's.csv", facts);
  expect(view).toMatch(/^CREATE OR REPLACE TEMPORARY VIEW v \(c0 STRING, c1 STRING\) USING csv OPTIONS \(/);
  expect(view).toContain("path 'file:/data/it''s.csv', header 'true', sep ';'");
  expect(view).toContain("multiLine 'true'");
  expect(rows).toEqual({
    from: "(SELECT NULLIF(c0, '') AS c0, NULLIF(c1, '') AS c1 FROM v) AS fields",
    rowNumber: "(monotonically_increasing_id() & 8589934591) + 1",
  });
});

test.each([
  ["/data/a.csv", true, "does not end in .gz"],
  ["/data/a.csv.gz", false, "ends in .gz"],
])("%s, gzip %p, is refused, as Spark goes by the name", (file, gzip, message) => {
  expect(() => csvView(file, { ...facts, gzip })).toThrow(message);
});

test("a Parquet file is named by the path that the cluster has for it", () => {
  const folders = [{ here: "/data", there: "dbfs:/data" }];
  expect(parquetRelation('/data/a"b.parquet', folders)).toBe('parquet."dbfs:/data/a""b.parquet"');
});
