import { mkdirSync, writeFileSync } from "node:fs";
import { SparkEngine } from "../../../../platform/sql/spark/spark-engine";
import { useTemporaryFolder } from "../../base/temporary-folder";
import { serveHive, type Answer, type HiveServer } from "./hive-server";

const folder = useTemporaryFolder();
let server: HiveServer;
afterEach(() => server.close());

const numbers = (name: string, values: readonly (number | null)[]): Answer => [
  { name, kind: "doubleVal", type: 6, values },
];

async function open(answer: (sql: string) => Answer = () => [], signal?: AbortSignal): Promise<SparkEngine> {
  server = await serveHive(answer);
  return SparkEngine.open({ address: server.address, folders: [] }, signal);
}

test("a session is in UTC, has a database of its own, and drops it at the end", async () => {
  const engine = await open();
  await engine.run(`CREATE TABLE t AS SELECT 'it''s' AS "a b"`);
  await engine.close();
  const [database] = server.asked.flatMap(
    (sql) => /^CREATE DATABASE (mlops_[0-9a-f]{32})$/.exec(sql)?.[1] ?? [],
  );
  expect(server.asked).toEqual(
    expect.arrayContaining([
      "SET spark.sql.ansi.enabled=false",
      "SET spark.sql.session.timeZone=UTC",
      `USE ${database}`,
    ]),
  );
  expect(server.asked.slice(-3)).toEqual([
    "CREATE TABLE t AS SELECT 'it\\'s' AS `a b`",
    `DROP DATABASE IF EXISTS ${database} CASCADE`,
    "TCloseSessionResp",
  ]);
});

test("rows come back with their types, and the version without its build", async () => {
  const engine = await open((sql) =>
    sql.includes("version()")
      ? [{ name: "version", kind: "stringVal", type: 7, values: ["4.3.0 abc"] }]
      : [
          { name: "n.a", kind: "i64Val", type: 4, values: [7, null] },
          { name: "d", kind: "stringVal", type: 15, values: ["1.50", "2"] },
        ],
  );
  expect(await engine.rows("SELECT 1")).toEqual([
    { "n.a": 7, d: 1.5 },
    { "n.a": null, d: 2 },
  ]);
  expect(`${engine.name} ${await engine.version()}`).toBe("spark 4.3.0");
  await engine.close();
});

test("blocks are sorted by row, and asked for once as long as nothing changes", async () => {
  const engine = await open((sql) => (sql.includes("CAST(x AS DOUBLE)") ? numbers("c0", [1, null, 3]) : []));
  const read = async (): Promise<number[]> => {
    const found: number[] = [];
    for await (const [block] of engine.blocks(["x"], "data", { again: true })) found.push(...(block ?? []));
    return found;
  };
  expect(await read()).toEqual([1, NaN, 3]);
  await engine.run("CREATE TABLE other AS SELECT 1", { changes: false });
  expect(await read()).toEqual([1, NaN, 3]);
  await engine.run("DROP TABLE other");
  expect(await read()).toEqual([1, NaN, 3]);
  expect(server.asked.filter((sql) => sql.includes("AS DOUBLE"))).toEqual(
    new Array(2).fill("SELECT CAST(x AS DOUBLE) AS c0 FROM data ORDER BY _row"),
  );
  await engine.close();
});

test("columns say which are numbers, and which of 32 bits", async () => {
  const engine = await open(() => [
    { name: "col_name", kind: "stringVal", type: 7, values: ["a", "b", "c"] },
    { name: "data_type", kind: "stringVal", type: 7, values: ["float", "bigint", "decimal(20,0)"] },
  ]);
  const [a, b, c] = await engine.columns("SELECT * FROM t");
  expect(a).toEqual({ name: "a", type: "FLOAT", singlePrecision: true, binaryNumber: true });
  expect(b).toMatchObject({ singlePrecision: false, binaryNumber: true });
  expect(c).toMatchObject({ type: "DECIMAL(20,0)", binaryNumber: false });
  await engine.close();
});

