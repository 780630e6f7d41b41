import path from "node:path";
import { loadData } from "../../../platform/data/source";
import { splitData } from "../../../platform/data/split/split";
import { decideSplitRule } from "../../../platform/data/split/split-rule";
import { parseModelDefinition } from "../../../platform/definition/definition";
import type { SqlEngine } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";
import { signatureOf } from "../../../platform/model/signature";
import { scoreFitted } from "../../../training/evaluation/score-fitted";
import { rowsOf } from "../../../training/evaluation/score-rows";
import { makeFolds } from "../../../training/inputs/folds";
import { fitPreprocessing } from "../../../training/preprocessing/preprocessing";
import { encodeByTarget } from "../../../training/preprocessing/target-encoding";
import { targetSql } from "../../../training/preprocessing/target";
import { chooseAlpha } from "../../../training/trainers/auto-ridge";
import { fitModel } from "../../../training/trainers/trainers";
import { crossValidate } from "../../../training/tuning/cross-validate";
import { diabetes } from "../../platform/data/definitions";
import { definitionOf, foldsInTurn, openRows } from "./rows";

const directory = path.join(__dirname, "../../../models/diabetes");
const definition = parseModelDefinition(
  { ...diabetes, trainer: { kind: "ridge", alpha: "auto" } },
  "diabetes",
);

/** Numbers that follow no order, 0 to 1; the same in each run. */
function scattered(index: number, column: number): number {
  const value = Math.sin((index + 1) * 12.9898 + column * 78.233) * 43_758.5453;
  return value - Math.floor(value);
}

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
    { design: { engine, rows, preprocessing, target: targetSql(definition) } },
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

test("a category that is encoded by the target has numbers of its own in each fold", async () => {
  const columns = [
    { name: "place", type: "category", encoding: "target", nullable: true },
    { name: "x", type: "number" },
    { name: "y", type: "number", role: "target" },
  ] as const;
  const small = definitionOf([...columns], { kind: "ridge", alpha: "auto" });
  // 60 places with 8 rows each, some of them missing; a quarter of what a target is comes of its place.
  const rows = Array.from({ length: 480 }, (_, index) => {
    const [place, x] = [Math.floor(scattered(index, 1) * 60), scattered(index, 2) - 0.5];
    const y = 3 * scattered(place, 3) + x + 4 * scattered(index, 4);
    return { place: index % 50 === 0 ? null : `p${place}`, x, y };
  });
  const own = await openRows(small, rows);
  const [folds, from] = [foldsInTurn, "data"];
  const target = targetSql(small);
  const encodePart = (part: string) => encodeByTarget(own, small, { from: part, targets: [target] });
  const encoded = await encodePart(from);
  const design = {
    ...{ engine: own, target, rows: { from: encoded?.from ?? "" } },
    preprocessing: (await fitPreprocessing(own, small, { from: encoded?.from ?? "" })).preprocessing,
  };
  const { alpha, errors } = await chooseAlpha({ design, encodePart }, folds);
  const input = { engine: own, definition: small, commandDirectory: ".", workDirectory: "unused" };
  for (const one of [...errors.keys()].filter((_, index) => index % 6 === 0)) {
    let [squares, count] = [0, 0];
    for (let fold = 0; fold < 5; fold++) {
      const definition = definitionOf([...columns], { kind: "ridge", alpha: one });
      const fitted = await fitModel({ ...input, definition, from: folds.rows(fold, "training") });
      const signed = { ...fitted, signature: signatureOf(definition) };
      const scored = await scoreFitted({ engine: own, definition }, signed, folds.rows(fold, "validation"));
      scored.actual.forEach((value, row) => (squares += (value - (scored.predicted[row] ?? NaN)) ** 2));
      count += scored.actual.length;
    }
    expect(Math.abs(((errors.get(one) ?? NaN) * count) / squares - 1)).toBeLessThan(1e-9);
  }
  const auto = await fitModel({ ...input, definition: small, from, folds: () => Promise.resolve(folds) });
  expect(auto.chosen).toEqual({ alpha });
  const tables = await own.rows(
    "SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'target_enc%'",
  );
  await encoded?.drop();
  await own.close();
  // Those of this test's own encoding: all others were dropped.
  expect(tables).toHaveLength(2);
});

test("features that say nothing get a large penalty, and that is told", async () => {
  const { workbench, rule } = await open();
  await engine.run(
    "CREATE TABLE changed AS SELECT * REPLACE (CAST(hash(_row) % 1000 AS DOUBLE) AS progression) FROM loaded",
  );
  await engine.run("CREATE OR REPLACE VIEW loaded AS SELECT * FROM changed");
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
