import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseModelDefinition, type ModelDefinitionInput } from "../../../platform/definition/definition";
import { signatureOf } from "../../../platform/model/signature";
import { featureTable } from "../../../platform/model/table";
import { findLinearParameters } from "../../../platform/onnx/find-linear-parameters";
import { findTreeParameters } from "../../../platform/onnx/find-tree-parameters";
import { findMultinomialParameters } from "../../../platform/onnx/find-multinomial-parameters";
import { MultinomialModel } from "../../../platform/onnx/multinomial-model";
import { LinearModel } from "../../../platform/onnx/linear-model";
import { OnnxModel } from "../../../platform/onnx/onnx-model";
import { TreeModel } from "../../../platform/onnx/tree-model";
import type { SqlRow } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";
import { encodingTargets } from "../../../training/preprocessing/target";
import { encodeByTarget, withCategories } from "../../../training/preprocessing/target-encoding";
import { predictionSql } from "../../../training/evaluation/predict-sql";
import { fitModel } from "../../../training/trainers/trainers";
import { openRows } from "../trainers/rows";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "target-encoding-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function definitionOf(trainer: ModelDefinitionInput["trainer"], changes: Partial<ModelDefinitionInput> = {}) {
  return parseModelDefinition(
    {
      name: "towns",
      task: "regression",
      data: "data.csv",
      columns: [
        { name: "town", type: "category", encoding: "target", nullable: true },
        { name: "x", type: "number" },
        { name: "y", type: "number", role: "target" },
      ],
      trainer,
      gate: { metric: "rmse" },
      ...changes,
    },
    "model.ts",
  );
}
const ridge = { kind: "ridge", alpha: 1 } as const;

/** scikit-learn's `_fit_encoding_fast_auto_smooth`, for the rows of one value among all rows. */
function expectedEncoding(own: readonly number[], all: readonly number[]): number {
  const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = (values: readonly number[], mean: number) =>
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const mean = meanOf(all);
  if (own.length === 0) return mean;
  const variance = squares(all, mean) / all.length;
  const ownMean = meanOf(own);
  const lambda = (variance * own.length) / (variance * own.length + squares(own, ownMean) / own.length);
  return Number.isNaN(lambda) ? mean : lambda * ownMean + (1 - lambda) * mean;
}

const foldOf = (row: number): number => Number(((BigInt(row) * 2654435769n) % 4294967296n) % 5n);
const noise = (index: number): number => {
  const value = Math.sin(index * 12.9898) * 43758.5453;
  return value - Math.floor(value);
};

/** 300 rows of 20 towns of very different sizes, some without a town. */
const rows = Array.from({ length: 300 }, (_, index) => {
  const town = Math.floor(20 * noise(index + 0.3) ** 3);
  const x = noise(index + 0.7);
  return {
    town: index % 23 === 0 ? null : `t'${town}`,
    x,
    y: 1000 + 5 * ((town * 7) % 20) + x + 3 * noise(index),
  };
});

test("a value is its mean target, drawn to that of all rows, and in training without the row's own fold", async () => {
  const definition = definitionOf(ridge);
  const engine = await openRows(definition, rows);
  const encoded = await encodeByTarget(engine, definition, { from: "data", targets: ['"y"'] });
  if (!encoded) throw new Error("A column is encoded.");
  const found = await engine.rows(`SELECT _row, "town.target" AS number FROM ${encoded.from} ORDER BY _row`);
  await encoded.drop();
  await expect(engine.rows(`SELECT * FROM ${encoded.from}`)).rejects.toThrow("does not exist");
  await engine.close();
  rows.forEach(({ town }, index) => {
    const others = rows.filter((_, other) => foldOf(other + 1) !== foldOf(index + 1));
    const own = others.filter((other) => town !== null && other.town === town);
    const expected = expectedEncoding(
      own.map(({ y }) => y),
      others.map(({ y }) => y),
    );
    expect(Number(found[index]?.number)).toBeCloseTo(expected, 9);
  });
  const [whole] = encoded.encodings.get("town") ?? [];
  const all = rows.map(({ y }) => y);
  expect(whole?.other).toBeCloseTo(expectedEncoding([], all), 9);
  expect(whole?.values).toHaveLength(new Set(rows.flatMap(({ town }) => town ?? [])).size);
  whole?.values.forEach((value, index) => {
    const own = rows.filter(({ town }) => town === value).map(({ y }) => y);
    expect(whole.numbers[index]).toBeCloseTo(expectedEncoding(own, all), 9);
  });
});

