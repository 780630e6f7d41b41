import type { ModelDefinition, ModelDefinitionInput } from "../../../../platform/definition/definition";
import { PlatformError } from "../../../../platform/base/errors";
import type { SqlRow } from "../../../../platform/sql/engine";
import { fitLinearModel } from "../fit-linear-model";
import type { LinearParameters, NumberTerm } from "../../../../platform/onnx/linear-parameters";
import { predictionSql } from "../../../../training/evaluation/predict-sql";
import { definitionOf, openRows } from "../rows";

type Columns = ModelDefinitionInput["columns"];

/** Fits on all rows, and predicts them. */
async function fitRows(
  definition: ModelDefinition,
  rows: readonly SqlRow[],
): Promise<{ model: LinearParameters; predictions: number[] }> {
  const engine = await openRows(definition, rows);
  try {
    const model = await fitLinearModel(engine, definition, "data");
    const found = await engine.rows(`SELECT ${predictionSql(model)} AS p FROM data ORDER BY _row`);
    return { model, predictions: found.map(({ p }) => Number(p)) };
  } finally {
    await engine.close();
  }
}

function numberTerm(model: LinearParameters, column: string): NumberTerm {
  const term = model.terms.find((candidate) => candidate.column === column);
  if (term?.kind !== "number") throw new Error(`${column} is not a number.`);
  return term;
}

const y: Columns[number] = { name: "y", type: "number", role: "target" };
const x: Columns[number] = { name: "x", type: "number" };
const survived: Columns[number] = { name: "survived", type: "boolean", role: "target" };
const ols: ModelDefinitionInput["trainer"] = { kind: "ridge", alpha: 0 };

test("least squares reproduces the certified coefficients of NIST's Longley problem to 1e-9", async () => {
  // https://www.itl.nist.gov/div898/strd/lls/data/Longley.shtml, a problem of high multicollinearity.
  const names = ["x1", "x2", "x3", "x4", "x5", "x6"];
  const data = [
    [60323, 83, 234289, 2356, 1590, 107608, 1947],
    [61122, 88.5, 259426, 2325, 1456, 108632, 1948],
    [60171, 88.2, 258054, 3682, 1616, 109773, 1949],
    [61187, 89.5, 284599, 3351, 1650, 110929, 1950],
    [63221, 96.2, 328975, 2099, 3099, 112075, 1951],
    [63639, 98.1, 346999, 1932, 3594, 113270, 1952],
    [64989, 99, 365385, 1870, 3547, 115094, 1953],
    [63761, 100, 363112, 3578, 3350, 116219, 1954],
    [66019, 101.2, 397469, 2904, 3048, 117388, 1955],
    [67857, 104.6, 419180, 2822, 2857, 118734, 1956],
    [68169, 108.4, 442769, 2936, 2798, 120445, 1957],
    [66513, 110.8, 444546, 4681, 2637, 121950, 1958],
    [68655, 112.6, 482704, 3813, 2552, 123366, 1959],
    [69564, 114.2, 502601, 3931, 2514, 125368, 1960],
    [69331, 115.7, 518173, 4806, 2572, 127852, 1961],
    [70551, 116.9, 554894, 4007, 2827, 130081, 1962],
  ];
  const certified = [
    15.0618722713733, -0.35819179292591e-1, -2.02022980381683, -1.03322686717359, -0.511041056535807e-1,
    1829.15146461355,
  ];
  const columns: Columns = [...names.map((name) => ({ name, type: "number" as const })), y];
  const rows = data.map(([target = null, ...features]) => ({
    y: target,
    ...Object.fromEntries(names.map((name, index) => [name, features[index] ?? null])),
  }));
  const { model } = await fitRows(definitionOf(columns, ols), rows);
  const slopes = names.map((name) => {
    const { coefficient, scale } = numberTerm(model, name);
    return coefficient / scale;
  });
  slopes.forEach((slope, index) => {
    const expected = certified[index] ?? NaN;
    expect(Math.abs(slope / expected - 1)).toBeLessThan(1e-9);
  });
  const shift = names.reduce(
    (sum, name, index) => sum + (slopes[index] ?? NaN) * numberTerm(model, name).mean,
    0,
  );
  expect(Math.abs((model.intercept - shift) / -3482258.63459582 - 1)).toBeLessThan(1e-9);
});

test("a constant column has scale 1 and no effect", async () => {
  const definition = definitionOf([x, { name: "constant", type: "number" }, y], { kind: "ridge", alpha: 1 });
  // 0.1 has no exact sum, so that the variance is not exactly 0.
  const rows = Array.from({ length: 30 }, (_, index) => ({ x: index, constant: 0.1, y: 2 * index }));
  const { model } = await fitRows(definition, rows);
  expect(numberTerm(model, "constant")).toMatchObject({ scale: 1 });
  expect(Math.abs(numberTerm(model, "constant").coefficient)).toBeLessThan(1e-9);
});

