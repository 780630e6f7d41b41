import { sqlPlaceOf } from "../../../platform/data/sql-place";

const address = "https://spark.example/cliservice";
const folders = [{ here: "/data", there: "dbfs:/data" }];
const spark = {
  sqlEngine: "spark",
  sparkAddress: address,
  sparkAuth: "given",
  sparkFolders: folders,
} as const;

test("data is worked on in this process, or at the server that is set", () => {
  expect(sqlPlaceOf({ sqlEngine: "duckdb", sparkAuth: "given", sparkFolders: [] })).toEqual({});
  const { signal } = new AbortController();
  expect(sqlPlaceOf({ ...spark, sparkToken: "t" }, signal)).toEqual({
    signal,
    spark: { address, token: "t", folders },
  });
});

test("a job's data has the cluster's own path before all others", () => {
  const there = "abfss://data@account.dfs.core.windows.net/churn";
  const { spark: server } = sqlPlaceOf(spark, undefined, { here: "/data/in", there });
  expect(server?.folders).toEqual([{ here: "/data/in", there }, ...folders]);
  expect(sqlPlaceOf(spark, undefined, { here: "/data/in", there: undefined }).spark?.folders).toEqual(
    folders,
  );
});

test("where this process's identity signs in, its tokens are asked for, and none is kept", () => {
  const { spark: server } = sqlPlaceOf({ ...spark, sparkAuth: "entra" });
  expect(server).toMatchObject({ tokens: expect.any(Function) as unknown });
  expect(server?.token).toBeUndefined();
});
