import path from "node:path";
import { loadData } from "../../../platform/data/source";
import { splitData } from "../../../platform/data/split";
import { decideSplitRule } from "../../../platform/data/split-rule";
import { parseModelDefinition } from "../../../platform/definition/definition";
import type { SqlEngine } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";
import { rowsOf } from "../../../training/evaluation/score-rows";
import { makeFolds } from "../../../training/inputs/folds";
import { fitPreprocessing } from "../../../training/preprocessing/preprocessing";
import { targetSql } from "../../../training/preprocessing/target";
import { chooseAlpha } from "../../../training/trainers/auto-ridge";
import { fitModel } from "../../../training/trainers/trainers";
import { crossValidate } from "../../../training/tuning/cross-validate";
import { diabetes } from "../../platform/data/definitions";

const directory = path.join(__dirname, "../../../models/diabetes");
const definition = parseModelDefinition(
  { ...diabetes, trainer: { kind: "ridge", alpha: "auto" } },
  "diabetes",
);

let engine: SqlEngine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

async function open() {
  const source = await loadData(engine, definition, path.join(directory, "data.csv"));
  const rule = decideSplitRule(definition, source.header);
  const workbench = { engine, definition, source, directory };
  await splitData(workbench, rule);
  return { workbench, rule };
}

test("a penalty's error on folds is that of fitting anew for each fold, and the least one is chosen", async () => {
  const { workbench, rule } = await open();
  const options = { count: 5, seed: 1 };
  const folds = await makeFolds(workbench, rule, options);
  const rows = { from: rowsOf("training") };
  const { preprocessing } = await fitPreprocessing(engine, definition, rows);
  const { alpha, errors } = await chooseAlpha(
    { engine, rows, preprocessing, target: targetSql(definition) },
    folds,
  );
  const alphas = [...errors.keys()].filter((_, index) => index % 2 === 0);
  expect(errors.size).toBe(19);
  const sizes: number[] = [];
  for (let fold = 0; fold < 5; fold++) {
    const [row] = await engine.rows(`SELECT count(*) AS n FROM ${folds.rows(fold, "validation")}`);
    sizes.push(Number(row?.n));
  }
  const tuning = await crossValidate(workbench, {
    rule,
    candidates: alphas.map((one) => ({ alpha: one })),
    folds: 5,
    seed: 1,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  const total = sizes.reduce((sum, size) => sum + size, 0);
  for (const [index, one] of alphas.entries()) {
    const scores = tuning.candidates[index]?.scores ?? [];
    const pooled = scores.reduce((sum, rmse, fold) => sum + rmse ** 2 * (sizes[fold] ?? NaN), 0) / total;
    expect(Math.abs((errors.get(one) ?? NaN) / pooled - 1)).toBeLessThan(1e-9);
  }
  expect(errors.get(alpha)).toBe(Math.min(...errors.values()));

  const input = {
    engine,
    definition,
    from: rowsOf("training"),
    commandDirectory: ".",
    workDirectory: "unused",
  };
  const auto = await fitModel({ ...input, folds: () => makeFolds(workbench, rule, options) });
  expect(auto.chosen).toEqual({ alpha });
  expect(auto.warnings).toContain(
    `alpha ${Number(alpha.toPrecision(4))} was chosen on folds of the training rows`,
  );
  const fixed = parseModelDefinition({ ...definition, trainer: { kind: "ridge", alpha } }, "fixed");
  expect((await fitModel({ ...input, definition: fixed })).linear).toEqual(auto.linear);
  await expect(fitModel(input)).rejects.toThrow('There are no folds to choose alpha "auto" by.');
});

test("features that say nothing get a large penalty, and that is told", async () => {
  const { workbench, rule } = await open();
  await engine.run(
    "CREATE OR REPLACE TABLE typed AS SELECT * REPLACE (CAST(hash(_row) % 1000 AS DOUBLE) AS progression) FROM typed",
  );
  const { chosen, warnings } = await fitModel({
    engine,
    definition,
    from: rowsOf("training"),
    commandDirectory: ".",
    workDirectory: "unused",
    folds: () => makeFolds(workbench, rule, { count: 5, seed: 1 }),
  });
  expect(chosen?.alpha).toBeGreaterThan(100);
  expect(warnings?.[0]).toMatch(/^alpha \S+ was chosen on folds of the training rows/);
});
