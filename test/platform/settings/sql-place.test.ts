import { sqlPlaceOf } from "../../../platform/settings/sql-place";

const address = "https://spark.example/cliservice";

test("data is worked on in this process, or at the server that is set", () => {
  expect(sqlPlaceOf({ sqlEngine: "duckdb", sparkFolders: [] })).toEqual({});
  const folders = [{ here: "/data", there: "dbfs:/data" }];
  const { signal } = new AbortController();
  const settings = {
    sqlEngine: "spark",
    sparkAddress: address,
    sparkToken: "t",
    sparkFolders: folders,
  } as const;
  expect(sqlPlaceOf(settings, signal)).toEqual({ signal, spark: { address, token: "t", folders } });
});
