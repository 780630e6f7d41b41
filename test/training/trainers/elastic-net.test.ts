import { readFileSync } from "node:fs";
import path from "node:path";
import { parseModelDefinition, type ModelDefinition } from "../../../platform/definition/definition";
import type { SqlEngine } from "../../../platform/sql/engine";
import type { Folds } from "../../../training/inputs/folds";
import { fitPreprocessing, withoutScales } from "../../../training/preprocessing/preprocessing";
import { errorsOfPath } from "../../../training/trainers/elastic-net";
import { fitModel } from "../../../training/trainers/trainers";
import { openShippedData, shippedDefinition } from "../shipped-data";
import { definitionOf, openRows } from "./rows";

interface Fit {
  readonly name: string;
  readonly alpha: number;
  readonly l1Ratio: number;
  readonly weighted: boolean;
  readonly intercept: number;
  readonly coefficients: readonly number[];
}

interface Path {
  readonly l1Ratio: number;
  readonly standardize: boolean;
  readonly alphas: readonly number[];
  readonly errors: readonly number[];
}

const reference = JSON.parse(readFileSync(path.join(__dirname, "../reference/elastic-net.json"), "utf8")) as {
  readonly diabetes: readonly Fit[];
  readonly titanic: readonly Fit[];
  readonly paths: readonly Path[];
};

/** Row i, from 0, is in fold i mod 5. */
const folds: Folds = {
  count: 5,
  pieces: [0, 1, 2, 3, 4].map((fold) => `(SELECT * FROM data WHERE (_row - 1) % 5 = ${fold}) AS piece`),
  piecesOf: (fold) => ({ training: [0, 1, 2, 3, 4].filter((piece) => piece !== fold), validation: fold }),
  rows: (fold, part) =>
    `(SELECT * FROM data WHERE (_row - 1) % 5 ${part === "training" ? "<>" : "="} ${fold}) AS rows_of_fold`,
};

const inputOf = (engine: SqlEngine, definition: ModelDefinition) => ({
  engine,
  definition,
  from: "data",
  commandDirectory: ".",
  workDirectory: "unused",
  folds: () => Promise.resolve(folds),
});

async function fit(engine: SqlEngine, definition: ModelDefinition) {
  const { linear, ...rest } = await fitModel(inputOf(engine, definition));
  if (!linear) throw new Error("It is no linear model.");
  const coefficients = linear.terms.flatMap((term) =>
    term.kind === "category" ? term.coefficients : [term.coefficient],
  );
  return { intercept: linear.intercept, coefficients, ...rest };
}

function expectSame(found: { intercept: number; coefficients: readonly number[] }, expected: Fit): void {
  expect(found.coefficients).toHaveLength(expected.coefficients.length);
  expect(Math.abs(found.intercept / expected.intercept - 1)).toBeLessThan(1e-7);
  expected.coefficients.forEach((value, index) =>
    expect(Math.abs((found.coefficients[index] ?? NaN) - value)).toBeLessThan(1e-7),
  );
}

const diabetes = shippedDefinition("diabetes");
const weight = { name: "weight", type: "number", role: "weight" } as const;
const titanic = parseModelDefinition(
  {
    ...shippedDefinition("titanic"),
    task: "regression",
    gate: { metric: "rmse" },
    columns: [
      { name: "pclass", type: "category", values: ["1", "2", "3"] },
      { name: "sex", type: "category", values: ["female", "male"] },
      { name: "age", type: "number", nullable: true },
      { name: "sibsp", type: "number" },
      { name: "parch", type: "number", role: "target" },
    ],
    trainer: { kind: "ridge", alpha: 1 },
  },
  "titanic",
);

let [people, passengers] = [] as unknown as [SqlEngine, SqlEngine];
beforeAll(async () => {
  people = await openShippedData(diabetes);
  passengers = await openShippedData(titanic);
});
afterAll(() => Promise.all([people.close(), passengers.close()]));

test.each(reference.diabetes)("numbers: $name, as scikit-learn to 1e-7", async (expected) => {
  const { alpha, l1Ratio, weighted } = expected;
  const definition: ModelDefinition = {
    ...diabetes,
    columns: weighted ? [...diabetes.columns, { ...weight, nullable: false }] : diabetes.columns,
    trainer: { kind: "elastic-net", alpha, l1Ratio },
  };
  const found = await fit(people, definition);
  expectSame(found, expected);
  // A column that is left out is so to the last bit.
  const zeros = (list: readonly number[]) => list.map((value) => value === 0);
  expect(zeros(found.coefficients)).toEqual(zeros(expected.coefficients));
});