test("a target that is the same everywhere is the number of every value", async () => {
  const definition = definitionOf(ridge);
  const engine = await openRows(
    definition,
    rows.map((row) => ({ ...row, y: 7 })),
  );
  const encoded = await encodeByTarget(engine, definition, { from: "data", targets: ['"y"'] });
  await engine.close();
  expect(new Set(encoded?.encodings.get("town")?.[0]?.numbers)).toEqual(new Set([7]));
});

test("coefficients of a category's numbers are one for each value, and what an unknown one adds is in the intercept", () => {
  const number = (column: string, [coefficient, mean, scale]: readonly [number, number, number]) =>
    ({ kind: "number", column, coefficient, mean, scale }) as const;
  const encoding = (index: number, numbers: readonly number[], other: number) => {
    const [column, values] = ["town", ["a", "b"]] as const;
    return { column, number: `town.target.${index}`, values, numbers, other };
  };
  const x = number("x", [5, 1, 2]);
  const terms = [number("town.target.0", [2, 0.3, 0.5]), number("town.target.1", [-3, 0.6, 0.2]), x];
  const encodings = new Map([["town", [encoding(0, [0.2, 0.4], 0.25), encoding(1, [0.7, 0.1], 0.5)]]]);
  const { intercept, terms: found } = withCategories({ intercept: 10, terms }, encodings);
  const sumOf = (first: number, second: number): number =>
    10 + (2 * (first - 0.3)) / 0.5 - (3 * (second - 0.6)) / 0.2;
  const [town, ...others] = found;
  if (town?.kind !== "category") throw new Error("The town is a category again.");
  expect(intercept).toBeCloseTo(sumOf(0.25, 0.5), 12);
  expect(intercept + (town.coefficients[0] ?? NaN)).toBeCloseTo(sumOf(0.2, 0.7), 12);
  expect(intercept + (town.coefficients[1] ?? NaN)).toBeCloseTo(sumOf(0.4, 0.1), 12);
  expect(others).toEqual([x]);
});

async function fit(
  trainer: ModelDefinitionInput["trainer"],
  changes: Partial<ModelDefinitionInput>,
  data: readonly SqlRow[],
) {
  const definition = definitionOf(trainer, changes);
  const engine = await openRows(definition, data);
  const { onnx } = await fitModel({
    engine,
    definition,
    from: "data",
    commandDirectory: folder,
    workDirectory: path.join(folder, "unused"),
  });
  const file = path.join(folder, "model.onnx");
  await writeFile(file, onnx);
  const signature = signatureOf(definition);
  const asked = featureTable(signature, [
    ...data.slice(0, 30),
    { town: "nowhere", x: 0.5 },
    { town: null, x: 0.5 },
  ]);
  const served = await OnnxModel.open(file, signature);
  const { prediction, probability = prediction, probabilities = [] } = await served.predict(asked);
  await served.close();
  const left = await engine.rows("SELECT table_name AS t FROM information_schema.tables");
  return {
    engine,
    onnx,
    signature,
    asked,
    served: Array.from<number | string>(probability),
    servedClasses: Array.from(probabilities),
    left,
  };
}

test("a linear model has a coefficient for each value, and an unknown one counts as the mean", async () => {
  const { engine, onnx, signature, asked, served, left } = await fit(ridge, {}, rows);
  const linear = findLinearParameters(onnx, signature);
  if (!linear) throw new Error("The model is linear.");
  expect(linear.terms[0]).toMatchObject({ kind: "category", column: "town" });
  const own = Array.from<number | string>(new LinearModel(linear).predict(asked).prediction);
  expect(own).toEqual(served.map((value): unknown => expect.closeTo(Number(value), 9)));
  const inSql = await engine.rows(`SELECT ${predictionSql(linear)} AS p FROM data ORDER BY _row LIMIT 30`);
  await engine.close();
  expect(inSql.map(({ p }) => p)).toEqual(
    served.slice(0, 30).map((value): unknown => expect.closeTo(Number(value), 9)),
  );
  // Nothing is known of either.
  expect(served[30]).toBeCloseTo(Number(served[31]), 9);
  const errors = rows.slice(0, 30).map(({ y }, row) => Math.abs(y - Number(served[row])));
  expect(Math.max(...errors.filter((_, row) => rows[row]?.town !== null))).toBeLessThan(25);
  // What was made for training is gone.
  expect(left.map(({ t }) => t)).toEqual(["data"]);
});

