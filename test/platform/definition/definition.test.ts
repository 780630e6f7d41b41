import diabetes from "../../../models/diabetes/model";
import titanic from "../../../models/titanic/model";
import type { ModelDefinition } from "../../../platform/definition/definition";
import { featuresOf, parseModelDefinition, targetOf } from "../../../platform/definition/definition";
import { PlatformError } from "../../../platform/base/errors";

const regression = {
  name: "example",
  task: "regression",
  data: "data.csv",
  columns: [
    { name: "age", type: "number" },
    { name: "town", type: "category" },
    { name: "price", type: "number", role: "target" },
  ],
  trainer: { kind: "ridge", alpha: 1 },
  gate: { metric: "rmse" },
};

const classification = {
  ...regression,
  task: "classification",
  columns: [
    { name: "age", type: "number" },
    { name: "town", type: "category" },
    { name: "ill", type: "boolean", role: "target" },
  ],
  trainer: { kind: "logistic", l2: 1 },
  gate: { metric: "auc" },
};

/** The regression with one more column. */
const withColumn = (column: object): object => ({ ...regression, columns: [...regression.columns, column] });
const withGate = (gate: object): object => ({ ...regression, gate: { metric: "rmse", ...gate } });
const withTarget = (base: { columns: readonly object[] }, target: object): object => ({
  ...base,
  columns: [...base.columns.slice(0, 2), { name: "y", role: "target", ...target }],
});

const parse = (value: unknown): ModelDefinition => parseModelDefinition(value, "models/example/model.ts");

function faultsOf(value: unknown): string[] {
  try {
    parse(value);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    expect(error.code).toBe("DEFINITION_INVALID");
    const [first, ...faults] = error.message.split("\n  - ");
    expect(first).toBe("models/example/model.ts is not a valid model definition. Correct:");
    return faults;
  }
  return [];
}

