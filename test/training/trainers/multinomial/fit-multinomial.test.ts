import { readFileSync } from "node:fs";
import path from "node:path";
import { featureTable } from "../../../../platform/model/table";
import { MultinomialModel } from "../../../../platform/onnx/multinomial-model";
import type { MultinomialParameters } from "../../../../platform/onnx/linear-parameters";
import type { FittedModel } from "../../../../training/trainers/trainer";
import { fitModel } from "../../../../training/trainers/trainers";
import { openClasses } from "../fixtures/class-data";
import { definitionOf, openRows } from "../rows";

interface Case {
  readonly data: "iris" | "wine" | "digits";
  readonly l2: number;
  readonly weighted: boolean;
  readonly intercepts: readonly number[];
  readonly coefficients: readonly (readonly number[])[] | null;
  readonly probabilities: readonly (readonly number[])[];
}

const reference = JSON.parse(readFileSync(path.join(__dirname, "../../reference/classes.json"), "utf8")) as {
  logistic: Case[];
};

async function fit(
  given: Awaited<ReturnType<typeof openClasses>>,
  from = "data",
): Promise<FittedModel & { multinomial: MultinomialParameters }> {
  const { multinomial, ...fitted } = await fitModel({
    ...given,
    from,
    commandDirectory: ".",
    workDirectory: "unused",
  });
  if (!multinomial) throw new Error("It is no model of several classes.");
  return { ...fitted, multinomial };
}

/** Of the encoded columns, of one class. */
function coefficientsOf({ predictors }: MultinomialParameters, position: number): number[] {
  return (predictors[position]?.terms ?? []).map((term) =>
    term.kind === "category" ? NaN : term.coefficient,
  );
}

// Both solvers stop where the gradient is about 1e-10 of the rows' weight.
test.each(reference.logistic)(
  "on $data with l2 $l2 (weighted: $weighted) it is scikit-learn's to 1e-6",
  async ({ data, l2, weighted, intercepts, coefficients, probabilities }) => {
    const given = await openClasses(data, { kind: "logistic", l2 }, { weighted });
    const { multinomial } = await fit(given);
    const rows = await given.engine.rows("SELECT * FROM data ORDER BY _row");
    await given.engine.close();
    const close = (actual: number | undefined, expected: number): void =>
      expect(Math.abs((actual ?? NaN) - expected)).toBeLessThan(1e-6 * Math.max(1, Math.abs(expected)));
    intercepts.forEach((value, name) => close(multinomial.predictors[name]?.intercept, value));
    coefficients?.forEach((line, name) =>
      line.forEach((value, column) => close(coefficientsOf(multinomial, name)[column], value)),
    );
    const shown = rows.filter((_, row) => row % 5 === 0);
    const model = new MultinomialModel(multinomial);
    const predicted = model.predict(featureTable(multinomial.signature, shown)).probabilities ?? [];
    probabilities.flat().forEach((value, index) => close(predicted[index], value));
    expect(predicted).toHaveLength(probabilities.flat().length);
  },
);

test("the same rows give the same file, and classes in another order the same probabilities", async () => {
  const fitOnce = async (classes?: number[]) => {
    const given = await openClasses("wine", { kind: "logistic", l2: 1 }, classes && { target: { classes } });
    const fitted = await fit(given);
    const [row = {}] = await given.engine.rows("SELECT * FROM data ORDER BY _row LIMIT 1");
    await given.engine.close();
    const { probabilities = [] } = new MultinomialModel(fitted.multinomial).predict(
      featureTable(fitted.multinomial.signature, [row]),
    );
    return { onnx: Buffer.from(fitted.onnx), probabilities: Array.from(probabilities) };
  };
  const [one, other, turned] = [await fitOnce(), await fitOnce(), await fitOnce([2, 0, 1])];
  expect(one.onnx.equals(other.onnx)).toBe(true);
  [2, 0, 1].forEach((name, place) => {
    expect(turned.probabilities[place]).toBeCloseTo(one.probabilities[name] ?? NaN, 8);
  });
});

test("a class without training rows is never predicted, which is said", async () => {
  const given = await openClasses(
    "iris",
    { kind: "logistic", l2: 1 },
    { target: { values: ["setosa", 'blue, "iris"', "versicolor", "virginica"] } },
  );
  const { multinomial, warnings } = await fit(given);
  const rows = await given.engine.rows("SELECT * FROM data ORDER BY _row");
  await given.engine.close();
  expect(warnings).toEqual([
    'No training row is of the class "blue, \\"iris\\"", which is never predicted. Add rows of it, or take it out of the definition.',
  ]);
  const { prediction, probabilities = [] } = new MultinomialModel(multinomial).predict(
    featureTable(multinomial.signature, rows),
  );
  expect(new Set<unknown>(prediction)).toEqual(new Set(["setosa", "versicolor", "virginica"]));
  expect(Math.max(...rows.map((_, row) => probabilities[4 * row + 1] ?? NaN))).toBeLessThan(1e-200);
});

test("rows of one class are refused, and classes that are told apart without error need a penalty", async () => {
  const one = await openClasses("iris", { kind: "logistic", l2: 1 });
  await expect(fit(one, "(SELECT * FROM data WHERE class = 'setosa') AS rows_of_side")).rejects.toThrow(
    'All training rows are of the class "setosa". Two classes or more are needed. Add rows of other ones.',
  );
  await one.engine.close();
  const sure = await openClasses("wine", { kind: "logistic", l2: 0 });
  await expect(fit(sure)).rejects.toThrow(/has no finite coefficients. Give the trainer an l2 above 0/);
  await sure.engine.close();
});

test("a hundred classes with categories and missing values, of which one has two rows", async () => {
  const classes = Array.from({ length: 100 }, (_, name) => 10 * name - 7);
  const definition = definitionOf(
    [
      { name: "x", type: "number", nullable: true },
      { name: "town", type: "category", nullable: true },
      { name: "flag", type: "boolean" },
      { name: "y", type: "number", role: "target", classes },
    ],
    { kind: "logistic", l2: 1 },
    { task: "classification", gate: { metric: "logLoss" } },
  );
  const rows = Array.from({ length: 1200 }, (_, row) => {
    const name = row % 600 === 599 ? 99 : row % 99;
    return {
      x: row % 50 === 0 ? null : name + ((row * 7) % 10) / 10,
      town: row % 40 === 0 ? null : `t${name % 7}`,
      flag: name % 2 === 0,
      y: classes[name] ?? 0,
    };
  });
  const engine = await openRows(definition, rows);
  const { multinomial } = await fit({ engine, definition });
  await engine.close();
  const { prediction, probabilities = [] } = new MultinomialModel(multinomial).predict(
    featureTable(multinomial.signature, rows),
  );
  expect(probabilities).toHaveLength(120_000);
  const right = rows.filter(({ y }, row) => prediction[row] === y).length;
  // By chance it would be 12.
  expect(right).toBeGreaterThan(300);
});