const flags: Partial<ModelDefinitionInput> = {
  task: "classification",
  gate: { metric: "auc" },
  columns: [
    { name: "town", type: "category", encoding: "target", nullable: true },
    { name: "x", type: "number" },
    { name: "y", type: "boolean", role: "target" },
  ],
};
const flagged = rows.map((row) => ({ ...row, y: row.y > 1050 }));

test.each<[string, ModelDefinitionInput["trainer"]]>([
  ["logistic", { kind: "logistic", l2: 1 }],
  ["boosted-trees", { kind: "boosted-trees", maxTrees: 20, minLeafRows: 5 }],
])("%s predicts two classes by the share of positive rows of each value", async (_, trainer) => {
  const { engine, onnx, signature, asked, served } = await fit(trainer, flags, flagged);
  await engine.close();
  const [linear, trees] = [findLinearParameters(onnx, signature), findTreeParameters(onnx, signature)];
  const model = linear ? new LinearModel(linear) : trees && new TreeModel(trees);
  const { probability } = model?.predict(asked) ?? {};
  expect(Array.from(probability ?? [])).toEqual(
    served.map((value): unknown => expect.closeTo(Number(value), 9)),
  );
  expect(trees?.features[0]?.lookup?.texts.length ?? linear?.terms.length).toBeGreaterThan(1);
  expect(model?.explain(asked).features).toEqual(["town", "x"]);
  expect(new Set(served.slice(0, 30).map((value) => Math.round(10 * Number(value)))).size).toBeGreaterThan(1);
});

const kinds: Partial<ModelDefinitionInput> = {
  task: "classification",
  gate: { metric: "logLoss" },
  columns: [
    { name: "town", type: "category", encoding: "target", nullable: true },
    { name: "x", type: "number" },
    { name: "y", type: "category", role: "target", values: ["low", "mid", "high"] },
  ],
};
const kindOf = (y: number): string => (y < 1030 ? "low" : y < 1065 ? "mid" : "high");
const kinded = rows.map((row) => ({ ...row, y: kindOf(row.y) }));

test("of several classes a value is the share of each, without the row's own fold", async () => {
  const definition = definitionOf({ kind: "logistic", l2: 1 }, kinds);
  const engine = await openRows(definition, kinded);
  const targets = encodingTargets(definition);
  expect(targets).toHaveLength(3);
  const encoded = await encodeByTarget(engine, definition, { from: "data", targets });
  const found = await engine.rows(`SELECT * FROM ${encoded?.from ?? ""} ORDER BY _row`);
  await engine.close();
  for (const [position, kind] of ["low", "mid", "high"].entries()) {
    const isKind = ({ y }: { readonly y: string }): number => (y === kind ? 1 : 0);
    kinded.forEach(({ town }, index) => {
      const others = kinded.filter((_, other) => foldOf(other + 1) !== foldOf(index + 1));
      const own = others.filter((other) => town !== null && other.town === town);
      const expected = expectedEncoding(own.map(isKind), others.map(isKind));
      expect(Number(found[index]?.[`town.target.${position}`])).toBeCloseTo(expected, 9);
    });
  }
});

