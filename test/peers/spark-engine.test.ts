import { readFile, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import path from "node:path";
import { openEngine, openEngineAt, type SqlPlace } from "../../platform/sql/open-engine";
import { loadData, loadText } from "../../platform/data/source";
import { splitData } from "../../platform/data/split/split";
import { measureDrift } from "../../platform/drift/drift";
import { profileTable, profileTableAgainst } from "../../platform/drift/profile-table";
import { featuresOf } from "../../platform/definition/definition";
import { computeMetrics } from "../../platform/metrics/compute-metrics";
import type { SqlEngine } from "../../platform/sql/engine";
import { rowsOf, scoreLinearRows } from "../../training/evaluation/score-rows";
import { sqlEngineContract } from "../platform/sql/sql-engine.contract";
import { useTemporaryFolder } from "../platform/base/temporary-folder";
import { checkFile, sample } from "../platform/data/check-file";
import { shippedDefinition, splitOf } from "../training/shipped-data";
import { fitLinearModel } from "../training/trainers/fit-linear-model";

/** Address of a Spark server that sees the files of this machine. */
const address = process.env.SPARK_SQL_ADDRESS ?? "";
const skipReason = address === "" ? "SPARK_SQL_ADDRESS is not set" : undefined;
const place: SqlPlace = { spark: { address, folders: [] } };

/** What a model is made of and measured by. */
async function outcomeOn(engine: SqlEngine, name: "diabetes" | "titanic"): Promise<unknown> {
  const definition = shippedDefinition(name);
  const source = await loadData(engine, definition, sample(name));
  await splitData({ engine, definition, source }, splitOf(definition));
  const linear = await fitLinearModel(engine, definition, rowsOf("training"));
  const scored = await scoreLinearRows(engine, definition, { linear, from: rowsOf("held-out") });
  const columns = await profileTable(engine, rowsOf("training"), featuresOf(definition));
  const current = await profileTableAgainst(engine, rowsOf("held-out"), columns);
  const rows = {
    reference: { rows: source.rows, columns },
    current: { rows: source.rows, columns: current },
  };
  return {
    linear,
    metrics: computeMetrics(definition.task, scored),
    columns,
    drift: measureDrift(rows.reference, rows.current, definition.drift),
  };
}

/** Whether two results are the same, numbers to 1e-9 of their size. */
function differences(one: unknown, other: unknown, at = ""): string[] {
  if (typeof one === "number" && typeof other === "number") {
    const isNear = Object.is(one, other) || Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(other));
    return isNear ? [] : [`${at}: ${one} and ${other}`];
  }
  if (typeof one !== "object" || one === null || typeof other !== "object" || other === null)
    return one === other ? [] : [`${at}: ${String(one)} and ${String(other)}`];
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].flatMap((key) =>
    differences(
      (one as Record<string, unknown>)[key],
      (other as Record<string, unknown>)[key],
      `${at}.${key}`,
    ),
  );
}

(skipReason === undefined ? describe : describe.skip)(
  `Spark${skipReason ? ` (skipped: ${skipReason})` : ""}`,
  () => {
    const folder = useTemporaryFolder();
    sqlEngineContract(() => openEngineAt(place));

    describe("beside the engine in this process", () => {
      let [spark, embedded]: SqlEngine[] = [];
      beforeAll(async () => {
        [spark, embedded] = [await openEngineAt(place), await openEngine()];
      });
      afterAll(async () => {
        await spark?.close();
        await embedded?.close();
      });
      /** What both give. */
      async function ofBoth<T>(ask: (engine: SqlEngine) => Promise<T>): Promise<[T, T]> {
        if (spark === undefined || embedded === undefined) throw new Error("An engine was not opened.");
        return [await ask(spark), await ask(embedded)];
      }

      test.each(["diabetes", "titanic"] as const)("fits, measures and profiles %s alike", async (name) => {
        const [found, expected] = await ofBoth((engine) => outcomeOn(engine, name));
        expect(differences(found, expected)).toEqual([]);
      });

      test("finds the same faults in data", async () => {
        const definition = shippedDefinition("titanic");
        const [header = "", first = "", ...lines] = (await readFile(sample("titanic"), "utf8")).split("\n");
        const faulty = lines.map((line, index) => {
          if (index === 1) return line.replace(/,(fe)?male,/, ",unknown,");
          if (index === 2) return line.replace(/,(fe)?male,[^,]*,/, ",male,old,");
          return index > 1000 ? first : line;
        });
        const file = folder("faulty.csv");
        await writeFile(file, [header, first, ...faulty].join("\n"));
        const [report, expected] = await ofBoth((engine) => checkFile(engine, definition, file));
        expect(report.findings.map(({ check }) => check)).toEqual(expect.arrayContaining(["type", "values"]));
        expect(report).toEqual(expected);
      });
    });

    test("is named when it goes away while it is worked with, and what was open can be closed", async () => {
      const { hostname, port, pathname } = new URL(address);
      const between = createServer((client) => {
        const server = connect(Number(port), hostname);
        client.on("error", () => server.destroy()).on("close", () => server.destroy());
        server.on("error", () => client.destroy()).on("close", () => client.destroy());
        open.add(client);
        client.pipe(server).pipe(client);
      });
      const open = new Set<Socket>();
      await new Promise<void>((resolve) => between.listen(0, "127.0.0.1", resolve));
      const own = `http://127.0.0.1:${(between.address() as AddressInfo).port}${pathname}`;
      const engine = await openEngineAt({ spark: { address: own, folders: [] } });
      try {
        expect(await engine.rows("SELECT 1 AS x")).toEqual([{ x: 1 }]);
        const asked = engine.rows("SELECT sum(sin(id)) AS n FROM range(50000000)");
        const closed = new Promise((resolve) => between.close(resolve));
        setTimeout(() => {
          for (const socket of open) socket.destroy();
        }, 500);
        const failure = {
          code: "REMOTE_FAILED",
          message: expect.stringContaining(`Spark at ${own} does not answer`),
        };
        await expect(asked).rejects.toMatchObject(failure);
        await closed;
        await expect(engine.rows("SELECT 1 AS x")).rejects.toMatchObject(failure);
      } finally {
        await engine.close();
      }
    });

    test("stops what it works on when it is told to, and leaves no tables", async () => {
      const stop = new AbortController();
      const engine = await openEngineAt({ ...place, signal: stop.signal });
      const [row] = await engine.rows("SELECT current_database() AS name");
      setTimeout(() => stop.abort(), 500);
      try {
        await expect(engine.rows("SELECT sum(sin(id)) AS n FROM range(500000000)")).rejects.toMatchObject({
          code: "INTERRUPTED",
        });
      } finally {
        await engine.close();
      }
      const other = await openEngineAt(place);
      try {
        expect(await other.rows(`SHOW DATABASES LIKE '${String(row?.name)}'`)).toEqual([]);
      } finally {
        await other.close();
      }
    });

    test("says that it does not see a file, what it calls it, and what to do", async () => {
      const file = folder("here.csv");
      await writeFile(file, "x,y\n1,2\n");
      const folders = [{ here: path.dirname(file), there: "file:/nowhere" }];
      const engine = await openEngineAt({ spark: { address, folders } });
      try {
        await expect(loadText(engine, file)).rejects.toMatchObject({
          code: "DATA_UNREADABLE",
          message: expect.stringMatching(
            /is here, but Spark at .* sees no file:\/nowhere\/here\.csv\. .*MLOPS_SPARK_FOLDERS/,
          ),
        });
      } finally {
        await engine.close();
      }
    });
  },
);
