import { parseModelDefinition } from "../../../../platform/definition/definition";

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
  trainer: { kind: "logistic", l2: 1 },
  gate: { metric: "auc" },
};

const withColumn = (column: object): object => ({ ...regression, columns: [...regression.columns, column] });
const withTarget = (base: { columns: readonly object[] }, target: object): object => ({
  ...base,
  columns: [...base.columns.slice(0, 2), { name: "y", role: "target", ...target }],
});

test.each([
  [
    "a metric of two classes for three",
    withTarget(classification, { type: "category", values: ["a", "b", "c"] }),
    'the metric "auc" is not one of 3 classes; use aucMacro, aucWeighted, logLoss, accuracy, balancedAccuracy, f1Macro, f1Weighted, mcc',
  ],
  [
    "a metric of several classes for two",
    { ...withTarget(classification, { type: "boolean" }), gate: { metric: "f1Macro" } },
    'the metric "f1Macro" is not one of 2 classes; use auc, averagePrecision, logLoss, brier, accuracy, balancedAccuracy, precision, recall, f1, mcc',
  ],
  [
    "classes of a feature",
    withColumn({ name: "grade", type: "number", classes: [1, 2] }),
    'columns.3: column "grade": only a target that is a number has classes; a category has them as its values',
  ],
  [
    "classes listed twice",
    withTarget(classification, { type: "number", classes: [1, 1] }),
    'columns.2: column "y": classes are listed twice',
  ],
  [
    "classes and a range",
    withTarget(classification, { type: "number", classes: [1, 2], range: [1, 2] }),
    'columns.2: column "y": its classes say which numbers are allowed; leave range and outside out',
  ],
  [
    "classes of a regression",
    withTarget(regression, { type: "number", classes: [1, 2] }),
    'the target "y" of a regression is an amount; leave its classes out',
  ],
  [
    "a column with the name of a class's probability",
    {
      ...classification,
      gate: { metric: "logLoss" },
      columns: [
        { name: "probability_b", type: "number" },
        { name: "y", type: "category", role: "target", values: ["a", "b", "c"] },
      ],
    },
    'the column name "probability_b" is reserved: it is that of a class\'s probability',
  ],
])("a definition may not have %s", (_, value, fault) => {
  expect(() => parseModelDefinition(value, "models/example/model.ts")).toThrow(
    expect.objectContaining({
      code: "DEFINITION_INVALID",
      message: `models/example/model.ts is not a valid model definition. Correct:\n  - ${fault}`,
    }) as Error,
  );
});
