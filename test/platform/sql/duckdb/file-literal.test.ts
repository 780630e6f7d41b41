import path from "node:path";
import { fileLiteral } from "../../../../platform/sql/duckdb/file-literal";

test.each([
  ["/data/d1.csv", "'/data/d1.csv'"],
  ["/data/d[1].csv", "'/data/d[[]1].csv'"],
  ["/data/a*b?.csv", "'/data/a[*]b[?].csv'"],
  ["/data/[!a]/**/x.csv", "'/data/[[]!a]/[*][*]/x.csv'"],
  ["/data/it's.csv", "'/data/it''s.csv'"],
  ["/data/a\\b.csv", "'/data/a\\b.csv'"],
  ["~/x.csv", `'${path.resolve("~/x.csv")}'`],
])("%s names that file alone: %s", (file, expected) => {
  expect(fileLiteral(file)).toBe(expected);
});

test("a path that no pattern can name is refused by name", () => {
  expect(() => fileLiteral("/data/a\\b[1].csv")).toThrow(
    "/data/a\\b[1].csv has a backslash and one of * ? [ in its path. Either may be there, not both. Rename the file or its folder.",
  );
});
