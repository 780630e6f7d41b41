import { describeSettings } from "../../../platform/settings/describe-settings";
import { readSettings } from "../../../platform/settings/settings";
import { sqlEngineFaults } from "../../../platform/settings/sql-engine-settings";

const spark = { MLOPS_SQL_ENGINE: "spark", MLOPS_SPARK_ADDRESS: "https://spark.example/cliservice" };

test("an engine and an address are all that a cluster without sign-in takes", () => {
  expect(readSettings("cli", spark)).toMatchObject({
    sqlEngine: "spark",
    sparkAddress: "https://spark.example/cliservice",
    sparkFolders: [],
  });
});

test("folders are what this machine and the cluster call them", () => {
  const folders = "/mnt/data/=abfss://data@account.dfs.core.windows.net/, /dbfs=dbfs:/";
  expect(readSettings("training", { ...spark, MLOPS_SPARK_FOLDERS: folders }).sparkFolders).toEqual([
    { here: "/mnt/data", there: "abfss://data@account.dfs.core.windows.net" },
    { here: "/dbfs", there: "dbfs:" },
  ]);
});

test.each<[string, Record<string, string>, string]>([
  ["an engine that there is not", { MLOPS_SQL_ENGINE: "sparc" }, 'MLOPS_SQL_ENGINE is "sparc"'],
  ["no address", { MLOPS_SQL_ENGINE: "spark" }, "MLOPS_SPARK_ADDRESS is not set"],
  ["an address without a scheme", { ...spark, MLOPS_SPARK_ADDRESS: "spark:10001" }, "Expected an http://"],
  [
    "a user in the address",
    { ...spark, MLOPS_SPARK_ADDRESS: "https://u:p@spark.example/x" },
    "without a user",
  ],
  [
    "an address that nothing uses",
    { MLOPS_SPARK_ADDRESS: spark.MLOPS_SPARK_ADDRESS },
    'MLOPS_SPARK_ADDRESS is set, and MLOPS_SQL_ENGINE is not "spark"',
  ],
  [
    "folders that nothing uses",
    { MLOPS_SPARK_FOLDERS: "/a=dbfs:/a" },
    'MLOPS_SPARK_FOLDERS is set, and MLOPS_SQL_ENGINE is not "spark"',
  ],
  [
    "an identity beside a token",
    { ...spark, MLOPS_SPARK_AUTH: "entra", MLOPS_SPARK_TOKEN: "t" },
    'MLOPS_SPARK_AUTH is "entra" beside MLOPS_SPARK_TOKEN. Sign in by one of them',
  ],
  [
    "an identity's token that everyone could read",
    { ...spark, MLOPS_SPARK_ADDRESS: "http://spark.example/x", MLOPS_SPARK_AUTH: "entra" },
    "Use its https:// address, or unset MLOPS_SPARK_AUTH",
  ],
  [
    "an identity without Spark",
    { MLOPS_SPARK_AUTH: "entra" },
    'MLOPS_SPARK_AUTH is set, and MLOPS_SQL_ENGINE is not "spark"',
  ],
  ["a user without a password", { ...spark, MLOPS_SPARK_USER: "u" }, "Set both, or neither"],
  [
    "two ways to sign in",
    { ...spark, MLOPS_SPARK_TOKEN: "t", MLOPS_SPARK_USER: "u", MLOPS_SPARK_PASSWORD: "p" },
    "Sign in by one of them",
  ],
  [
    "a token that others could read on its way",
    { ...spark, MLOPS_SPARK_ADDRESS: "http://spark.example/x", MLOPS_SPARK_TOKEN: "t" },
    "MLOPS_SPARK_TOKEN would be sent",
  ],
  [
    "a folder that is no absolute path",
    { ...spark, MLOPS_SPARK_FOLDERS: "data=dbfs:/a" },
    "MLOPS_SPARK_FOLDERS is",
  ],
])("%s is refused", (_, env, message) => {
  expect(() => readSettings("cli", env)).toThrow(message);
});

test("what the cluster calls a job's data is a setting of jobs alone", () => {
  const data = { ...spark, MLOPS_SPARK_DATA: "abfss://data@account.dfs.core.windows.net/churn/" };
  expect(readSettings("training", data).sparkData).toBe("abfss://data@account.dfs.core.windows.net/churn");
  expect(() => readSettings("training", { MLOPS_SPARK_DATA: data.MLOPS_SPARK_DATA })).toThrow(
    "MLOPS_SPARK_DATA is set, and MLOPS_SQL_ENGINE is not",
  );
  expect(() => readSettings("cli", data)).toThrow("MLOPS_SPARK_DATA is a setting of the training process");
});

test("a password may go to this machine unencrypted", () => {
  const settings = {
    sqlEngine: "spark",
    sparkAuth: "given",
    sparkUser: "u",
    sparkPassword: "p",
    sparkFolders: [],
  } as const;
  expect(sqlEngineFaults({ ...settings, sparkAddress: "http://127.0.0.1:10001/cliservice" })).toEqual([]);
});

test("what signs in is never shown", () => {
  const token = "dapi0123456789";
  const shown = JSON.stringify(describeSettings(readSettings("cli", { ...spark, MLOPS_SPARK_TOKEN: token })));
  expect(shown).toContain("********");
  expect(shown).not.toContain(token);
});
