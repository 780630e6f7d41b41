import { openEngine, openEngineAt, type SqlPlace } from "../../platform/sql/open-engine";
import { checkData } from "../../platform/data/checks";
import { loadData } from "../../platform/data/source";
import { splitData } from "../../platform/data/split";
import { measureDrift } from "../../platform/drift/drift";
import { profileTable, profileTableAgainst } from "../../platform/drift/profile-table";
import { featuresOf } from "../../platform/definition/definition";
import { computeMetrics } from "../../platform/metrics/compute-metrics";
import type { SqlEngine } from "../../platform/sql/engine";
import { rowsOf, scoreLinearRows } from "../../training/evaluation/score-rows";
import { sqlEngineContract } from "../platform/sql/sql-engine.contract";
import { checkFile, fixture, sample } from "../platform/data/check-file";
import { shippedDefinition, splitOf } from "../training/shipped-data";
import { fitLinearModel } from "../training/trainers/fit-linear-model";

/** Address of a Spark server that sees the files of this machine. */
const address = process.env.SPARK_SQL_ADDRESS;
const place: SqlPlace = { spark: { address: address ?? "", folders: [] } };

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

if (address === undefined) {
  test.skip("Spark does as the engine in this process (skipped: SPARK_SQL_ADDRESS is not set)", () => {});
} else {
  describe("Spark", () => {
    sqlEngineContract(() => openEngineAt(place));

    test.each(["diabetes", "titanic"] as const)(
      "fits, measures and profiles %s as the engine in this process does",
      async (name) => {
        const [spark, embedded] = [await openEngineAt(place), await openEngine()];
        try {
          const found = await outcomeOn(spark, name);
          expect(differences(found, await outcomeOn(embedded, name))).toEqual([]);
        } finally {
          await spark.close();
          await embedded.close();
        }
      },
    );

    test("finds the same faults in data", async () => {
      const [spark, embedded] = [await openEngineAt(place), await openEngine()];
      const definition = shippedDefinition("titanic");
      try {
        const report = await checkFile(spark, definition, fixture("titanic-faulty"));
        expect(report.findings).not.toEqual([]);
        expect(report).toEqual(await checkFile(embedded, definition, fixture("titanic-faulty")));
      } finally {
        await spark.close();
        await embedded.close();
      }
    });
  });
}