test.each(reference.titanic)("$name, as scikit-learn to 1e-7", async (expected) => {
  const { alpha, l1Ratio } = expected;
  expectSame(
    await fit(passengers, { ...titanic, trainer: { kind: "elastic-net", alpha, l1Ratio } }),
    expected,
  );
});

test.each(reference.paths)(
  "a path's errors on folds are scikit-learn's to 1e-6: l1Ratio $l1Ratio, standardised $standardize",
  async ({ l1Ratio, standardize, alphas, errors }) => {
    const rows = { from: "data" };
    const { preprocessing } = await fitPreprocessing(people, diabetes, rows);
    const design = {
      ...{ engine: people, rows, target: "progression" },
      preprocessing: standardize ? preprocessing : withoutScales(preprocessing),
    };
    const found = (await errorsOfPath({ design }, { folds, l1Ratio, alphas })).errors;
    errors.forEach((error, index) => {
      expect(Math.abs((found.get(alphas[index] ?? NaN) ?? NaN) / error - 1)).toBeLessThan(1e-6);
    });

    const best = alphas[errors.indexOf(Math.min(...errors))] ?? NaN;
    const trainer = { kind: "elastic-net", alpha: "auto", l1Ratio, standardize } as const;
    const auto = await fit(people, { ...diabetes, trainer });
    expect(Math.abs((auto.chosen?.alpha ?? NaN) / best - 1)).toBeLessThan(1e-9);
    const said = `alpha ${Number(best.toPrecision(4))} was chosen on folds of the training rows`;
    expect(auto.warnings?.[0]).toBe(
      best > Math.min(...alphas) ? said : `${said}, the least that is tried: ridge may do as well`,
    );
    const fixed = await fit(people, {
      ...diabetes,
      trainer: { ...trainer, alpha: auto.chosen?.alpha ?? NaN },
    });
    expect(fixed.coefficients).toEqual(auto.coefficients);
    expect(fixed.chosen).toBeUndefined();
  },
);

const small = (columns: readonly string[], trainer: ModelDefinition["trainer"]) =>
  definitionOf(
    [
      ...columns.map((name) => ({ name, type: "number" as const })),
      { name: "y", type: "number", role: "target" },
    ],
    trainer,
  );

test("of two columns that say the same one has the coefficient, and a constant one has none", async () => {
  const definition = small(["one", "same", "constant"], { kind: "elastic-net", alpha: 0.01, l1Ratio: 1 });
  const rows = Array.from({ length: 50 }, (_, index) => ({
    one: index % 10,
    same: index % 10,
    constant: 3,
    y: 2 * (index % 10) + (index % 3),
  }));
  const engine = await openRows(definition, rows);
  const { coefficients, warnings } = await fit(engine, definition);
  await engine.close();
  expect(coefficients[0]).toBeGreaterThan(1);
  expect(coefficients.slice(1)).toEqual([0, 0]);
  expect(warnings).toContain("1 of 3 columns has a coefficient; the others do not count");
});

test("columns that say nothing leave the mean, and that is told", async () => {
  const rows = Array.from({ length: 50 }, (_, index) => ({ x: index % 5, y: Math.floor(index / 5) }));
  for (const alpha of [5, "auto"] as const) {
    const definition = small(["x"], { kind: "elastic-net", alpha, l1Ratio: 0.5 });
    const engine = await openRows(definition, rows);
    const { coefficients, intercept, warnings } = await fit(engine, definition);
    await engine.close();
    expect(coefficients).toEqual([0]);
    expect(intercept).toBeCloseTo(4.5, 12);
    expect(warnings?.at(-1)).toBe(
      "No column has a coefficient: every prediction is the mean. Lower the trainer's alpha, or give it other features.",
    );
  }
});

test("without folds no alpha is chosen, and other settings are refused", async () => {
  const definition = small(["x"], { kind: "elastic-net", alpha: "auto", l1Ratio: 0.5 });
  const engine = await openRows(definition, [
    { x: 1, y: 1 },
    { x: 2, y: 3 },
  ]);
  await expect(fitModel({ ...inputOf(engine, definition), folds: undefined })).rejects.toThrow(
    'There are no folds to choose alpha "auto" by. Give the trainer an alpha.',
  );
  await engine.close();
  for (const trainer of [{ alpha: 0 }, { alpha: 1, l1Ratio: 0 }, { alpha: 1, l1Ratio: 1.1 }, {}]) {
    expect(() => small(["x"], { kind: "elastic-net", ...trainer } as never)).toThrow(
      /trainer\.(alpha|l1Ratio)/,
    );
  }
});