describe("a model definition", () => {
  test("takes a boolean that may be missing as a category, also when it is read again", () => {
    const parsed = parse(withColumn({ name: "x", type: "boolean", nullable: true }));
    const column = { name: "x", type: "category", nullable: true, values: ["false", "true"] };
    expect(parsed.columns.at(-1)).toMatchObject(column);
    expect(parse(parsed)).toEqual(parsed);
  });

  test("has its defaults filled in", () => {
    expect(parse(regression)).toMatchObject({
      split: { testFraction: 0.2, seed: 1 },
      checks: { minRows: 50, maxMissing: 0.5, maxDuplicates: 0.1 },
      gate: { metric: "rmse", minImprovement: 0, floors: [], slices: [] },
      drift: { psi: 0.2, significance: 0.01, minRows: 50 },
      serving: {
        concurrency: 2,
        queueTimeoutMs: 180_000,
        timeoutMs: 60_000,
        maxRows: 10_000,
        maxBodyBytes: 5_000_000,
      },
      canary: { weights: [10, 50], minRequests: 50, shadowPercent: 0 },
    });
    expect(parse(regression).columns[0]).toEqual({
      name: "age",
      type: "number",
      role: "feature",
      nullable: false,
    });
  });

  test.each([
    ["diabetes", diabetes],
    ["titanic", titanic],
  ])("of the model %s that ships is valid", (name, definition) => {
    expect(parse(definition).name).toBe(name);
  });

  test("gives its features in order, and its target", () => {
    const definition = parse(regression);
    expect(featuresOf(definition).map(({ name }) => name)).toEqual(["age", "town"]);
    expect(targetOf(definition).name).toBe("price");
    expect(() => targetOf({ columns: featuresOf(definition) })).toThrow(
      "The definition has no target column.",
    );
  });

  test.each<[string, unknown]>([
    ["a range of one value", withColumn({ name: "x", type: "number", range: [1, 1] })],
    ["values of a category", withColumn({ name: "x", type: "category", values: ["a", "b"] })],
    ["a nullable number", withColumn({ name: "x", type: "number", nullable: true })],
    ["a boolean", withColumn({ name: "x", type: "boolean" })],
    ["an id and a weight", withColumn({ name: "x", type: "number", role: "weight" })],
    ["ordinary least squares", { ...regression, trainer: { kind: "ridge", alpha: 0 } }],
    [
      "a trainer in another language",
      { ...regression, trainer: { kind: "command", run: ["python3", "t.py"] } },
    ],
    ["a classification", classification],
    ["two classes in words", withTarget(classification, { type: "category", values: ["no", "yes"] })],
    ["a floor of a lower-is-better metric", withGate({ floors: [{ metric: "rmse", max: 60 }] })],
    ["a floor of a higher-is-better metric", withGate({ floors: [{ metric: "r2", min: 0 }] })],
    ["a slice by category", withGate({ slices: [{ column: "town", mayBeWorseBy: 0 }] })],
    ["a slice by cut points", withGate({ slices: [{ column: "age", at: [30, 60], mayBeWorseBy: 1 }] })],
    ["one canary stage", { ...regression, canary: { weights: [99] } }],
    ["no column of its own but the fewest", { ...regression, columns: regression.columns.slice(1) }],
  ])("may have %s", (_, value) => {
    expect(faultsOf(value)).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    [
      "a range of a category",
      withColumn({ name: "x", type: "category", range: [0, 1] }),
      'columns.3: column "x": only a number or a date has a range',
    ],
    [
      "an empty range",
      withColumn({ name: "x", type: "number", range: [2, 1] }),
      'columns.3: column "x": range 2..1 is empty',
    ],
    [
      "a personal target",
      withTarget(regression, { type: "number", personal: true }),
      'columns.2: column "y": what is predicted is logged and shown, so the target cannot be personal',
    ],
    [
      "a personal category without values",
      withColumn({ name: "x", type: "category", personal: true }),
      'columns.3: column "x": a personal category needs values; without them the model itself would hold those that it was trained on. List groups that tell no person, or leave the column out',
    ],
    [
      "values of a number",
      withColumn({ name: "x", type: "number", values: ["1"] }),
      'columns.3: column "x": only a category has values',
    ],
    [
      "a value twice",
      withColumn({ name: "x", type: "category", values: ["a", "b", "a"] }),
      'columns.3: column "x": values are listed twice',
    ],
    [
      "a word on what is outside of nothing",
      withColumn({ name: "x", type: "number", outside: "warn" }),
      'columns.3: column "x": without a range or values nothing is outside; leave "outside" out',
    ],
    [
      "a class of the target that is outside",
      withTarget(classification, { type: "category", values: ["a", "b"], outside: "warn" }),
      'columns.2: column "y": a class of the target that is outside cannot be used; leave "outside" out',
    ],
    [
      "a weight that is outside",
      withColumn({ name: "w", type: "number", role: "weight", range: [0, 1], outside: "warn" }),
      'columns.3: column "w": a weight that is outside cannot be used; leave "outside" out',
    ],
    [
      "one separator for thousands and decimals",
      { ...regression, format: { decimal: ",", thousands: "," } },
      'format: "," cannot be both the decimal and the thousands separator',
    ],
    [
      "a nullable target",
      withTarget(regression, { type: "number", nullable: true }),
      'columns.2: column "y": the target cannot be nullable',
    ],
    [
      "a weight in words",
      withColumn({ name: "x", type: "category", role: "weight" }),
      'columns.3: column "x": a weight is a number',
    ],
    ["a column twice", withColumn({ name: "age", type: "number" }), 'column "age" is defined twice'],
    [
      "two targets",
      withColumn({ name: "x", type: "number", role: "target" }),
      '2 columns have the role "target"; expected one',
    ],
    [
      "no target",
      { ...regression, columns: regression.columns.slice(0, 2) },
      '0 columns have the role "target"; expected one',
    ],
    [
      "no feature",
      { ...regression, columns: [{ name: "a", type: "category", role: "id" }, regression.columns[2]] },
      "no column is a feature",
    ],
    [
      "a regression of a boolean",
      withTarget(regression, { type: "boolean" }),
      'the target "y" of a regression is a number, not a boolean',
    ],
    [
      "a classification of a number",
      withTarget(classification, { type: "number" }),
      'the target "y" of a classification is a number and names no classes. List them, for example classes: [0, 1, 2], the positive one of two last; or make it a boolean or a category',
    ],
    [
      "ridge for a classification",
      { ...classification, trainer: regression.trainer },
      "the ridge trainer is for regression; use logistic, boosted-trees, command or python",
    ],
    [
      "class weights of no class",
      { ...classification, trainer: { ...classification.trainer, classWeight: { maybe: 2 } } },
      'classWeight names "maybe", which is no class of the target; the classes are "false", "true"',
    ],
    [
      "class weights of amounts",
      { ...regression, trainer: { kind: "boosted-trees", classWeight: "balanced" } },
      "classWeight is for a classification, as a regression has no classes; leave it out",
    ],
    [
      "logistic for a regression",
      { ...regression, trainer: classification.trainer },
      "the logistic trainer is for classification; use ridge, elastic-net, boosted-trees, command or python",
    ],
    [
      "one class",
      withTarget(classification, { type: "category", values: ["a"] }),
      'a classification tells two or more classes apart; the target "y" has 1 value. List them as its values, the positive class of two last',
    ],
    [
      "classes unsaid for a program of one's own",
      {
        ...withTarget(classification, { type: "category" }),
        trainer: { kind: "command", run: ["train"] },
      },
      'a classification tells two or more classes apart; the target "y" names no values. List them as its values, the positive class of two last',
    ],
    [
      "a metric of the other task",
      withGate({ metric: "auc" }),
      'the metric "auc" is not one of a regression',
    ],
    [
      "a floor the wrong way round",
      withGate({ floors: [{ metric: "rmse", min: 1 }] }),
      'the floor for "rmse" needs max (lower is better) and nothing else',
    ],
    [
      "a floor by the name that its bound had",
      withGate({ floors: [{ metric: "r2", min: 0, atLeast: 0 }] }),
      'gate.floors.0: Unrecognized key: "atLeast". It is now called "min"; rename it.',
    ],
    [
      "a floor on both sides",
      withGate({ floors: [{ metric: "r2", min: 0, max: 1 }] }),
      'the floor for "r2" needs min (higher is better) and nothing else',
    ],
    [
      "a floor without a bound",
      withGate({ floors: [{ metric: "r2" }] }),
      'the floor for "r2" needs min (higher is better) and nothing else',
    ],
    [
      "a slice of an unknown column",
      withGate({ slices: [{ column: "x", mayBeWorseBy: 0 }] }),
      'the slice column "x" is not among the columns',
    ],
    [
      "a slice of a number without cut points",
      withGate({ slices: [{ column: "age", mayBeWorseBy: 0 }] }),
      'the slice column "age" is a number; cut points ("at") are for numbers, which need them',
    ],
    [
      "a slice of a category with cut points",
      withGate({ slices: [{ column: "town", at: [1], mayBeWorseBy: 0 }] }),
      'the slice column "town" is a category; cut points ("at") are for numbers, which need them',
    ],
    [
      "a column that may move and is none",
      { ...regression, checks: { mayMove: ["yaer"] } },
      '"yaer" in checks.mayMove is not among the columns',
    ],
    [
      "canary weights that fall",
      { ...regression, canary: { weights: [50, 10] } },
      "canary weights 50, 10 do not rise",
    ],
    [
      "a canary weight twice",
      { ...regression, canary: { weights: [10, 10] } },
      "canary weights 10, 10 do not rise",
    ],
    [
      "a name with capitals",
      { ...regression, name: "Example" },
      "name: must be 3 to 40 lower-case letters, digits and dashes, a letter first and no dash last",
    ],
    [
      "a misspelt field",
      { ...regression, trainr: {} },
      'Unrecognized key: "trainr". Did you mean "trainer"?',
    ],
    ...(
      [
        ["checks", "leastRows", "minRows"],
        ["checks", "mostMissing", "maxMissing"],
        ["checks", "mostDuplicates", "maxDuplicates"],
        ["drift", "leastRows", "minRows"],
        ["serving", "mostRows", "maxRows"],
        ["serving", "mostBodyBytes", "maxBodyBytes"],
        ["canary", "leastRequests", "minRequests"],
      ] as const
    ).map(([part, old, today]): [string, unknown, string] => [
      `the old name ${part}.${old}`,
      { ...regression, [part]: { [old]: 1 } },
      `${part}: Unrecognized key: "${old}". It is now called "${today}"; rename it.`,
    ]),
    [
      "the old name gate.leastImprovement",
      withGate({ leastImprovement: 1 }),
      'gate: Unrecognized key: "leastImprovement". It is now called "minImprovement"; rename it.',
    ],
    [
      "everything held out",
      { ...regression, split: { testFraction: 1 } },
      "split.testFraction: Too big: expected number to be <1",
    ],
    [
      "a feature that splits the rows",
      { ...regression, split: { column: "age" } },
      'split.column "age" is among the columns; what splits the rows is neither a feature nor the target',
    ],
    [
      "a penalty below 0",
      { ...regression, trainer: { kind: "ridge", alpha: -1 } },
      "trainer.alpha: Too small: expected number to be >=0",
    ],
    [
      "a penalty that is no number",
      { ...regression, trainer: { kind: "ridge", alpha: NaN } },
      'trainer.alpha: Expected a number of at least 0, or "auto"',
    ],
  ])("may not have %s", (_, value, fault) => {
    expect(faultsOf(value)).toEqual([fault]);
  });

  test("names all its faults in one message", () => {
    const value = {
      ...withGate({ metric: "auc", slices: [{ column: "x", mayBeWorseBy: 0 }] }),
      trainer: classification.trainer,
      canary: { weights: [50, 10] },
    };
    expect(faultsOf(value)).toEqual([
      "the logistic trainer is for classification; use ridge, elastic-net, boosted-trees, command or python",
      'the metric "auc" is not one of a regression',
      'the slice column "x" is not among the columns',
      "canary weights 50, 10 do not rise",
    ]);
  });

  test("names faults of form and of sense together", () => {
    expect(faultsOf({ ...withGate({ metric: "auc" }), name: "Example", extra: 1 })).toEqual([
      "name: must be 3 to 40 lower-case letters, digits and dashes, a letter first and no dash last",
      'Unrecognized key: "extra". Allowed are name, description, task, data, format, columns, split, checks, trainer, intervals, calibration, threshold, gate, drift, serving, canary, page, card; rename or remove it.',
      'the metric "auc" is not one of a regression',
    ]);
  });

  test.each([undefined, null, "x", 5, []])("is not %j", (value) => {
    expect(faultsOf(value)).toHaveLength(1);
  });
});