test.each<[string, Columns[number], ModelDefinitionInput["trainer"], number]>([
  ["least squares", y, ols, 2],
  ["logistic regression", survived, { kind: "logistic", l2: 0 }, 0.5],
])("a %s without penalty on a constant column alone predicts the mean", async (_, target, trainer, mean) => {
  const rows = Array.from({ length: 20 }, (_row, index) => ({
    x: 7,
    y: index % 2 ? 1 : 3,
    survived: index % 2 === 0,
  }));
  const { predictions } = await fitRows(definitionOf([x, target], trainer), rows);
  predictions.forEach((value) => expect(value).toBeCloseTo(mean, 12));
});

test("dependent columns without penalty share their effect", async () => {
  const definition = definitionOf([x, { name: "twin", type: "number" }, y], ols);
  const rows = Array.from({ length: 20 }, (_, index) => ({
    x: index,
    twin: 3 * index + 1,
    y: 5 + 2 * index,
  }));
  const { model, predictions } = await fitRows(definition, rows);
  expect(numberTerm(model, "x").coefficient).toBeCloseTo(numberTerm(model, "twin").coefficient, 10);
  predictions.forEach((value, index) => expect(value).toBeCloseTo(5 + 2 * index, 9));
});

test("missing numbers count as the median, missing categories as the most frequent and smallest value", async () => {
  const definition = definitionOf(
    [{ name: "x", type: "number", nullable: true }, { name: "port", type: "category", nullable: true }, y],
    { kind: "ridge", alpha: 1 },
  );
  const rows = [1, 2, null, 10, 4, null].map((value, index) => ({
    x: value,
    port: ["S", "C", "S", "C", null, "Q"][index] ?? null,
    y: index,
  }));
  const { model } = await fitRows(definition, rows);
  expect(model.terms).toMatchObject([
    { kind: "number", imputation: 3, mean: (1 + 2 + 3 + 10 + 4 + 3) / 6 },
    { kind: "category", imputation: "C", values: ["C", "Q", "S"] },
  ]);
});

test("declared values keep their order, and one without rows has no effect", async () => {
  const definition = definitionOf(
    [{ name: "size", type: "category", values: ["S", "M", "L", "XL"] }, y],
    ols,
  );
  const rows = ["S", "M", "L", "S", "M", "L"].map((size, index) => ({ size, y: [1, 2, 6][index % 3] ?? 0 }));
  const { model, predictions } = await fitRows(definition, rows);
  expect(model.terms).toMatchObject([{ values: ["S", "M", "L", "XL"] }]);
  const [term] = model.terms;
  expect(term?.kind === "category" && term.coefficients[3]).toBeCloseTo(0, 12);
  predictions.forEach((value, index) => expect(value).toBeCloseTo([1, 2, 6][index % 3] ?? NaN, 10));
});

test("a row of weight 3 counts as three rows", async () => {
  const weight: Columns[number] = { name: "w", type: "number", role: "weight" };
  const trainer: ModelDefinitionInput["trainer"] = { kind: "logistic", l2: 1 };
  const once = Array.from({ length: 20 }, (_, index) => ({
    x: index % 7,
    survived: index % 3 === 0,
    w: (index % 3) + 1,
  }));
  const repeated = once.flatMap((row) => Array.from({ length: row.w }, () => row));
  const weighted = await fitRows(definitionOf([x, survived, weight], trainer), once);
  const plain = await fitRows(definitionOf([x, survived], trainer), repeated);
  expect(numberTerm(weighted.model, "x").mean).toBeCloseTo(numberTerm(plain.model, "x").mean, 12);
  expect(numberTerm(weighted.model, "x").coefficient).toBeCloseTo(
    numberTerm(plain.model, "x").coefficient,
    10,
  );
  expect(weighted.model.intercept).toBeCloseTo(plain.model.intercept, 10);
});

describe("classes that can be told apart without error", () => {
  const rows = Array.from({ length: 40 }, (_, index) => ({
    x: index,
    group: index < 10 ? "a" : index % 2 ? "b" : "c",
    survived: index < 20,
    mixed: index < 10 || index % 3 === 0,
  }));
  const mixed: Columns[number] = { name: "mixed", type: "boolean", role: "target" };
  const group: Columns[number] = { name: "group", type: "category" };

  test.each<[string, Columns, string]>([
    ["completely", [x, survived], "x"],
    ["for one group of rows", [group, mixed], "group=a"],
  ])("%s cannot be fitted without penalty", async (_, columns, named) => {
    const definition = definitionOf(columns, { kind: "logistic", l2: 0 });
    await expect(fitRows(definition, rows)).rejects.toThrow(
      `The features tell some rows' class without error (most of all "${named}"), so a logistic regression without penalty has no finite coefficients. Give the trainer an l2 above 0, for example 1.`,
    );
  });

  test("are fitted with one", async () => {
    const definition = definitionOf([x, survived], { kind: "logistic", l2: 0.001 });
    const { predictions } = await fitRows(definition, rows);
    predictions.forEach((value, index) => expect(value > 0.5).toBe(index < 20));
  });
});

