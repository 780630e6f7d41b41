import { pathOfCluster, patternOfCluster } from "../../../../platform/sql/spark/spark-server";

const folders = [{ here: "/mnt/data", there: "abfss://data@account.dfs.core.windows.net" }];

test.each([
  ["/mnt/data/a.csv", "abfss://data@account.dfs.core.windows.net/a.csv"],
  ["/mnt/data", "abfss://data@account.dfs.core.windows.net"],
  ["/mnt/database/a.csv", "file:/mnt/database/a.csv"],
])("%s is %s to the cluster", (here, there) => {
  expect(pathOfCluster(here, folders)).toBe(there);
});

test("what would be a pattern names one file", () => {
  expect(patternOfCluster("/d[1]/{a,b}*?.csv", [])).toBe("file:/d\\[1\\]/\\{a,b\\}\\*\\?.csv");
});
