import { mkdir, writeFile } from "node:fs/promises";
import { initModel, type MadeModel } from "../../../../cli/init/init";
import { loadDefinition, type LoadedDefinition } from "../../../../platform/definition/definitions";
import type { Finding } from "../../../../platform/data/findings";
import { openEngine } from "../../../../platform/sql/open-engine";
import { decideSplit } from "../../../../training/inputs/split";
import { openWorkbench } from "../../../../training/inputs/workbench";
import { checkStep, trainStep } from "../../../../training/steps";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { everydayFiles, type EverydayFile } from "../everyday-files";

const folder = useTemporaryFolder();

/** The way that a user goes: `init`, `data check`, `train`. */
async function walk(
  file: string,
  flags: EverydayFile["flags"] = {},
): Promise<{ made: MadeModel; loaded: LoadedDefinition; errors: Finding[]; trainedOn: number }> {
  const models = folder("models");
  await mkdir(models);
  const made = await initModel({ name: "everyday", from: file, models, ...flags });
  const loaded = await loadDefinition("everyday", undefined, models);
  const workbench = await openWorkbench(loaded, loaded.dataFile);
  try {
    const { report } = await checkStep(workbench, { find: () => Promise.resolve(undefined) });
    const trained = await trainStep(workbench, {
      outputDirectory: folder("model"),
      run: "run-1",
      code: {},
      split: await decideSplit(workbench, undefined, undefined),
    });
    const errors = report.findings.filter(({ severity }) => severity === "error");
    return { made, loaded, errors, trainedOn: trained.metrics.training.rows };
  } finally {
    await workbench.engine.close();
  }
}

const takenOf = ({ columns }: MadeModel): unknown =>
  Object.fromEntries(columns.map(({ name, taken }) => [name, taken]));

test.each(everydayFiles.map((file) => [file.from, file] as const))(
  "%s: becomes a model that is checked and trained",
  async (_, { content, flags, taken, format, task = "regression" }) => {
    const file = folder("file.csv");
    await writeFile(file, content);
    const { made, loaded, errors, trainedOn } = await walk(file, flags);
    expect(takenOf(made)).toEqual(taken);
    expect(made.definition.format).toEqual(format);
    expect(made.definition.task).toBe(task);
    expect(errors).toEqual([]);
    expect(trainedOn).toBeGreaterThan(80);
    expect(loaded.dataFile).toMatch(/data\.csv$/);
  },
);

test("a Parquet file becomes a model that is checked and trained", async () => {
  const file = folder("file.parquet");
  const engine = await openEngine();
  await engine.run(
    `COPY (SELECT i AS __index_level_0__, 'u' || i AS user_id, CAST(i * 7 % 11 AS FLOAT) / 4 AS x, i % 3 = 0 AS active,
            CASE WHEN i % 5 = 0 THEN NULL ELSE i % 2 = 0 END AS member, CAST('nan' AS DOUBLE) AS never,
            CASE WHEN i % 9 = 0 THEN CAST('nan' AS DOUBLE) ELSE (i * 13 % 17) / 8 END AS y2,
            TIMESTAMP '2026-01-01 10:00:00' + INTERVAL (i) DAY AS seen, CAST(i * 31 % 101 AS DECIMAL(9, 2)) / 3 AS paid
     FROM range(120) AS t(i)) TO '${file}' (FORMAT parquet)`,
  );
  await engine.close();
  const { made, loaded, errors } = await walk(file);
  expect(takenOf(made)).toEqual({
    ...{ __index_level_0__: "left out", user_id: "id", x: "number", active: "boolean", member: "boolean" },
    ...{ never: "left out", y2: "number", seen: "date", paid: "target" },
  });
  expect(made.definition.format).toEqual({ missing: ["nan"] });
  expect(errors).toEqual([]);
  expect(loaded.dataFile).toMatch(/data\.parquet$/);
});

test("a folder of files becomes a model with a copy of those that are read", async () => {
  const parts = folder("parts");
  await mkdir(`${parts}/2026`, { recursive: true });
  const [{ content } = { content: "" }] = everydayFiles;
  const [header = "", ...rows] = content.trimEnd().split("\n");
  await writeFile(`${parts}/2026/a.csv`, [header, ...rows.slice(0, 70)].join("\n"));
  await writeFile(`${parts}/b.csv`, [header, ...rows.slice(70)].join("\n"));
  await writeFile(`${parts}/README.md`, "not data");
  const { loaded, errors, trainedOn } = await walk(parts);
  expect(errors).toEqual([]);
  expect(trainedOn).toBeGreaterThan(80);
  expect(loaded.definition.data).toBe("data");
});