test("200 columns can be fitted and predicted", async () => {
  const names = Array.from({ length: 200 }, (_, index) => `column ${index}`);
  const columns: Columns = [...names.map((name) => ({ name, type: "number" as const })), y];
  // Pseudo-random numbers of a multiplicative congruence: no column is a function of others.
  let state = 1;
  const next = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const rows = Array.from({ length: 250 }, () => {
    const values = names.map(next);
    const target = values.reduce((sum, value, index) => sum + (index % 7) * value, 1);
    return { ...Object.fromEntries(names.map((name, index) => [name, values[index] ?? null])), y: target };
  });
  const { model, predictions } = await fitRows(definitionOf(columns, ols), rows);
  const slopes = names.map((name) => numberTerm(model, name).coefficient / numberTerm(model, name).scale);
  slopes.forEach((slope, index) => expect(slope).toBeCloseTo(index % 7, 7));
  rows.forEach((row, index) => expect(predictions[index]).toBeCloseTo(row.y, 7));
});

describe("rows that cannot be trained on are refused with all their faults", () => {
  const size: Columns[number] = { name: "size", type: "category", values: ["S", "M"] };
  const weight: Columns[number] = { name: "w", type: "number", role: "weight" };
  const nullable: Columns[number] = { name: "x", type: "number", nullable: true };
  const ridge: ModelDefinitionInput["trainer"] = { kind: "ridge", alpha: 1 };
  const logistic: ModelDefinitionInput["trainer"] = { kind: "logistic", l2: 1 };
  const declared = Array.from({ length: 1600 }, (_, index) => `n${index}`);

  test.each<[string, ModelDefinition, SqlRow[], string]>([
    ["no rows", definitionOf([x, y], ridge), [], "There are no training rows."],
    [
      "missing, unknown and negative values",
      definitionOf([x, size, y, weight], ridge),
      [
        { x: null, size: "S", y: 1, w: 1 },
        { x: 2, size: "L", y: null, w: -1 },
      ],
      'The data cannot be trained on: column "x" is missing in 1 of 2 training rows; column "y" is missing in 1 of 2 training rows; column "size" is none of its values in 1 of 2 training rows; weight "w" is negative in 1 of 2 training rows.',
    ],
    ["no weight", definitionOf([x, y, weight], ridge), [{ x: 1, y: 1, w: 0 }], "the weights sum up to 0"],
    [
      "a column without values",
      definitionOf([nullable, y], ridge),
      [{ x: null, y: 1 }],
      'Column "x" has no value in the training rows.',
    ],
    [
      "one class",
      definitionOf([x, survived], logistic),
      [
        { x: 1, survived: true },
        { x: 2, survived: true },
      ],
      "All training rows are of the positive class. Both classes are needed.",
    ],
    [
      "too many declared values",
      definitionOf([{ name: "name", type: "category", values: declared }, y], ridge),
      [{ name: "n1", y: 1 }],
      'of which "name" makes 1600. At most 1500 can be fitted.',
    ],
    [
      "numbers too large",
      definitionOf([x, y], ridge),
      [
        { x: 1e300, y: 1 },
        { x: -1e300, y: 2 },
      ],
      'The variance of column "x" is not a finite number. Values of moderate size are expected.',
    ],
  ])("%s", async (_, definition, rows, message) => {
    const outcome = fitRows(definition, rows);
    await expect(outcome).rejects.toThrow(message);
    await expect(outcome).rejects.toBeInstanceOf(PlatformError);
  });
});

test("values that are taken although no list has them are learned", async () => {
  const make = (outside?: "warn"): Columns[number] => ({
    name: "make",
    type: "category",
    values: ["Opel", "Audi", "Saab"],
    ...(outside && { outside }),
  });
  const rows = ["Audi", "Opel", "Tesla", "BMW", "Tesla"].map((value, index) => ({ make: value, y: index }));
  const { model } = await fitRows(definitionOf([make("warn"), y], { kind: "ridge", alpha: 1 }), rows);
  const [term] = model.terms;
  expect(term?.kind === "category" && term.values).toEqual(["Opel", "Audi", "Saab", "BMW", "Tesla"]);
  await expect(fitRows(definitionOf([make(), y], ols), rows)).rejects.toThrow(
    'column "make" is none of its values',
  );
});
