import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { resolveSplit } from "../../../platform/data/split/resolve-split";
import { loadData } from "../../../platform/data/source";
import { splitData } from "../../../platform/data/split/split";
import { decideSplitRule } from "../../../platform/data/split/split-rule";
import { parseModelDefinition, type ModelDefinitionInput } from "../../../platform/definition/definition";
import type { SqlEngine } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";
import { makeFolds } from "../../../training/inputs/folds";

let engine: SqlEngine;
let folder: string;
beforeAll(async () => {
  engine = await openEngine();
  folder = await mkdtemp(path.join(tmpdir(), "mlops-folds-"));
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

const count = 5;
const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

/** Rows of `who,day,x,y`, of which every 20th is of the rare class; x repeats, so that some rows are equal. */
const rows = range(600).map((index) => ({
  who: `c${index % 40}`,
  day: 1 + Math.floor(index / 3),
  x: index % 10 === 0 ? 0 : index,
  y: index % 20 === 0 ? "yes" : "no",
}));

async function foldsOf(split: ModelDefinitionInput["split"], seed = 1, folds = count) {
  const definition = parseModelDefinition(
    {
      name: "folds",
      task: "classification",
      data: "data.csv",
      columns: [
        { name: "x", type: "number" },
        { name: "y", type: "category", role: "target", values: ["no", "yes"] },
      ],
      split,
      trainer: { kind: "logistic", l2: 1 },
      gate: { metric: "auc" },
    },
    "folds",
  );
  const file = path.join(folder, "data.csv");
  await writeFile(
    file,
    `who,day,x,y\n${rows.map(({ who, day, x, y }) => `${who},${day},${x},${y}\n`).join("")}`,
  );
  const source = await loadData(engine, definition, file);
  const data = { engine, definition, source };
  const rule = await resolveSplit(data, decideSplitRule(definition, source.header));
  await splitData(data, rule);
  const made = await makeFolds(data, rule, { count: folds, seed });
  const numbers = async (sql: string): Promise<number[]> =>
    (await engine.rows(`SELECT _row FROM ${sql} ORDER BY _row`)).map(({ _row }) => Number(_row));
  const parts = [];
  for (const fold of range(folds)) {
    parts.push({
      training: await numbers(made.rows(fold, "training")),
      validation: await numbers(made.rows(fold, "validation")),
    });
  }
  return { parts, trained: await numbers("data WHERE NOT _held_out") };
}

const rowOf = (row: number) => rows[row - 1] ?? { who: "", day: NaN, x: NaN, y: "" };

describe.each([
  ["by hash", {}],
  ["by class", { stratify: true as const }],
  ["by group", { group: "who" }],
])("folds of rows that are split %s", (_, split) => {
  test("each training row is measured once, by a model that has not seen it; no held-out row is in a fold", async () => {
    const { parts, trained } = await foldsOf(split);
    expect(parts.flatMap(({ validation }) => validation).sort((a, b) => a - b)).toEqual(trained);
    for (const { training, validation } of parts) {
      expect([...training, ...validation].sort((a, b) => a - b)).toEqual(trained);
      expect(validation.length / trained.length).toBeGreaterThan(0.1);
      expect(validation.length / trained.length).toBeLessThan(0.3);
    }
  });

  test("are the same for the same seed, and others for another", async () => {
    const one = await foldsOf(split);
    expect(await foldsOf(split)).toEqual(one);
    expect((await foldsOf(split, 2)).parts).not.toEqual(one.parts);
  });
});

test("all rows of one are in one fold", async () => {
  const { parts } = await foldsOf({ group: "who" });
  for (const { training, validation } of parts) {
    const seen = new Set(training.map((row) => rowOf(row).who));
    expect(validation.filter((row) => seen.has(rowOf(row).who))).toEqual([]);
  }
});

test("equal rows are in one fold, and each fold has its share of a rare class", async () => {
  const { parts, trained } = await foldsOf({});
  const text = (row: number): string => `${rowOf(row).x},${rowOf(row).y}`;
  for (const { training, validation } of parts) {
    const seen = new Set(training.map(text));
    expect(validation.filter((row) => seen.has(text(row)))).toEqual([]);
  }
  // All rows of the rare class are equal, but for the x that is not 0.
  expect(trained.length).toBeGreaterThan(400);
});

test("by time, a fold is measured by a model of the rows before it", async () => {
  const { parts, trained } = await foldsOf({ time: "day" });
  const day = (row: number): number => rowOf(row).day;
  for (const { training, validation } of parts) {
    expect(Math.max(...training.map(day))).toBeLessThan(Math.min(...validation.map(day)));
  }
  expect(parts.map(({ training }) => training.length)).toEqual(
    [80, 160, 240, 320, 400].map((n): unknown => expect.closeTo(n, -1)),
  );
  expect(trained).toHaveLength(480);
  expect(Math.max(...parts.flatMap(({ validation }) => validation))).toBeLessThanOrEqual(480);
});

test("more folds than groups are refused", async () => {
  await expect(foldsOf({ group: "y" }, 1, 5)).rejects.toThrow();
  await expect(foldsOf({ group: "who" }, 1, 40)).rejects.toMatchObject({
    code: "DATA_INVALID",
    message: expect.stringContaining("Use fewer folds (--folds)"),
  });
});
