import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { checkData } from "../../../../platform/data/checks/checks";
import { findNewRows } from "../../../../platform/data/new-rows";
import { loadData } from "../../../../platform/data/source";
import { parseModelDefinition, type ModelDefinitionInput } from "../../../../platform/definition/definition";
import { profileTable } from "../../../../platform/drift/profile-table";
import { profileRecordsAgainst } from "../../../../platform/drift/profile-values";
import type { SqlEngine } from "../../../../platform/sql/engine";
import { openEngine } from "../../../../platform/sql/open-engine";
import { checkFile } from "../check-file";

let engine: SqlEngine;
let folder: string;
beforeAll(async () => {
  engine = await openEngine();
  folder = await mkdtemp(path.join(tmpdir(), "mlops-dates-"));
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

const dates = ["hour", { daysSince: "sold" }] as const;
const definitionOf = (changes: Partial<ModelDefinitionInput> = {}) =>
  parseModelDefinition(
    {
      name: "dated",
      task: "regression",
      data: "data.csv",
      columns: [
        {
          name: "made",
          type: "date",
          parts: [...dates],
          range: ["2020-01-01", "2026-12-31T23:59:59Z"],
          nullable: true,
        },
        { name: "sold", type: "date", parts: ["month"] },
        { name: "y", type: "number", role: "target" },
      ],
      checks: { minRows: 1 },
      trainer: { kind: "ridge", alpha: 1 },
      gate: { metric: "rmse" },
      ...changes,
    },
    "the test's definition",
  );
const definition = definitionOf();

async function write(name: string, lines: readonly string[]): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, ["made,sold,y", ...lines, ""].join("\n"));
  return file;
}

test("Parquet's dates and timestamps are those of the same texts in CSV", async () => {
  const csv = await write("same.csv", ["2024-02-29 23:30:00.25,2024-03-01,1", ",2100-02-28,2"]);
  const parquet = path.join(folder, "same.parquet");
  await engine.run(
    `COPY (SELECT TRY_CAST(made AS TIMESTAMP) AS made, CAST(sold AS DATE) AS sold, y FROM read_csv('${csv}', all_varchar = true)) TO '${parquet}' (FORMAT parquet)`,
  );
  const zoned = path.join(folder, "zoned.parquet");
  await engine.run(
    `COPY (SELECT epoch_ms(CAST(epoch(CAST(made AS TIMESTAMP)) * 1000 AS BIGINT))::TIMESTAMP AT TIME ZONE 'UTC' AS made, CAST(sold AS TIMESTAMP_NS) AS sold, y FROM read_csv('${csv}', all_varchar = true)) TO '${zoned}' (FORMAT parquet)`,
  );
  const found = [];
  for (const file of [csv, parquet, zoned]) {
    const source = await loadData(engine, definition, file);
    expect((await checkData(engine, definition, source)).findings).toEqual([]);
    found.push(await engine.rows("SELECT made, sold, y FROM data ORDER BY y"));
  }
  const expected = [
    { made: 1709249400.25, sold: 1709251200, y: 1 },
    { made: null, sold: 4107456000, y: 2 },
  ];
  expect(found).toEqual([expected, expected, expected]);
});

test("a text that is no date, a day that is none and one out of range are found, with their rows", async () => {
  const file = await write("faults.csv", [
    ...[
      "2025-01-31,2025-02-01,1",
      "31.01.2025,2025-02-01,2",
      "2025-02-29,2025-02-01,3",
      "2019-12-31,2025-02-01,4",
    ],
    ...["2027-01-01,,5", "2026-12-31T23:59:59Z,2025-02-01,6"],
  ]);
  const { findings } = await checkFile(engine, definition, file);
  expect(findings).toMatchObject([
    {
      check: "type",
      column: "made",
      message: expect.stringContaining(
        "holds something other than a date in 2 rows. A date or time is written as ISO 8601 has it, such as 2026-01-31",
      ) as string,
      examples: [
        { row: 2, value: "31.01.2025" },
        { row: 3, value: "2025-02-29" },
      ],
    },
    {
      check: "range",
      column: "made",
      message:
        'Column "made" is outside 2020-01-01 to 2026-12-31T23:59:59Z in 2 rows (it goes from 2019-12-31 to 2027-01-01). Correct the values, or widen the range in the definition.',
    },
    { check: "missing", column: "sold" },
  ]);
});

const hourly = (index: number, hour: number, days: number): string => {
  const made = Date.UTC(2021, 0, 1 + (index % 700), hour);
  return `${new Date(made).toISOString()},${new Date(made - days * 86_400_000).toISOString()},${index % 7}`;
};
const usual = Array.from({ length: 400 }, (_, index) => hourly(index, index % 24, index % 10));

test("later dates are the same population; other hours and other spans between dates are not", async () => {
  const champion = await write("champion.csv", usual);
  const later = await write(
    "later.csv",
    usual.map((line) =>
      line.replaceAll("2021-", "2024-").replaceAll("2022-", "2025-").replaceAll("2020-", "2023-"),
    ),
  );
  const of = async (file: string, changes: Partial<ModelDefinitionInput> = {}) =>
    (await checkFile(engine, definitionOf(changes), file, champion)).findings
      .filter(({ check }) => check === "distribution")
      .map(({ column, severity }) => [column, severity]);
  expect(await of(later)).toEqual([]);
  const nights = await write(
    "nights.csv",
    Array.from({ length: 400 }, (_, index) => hourly(index, index % 2, 300 + (index % 10))),
  );
  expect(await of(nights)).toEqual([
    ["made.hour", "error"],
    ["made.daysSince.sold", "error"],
  ]);
  // One date that moves is the cause of both.
  expect(await of(nights, { checks: { minRows: 1, mayMove: ["made"] } })).toEqual([
    ["made.hour", "warning"],
    ["made.daysSince.sold", "warning"],
  ]);
});

test("the prediction log, where dates are texts, is counted as the table was", async () => {
  const file = await write("logged.csv", usual);
  const source = await loadData(engine, definition, file);
  const columns = await profileTable(engine, "data", definition.columns);
  const inputs = usual.map((line) => {
    const [made = "", sold = ""] = line.split(",");
    return { made, sold };
  });
  const profile = await profileRecordsAgainst({ rows: source.rows, columns }, [
    { inputs, outputs: inputs.map(() => 0) },
    { inputs: [{ made: null, sold: "2026-01-01" }], outputs: [0] },
  ]);
  expect(Object.keys(profile.columns)).toEqual(["made.hour", "made.daysSince.sold"]);
  for (const [name, now] of Object.entries(profile.columns)) {
    const before = columns[name];
    if (before?.type !== "number" || now.type !== "number") throw new Error(`${name} is a number`);
    expect([name, now.counts, now.missing]).toEqual([name, before.counts, 1]);
  }
});

test("rows from the log that the data has are known, whatever the notation of their dates", async () => {
  const file = await write("known.csv", [
    "2025-01-31T12:00:00+02:00,2025-02-01T00:00:00Z,1",
    ",2025-02-02,2",
  ]);
  await loadData(engine, definition, file);
  const { rows, present } = await findNewRows(engine, definition, [
    { made: "2025-01-31T10:00:00Z", sold: "2025-02-01", y: 1 },
    { made: null, sold: "2025-02-02", y: 2 },
    { made: null, sold: "2025-02-03", y: 2 },
  ]);
  expect([present, rows]).toEqual([2, [{ made: null, sold: "2025-02-03", y: 2 }]]);
});