test("rows of several Parquet files are numbered behind those of the files before", async () => {
  const engine = await open((sql) => (sql.includes("count(*)") ? numbers("n", [5]) : []));
  const { from, rowNumber } = await engine.parquetRows(["/d/1.parquet", "/d/2.parquet"], ["a"]);
  expect(rowNumber).toBe('"(row)"');
  expect(from).toContain(
    'SELECT "a", 0 + _metadata.row_index + 1 AS "(row)" FROM parquet."file:/d/1.parquet"',
  );
  expect(from).toContain(
    'SELECT "a", 5 + _metadata.row_index + 1 AS "(row)" FROM parquet."file:/d/2.parquet"',
  );
  await engine.close();
});

test("a Parquet file is the one part that the cluster has written, in its place", async () => {
  const file = folder("train.parquet");
  const engine = await open((sql) => {
    if (sql.startsWith("INSERT") && sql.includes("train.parquet")) {
      mkdirSync(`${file}.parts`);
      writeFileSync(`${file}.parts/part-0.parquet`, "PAR1");
    }
    return [];
  });
  await engine.writeParquet("SELECT 1", file);
  expect(server.asked.at(-1)).toBe(
    `INSERT OVERWRITE DIRECTORY 'file:${file}.parts' USING parquet SELECT /*+ COALESCE(1) */ * FROM (SELECT 1) AS written`,
  );
  await expect(engine.writeParquet("SELECT 1", folder("none", "x.parquet"))).rejects.toMatchObject({
    code: "STORAGE_FAILED",
    message: expect.stringContaining("Set MLOPS_HOME to a folder that both see"),
  });
  await engine.close();
});

test("a file that the cluster does not see is named as both call it; other failures are Spark's", async () => {
  const engine = await open((sql) => {
    if (sql.includes("VIEW"))
      return { error: "Error running query: [PATH_NOT_FOUND] Path does not exist.\n\tat x" };
    return sql === "SELECT oops" ? { error: "[PARSE_SYNTAX_ERROR] Syntax error at or near 'oops'" } : [];
  });
  const facts = { columns: 1, delimiter: ",", gzip: false };
  await expect(engine.csvRows("/d/x.csv", facts)).rejects.toMatchObject({
    code: "DATA_UNREADABLE",
    message: expect.stringMatching(
      /^\/d\/x\.csv is here, but Spark at .* sees no file:\/d\/x\.csv\. .*MLOPS_SPARK_FOLDERS/,
    ),
  });
  await expect(engine.rows("SELECT oops")).rejects.toMatchObject({
    code: "REMOTE_FAILED",
    message: expect.stringContaining(
      "could not do what was asked: [PARSE_SYNTAX_ERROR] Syntax error at or near 'oops'.",
    ),
  });
  await engine.close();
});

test("work that is stopped is cancelled, and the database dropped", async () => {
  const stop = new AbortController();
  const engine = await open((sql) => (sql === "SELECT long" ? "runs on" : []), stop.signal);
  const asked = engine.rows("SELECT long");
  stop.abort();
  await expect(asked).rejects.toMatchObject({ code: "INTERRUPTED" });
  await engine.close();
  const last = server.asked.slice(-3);
  expect([last[0], last[2]]).toEqual(["TCancelOperationResp", "TCloseSessionResp"]);
  expect(last[1]).toMatch(/^DROP DATABASE/);
});

test("a server that goes away while it works is named, and the engine can be closed", async () => {
  const engine = await open((sql) => (sql === "SELECT long" ? "runs on" : []));
  const asked = engine.rows("SELECT long");
  const { address } = server;
  const failure = {
    code: "REMOTE_FAILED",
    message: expect.stringContaining(`Spark at ${address} does not answer`),
  };
  const refused = expect(asked).rejects.toMatchObject(failure);
  await server.close();
  await refused;
  await expect(engine.rows("SELECT 1")).rejects.toMatchObject(failure);
  await engine.close();
});