test.each<[string, ModelDefinitionInput["trainer"]]>([
  ["logistic", { kind: "logistic", l2: 1 }],
  ["boosted-trees", { kind: "boosted-trees", maxTrees: 20, minLeafRows: 5 }],
])("%s predicts several classes by the share of each among the rows of a value", async (_, trainer) => {
  const { engine, onnx, signature, asked, servedClasses } = await fit(trainer, kinds, kinded);
  await engine.close();
  const linear = findMultinomialParameters(onnx, signature);
  const trees = findTreeParameters(onnx, signature);
  const model = linear ? new MultinomialModel(linear) : trees && new TreeModel(trees);
  const { probabilities: own } = model?.predict(asked) ?? {};
  expect(Array.from(own ?? [])).toEqual(servedClasses.map((value): unknown => expect.closeTo(value, 9)));
  // A number for each class, of each value: as look-ups before the trees, or in the coefficients.
  const lookups = trees?.features.filter(({ column }) => column === "town") ?? [];
  expect(lookups).toHaveLength(trees ? 3 : 0);
  linear?.predictors.forEach(({ terms }) =>
    expect(terms.map(({ kind, column }) => [kind, column])).toEqual([
      ["category", "town"],
      ["number", "x"],
    ]),
  );
  // Of a value that training did not see as of a missing one.
  expect(servedClasses.slice(-3)).toEqual(
    servedClasses.slice(-6, -3).map((value): unknown => expect.closeTo(value, 9)),
  );
  // Contributions of a column are of all its numbers, and add up to the logits of the probabilities.
  const { base, contributions, features } = model?.explain(asked) ?? { base: [], contributions: [] };
  expect(features).toEqual(["town", "x"]);
  const bases = Array.from(base as ArrayLike<number>);
  for (let row = 0; row < asked.rows; row++) {
    const logits = bases.map(
      (start, at) => start + (contributions[row * 6 + at] ?? NaN) + (contributions[row * 6 + 3 + at] ?? NaN),
    );
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    logits.forEach((logit, at) =>
      expect(Math.exp(logit) / total).toBeCloseTo(servedClasses[3 * row + at] ?? NaN, 9),
    );
  }
  // Towns say most of the kind: guessing by the shares of the classes would be right in about half of the rows.
  const right = kinded.slice(0, 30).filter(({ y, town }, row) => {
    const own = servedClasses.slice(3 * row, 3 * row + 3);
    return town === null || ["low", "mid", "high"][own.indexOf(Math.max(...own))] === y;
  });
  expect(right.length).toBeGreaterThan(26);
});

test("a value of its own in each row is told, and its numbers in training say nothing of its target", async () => {
  const alone = rows.map((row, index) => ({ ...row, town: `only ${index}` }));
  const definition = definitionOf(ridge);
  const engine = await openRows(definition, alone);
  const encoded = await encodeByTarget(engine, definition, { from: "data", targets: ['"y"'] });
  const numbers = await engine.rows(`SELECT DISTINCT "town.target" AS number FROM ${encoded?.from ?? ""}`);
  await engine.close();
  // The mean of the other folds, and nothing of the row.
  expect(numbers).toHaveLength(5);
  expect(encoded?.warnings).toEqual([
    'Column "town" has a value of its own in 300 of 300 training rows; the mean target of one row says nothing of others. Group its values, or leave the column out.',
  ]);
});

test.each<[string, Partial<ModelDefinitionInput>, string]>([
  [
    "a program",
    { trainer: { kind: "command", run: ["r", "{data}", "{output}"] } },
    "a program encodes by itself",
  ],
])("%s is refused", (_, changes, message) => {
  expect(() => definitionOf(ridge, changes)).toThrow(message);
});

test("twenty thousand values are learned", async () => {
  const definition = definitionOf(ridge);
  const engine = await openEngine();
  await engine.run(
    "CREATE TABLE data AS SELECT CAST(i AS BIGINT) AS _row, FALSE AS _held_out, concat('t', CAST(i % 20000 AS VARCHAR)) AS town, " +
      "CAST(i % 7 AS DOUBLE) AS x, CAST(i % 20000 % 13 + i % 7 AS DOUBLE) AS y FROM range(40000) AS r(i)",
  );
  const { linear } = await fitModel({
    engine,
    definition,
    from: "data",
    commandDirectory: folder,
    workDirectory: path.join(folder, "unused"),
  });
  await engine.close();
  const [town] = linear?.terms ?? [];
  expect(town?.kind === "category" && town.values.length).toBe(20_000);
});
