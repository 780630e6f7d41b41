import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { SqlEngine } from "../../../../platform/sql/engine";
import { openEngine } from "../../../../platform/sql/open-engine";
import { checkFile, fixture } from "../check-file";
import { diabetes, numbersOnly, scaledDiabetes, withColumns } from "../definitions";

let engine: SqlEngine;
let folder: string;
beforeAll(async () => {
  engine = await openEngine();
  folder = await mkdtemp(path.join(tmpdir(), "mlops-checks-"));
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

test("all findings of one file are in one report, each once", async () => {
  const definition = withColumns(
    { ...diabetes, checks: { ...diabetes.checks, minRows: 200 } },
    { name: "ward", type: "category", values: ["B"] },
  );
  const { findings, rows, columns } = await checkFile(engine, definition, fixture("extra-column"));
  expect(findings.map(({ check, column }) => [check, column])).toEqual([
    ["values", "ward"],
    ["rows", undefined],
  ]);
  expect([rows, columns]).toEqual([100, 12]);
});

test("a negative weight is out of range", async () => {
  const columns = scaledDiabetes.columns.map((column) =>
    column.name === "AGE" ? { ...column, role: "weight" as const } : column,
  );
  const { findings } = await checkFile(engine, { ...scaledDiabetes, columns }, fixture("scaled-good"));
  expect(findings).toMatchObject([{ check: "range", column: "AGE", severity: "error" }]);
  expect(findings[0]?.message).toMatch(
    /^Column "AGE" is outside 0 and more, as a weight has to be, in \d+ rows/,
  );
});

test("column names that the checks' own SQL uses are no trouble", async () => {
  const names = ["n", "v", "t", "p0", "d", "r", "value", "data_row", "first_row", 'a"b', "select", "y"];
  const file = path.join(folder, "names.csv");
  const row = (index: number): string =>
    names.map((_, column) => (index * (column + 3)) % (column + 7)).join();
  const lines = Array.from({ length: 60 }, (_, index) => row(index % 50));
  const header = names.map((name) => `"${name.replaceAll('"', '""')}"`).join();
  await writeFile(file, [header, ...lines, ""].join("\n"));
  const definition = numbersOnly(names);
  expect((await checkFile(engine, definition, file, file)).findings).toMatchObject([
    { check: "duplicates", count: 10 },
  ]);
  const ranged = definition.columns.map((column) => ({ ...column, range: [0, 3] as [number, number] }));
  const { findings } = await checkFile(
    engine,
    {
      ...definition,
      columns: ranged,
      checks: { ...definition.checks, maxDuplicates: 1 },
    },
    file,
  );
  expect(findings.map(({ check, column }) => [check, column])).toEqual(names.map((name) => ["range", name]));
  expect(findings[0]?.examples?.[0]).toEqual({ row: 3, value: "6" });
});

test("numbers near the ends of what a double holds do not stop the checks", async () => {
  const file = path.join(folder, "extremes.csv");
  const lines = Array.from(
    { length: 60 },
    (_, index) => `${index - 30}e306,${(index * 7) % 60}e-320,${(index * 11) % 60}e306,${index % 7}`,
  );
  await writeFile(file, ["a,b,c,y", ...lines, ""].join("\n"));
  expect((await checkFile(engine, numbersOnly(["a", "b", "c", "y"]), file, file)).findings).toEqual([]);
});
