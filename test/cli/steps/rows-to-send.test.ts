import { appendFile, copyFile, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { pushData } from "../../../cli/data/push-data";
import { scoringBodies } from "../../../cli/steps/rows-to-send";
import { openRunContext, type RunContext } from "../../../cli/steps/step";
import type { Session } from "../../../cli/session/session";
import { digestOf } from "../../../platform/base/files";
import { loadData } from "../../../platform/data/source";
import { splitData } from "../../../platform/data/split/split";
import { decideSplitRule } from "../../../platform/data/split/split-rule";
import type { ModelDefinition } from "../../../platform/definition/definition";
import { parseModelDefinition } from "../../../platform/definition/definition";
import { syntheticValue } from "../../../platform/definition/synthetic-value";
import { readGoldenRows, readLineage } from "../../../platform/model/model-directory";
import { openEngine } from "../../../platform/sql/open-engine";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import { train } from "../../../training/directory/train";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { diabetes } from "../../platform/data/definitions";
import { modelsFolder } from "../../training/shipped-data";

const folder = useTemporaryFolder();
const sample = path.join(modelsFolder, "diabetes", "data.csv");
const personal = parseModelDefinition(
  {
    ...diabetes,
    columns: diabetes.columns.map((column) =>
      column.name === "age" ? { ...column, personal: true } : column,
    ),
  },
  "diabetes",
);

/** Trains what is released, on data at a place; gives its model directory. */
async function trainOn(data: string, definition: ModelDefinition = diabetes): Promise<string> {
  const engine = await openEngine();
  try {
    const source = await loadData(engine, definition, data);
    const split = decideSplitRule(definition, source.header);
    await splitData({ engine, definition, source }, split);
    const outputDirectory = folder("package", "model");
    await mkdir(folder("package"), { recursive: true });
    const code = { commit: "abc123", dirty: false };
    const now = new Date("2026-11-28T10:00:00Z");
    const commandDirectory = path.dirname(sample);
    await train({
      split,
      engine,
      definition,
      source,
      outputDirectory,
      run: "r",
      now,
      code,
      commandDirectory,
    });
    return outputDirectory;
  } finally {
    await engine.close();
  }
}

/** What a test of the release sends where its data should be at a place, and what it says. */
async function sentWith(
  dataFile: string,
  definition = diabetes,
): Promise<{ rows: object[]; said: string[] }> {
  const said: string[] = [];
  const session = { settings: {}, output: { print: (line: string) => said.push(line) } };
  const release = { model: "diabetes:1", package: folder("package"), digest: digestOf("any") };
  const run = { id: "r", model: "diabetes", dataFile, release } as unknown as RunContext["run"];
  const loaded = { definition, definitionFile: path.join(path.dirname(sample), "model.ts"), dataFile };
  const context = openRunContext(session as unknown as Session, loaded, run, {
    target: {} as RunContext["target"],
  });
  try {
    const bodies = (await scoringBodies(context)).map((body) => JSON.parse(body) as { data: object[] });
    expect(bodies.map(({ data }) => data.length)).toEqual(bodies.map(() => 2));
    return { rows: bodies.map(({ data: [first = {}] }) => first), said };
  } finally {
    await context.close();
  }
}

test("where the data is what the version was trained on, its held-out rows are sent", async () => {
  const { data } = await readLineage(await trainOn(sample));
  const { rows, said } = await sentWith(sample);
  expect([rows.length, said]).toEqual([data.heldOutRows, []]);
});

test("the same holds of a version that was trained on that data as it was delivered to a stack", async () => {
  const engine = await openEngine();
  const source = await loadData(engine, diabetes, sample);
  await engine.close();
  const storage = openLocalStorage(folder("stack"));
  await pushData({ storage, model: "diabetes", source, now: new Date(), force: false, announce: false });
  const model = await trainOn(folder("stack", "diabetes"));
  const { data } = await readLineage(model);
  expect(data.digest).not.toBe(source.digest);
  const { rows, said } = await sentWith(sample);
  expect([rows.length, said]).toEqual([data.heldOutRows, []]);
});

test.each([
  ["is not here", () => rm(folder("data.csv")), /data\.csv cannot be read here/],
  [
    "is other data",
    () => appendFile(folder("data.csv"), "\n"),
    /data\.csv is version [0-9a-f]{12}, and it was trained on [0-9a-f]{12}/,
  ],
])("where the data %s, the version's own golden rows are sent, and that is said", async (_, change, why) => {
  await copyFile(sample, folder("data.csv"));
  const model = await trainOn(folder("data.csv"));
  await change();
  const { rows, said } = await sentWith(folder("data.csv"));
  expect(rows).toEqual((await readGoldenRows(model)).rows);
  expect(said).toEqual([expect.stringMatching(why)]);
  expect(said[0]).toMatch(/^8 golden rows of diabetes:1 stand in for held-out rows: /);
});

test("what is sent instead has none of a personal column's values", async () => {
  await trainOn(sample, personal);
  const { rows } = await sentWith(folder("none.csv"), personal);
  const age = personal.columns.find(({ name }) => name === "age");
  if (age === undefined) throw new Error("there is no column age");
  expect(rows.map((row) => (row as { age: number }).age)).toEqual(
    rows.map((_, index) => syntheticValue(age, index)),
  );
});
