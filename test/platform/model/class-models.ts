import type { MultinomialParameters, Term } from "../../../platform/onnx/linear-parameters";

const termsOf = (wind: number, warm: number, towns: readonly number[]): Term[] => [
  { kind: "number", column: "wind", imputation: 12, mean: 10, scale: 4, coefficient: wind },
  { kind: "boolean", column: "warm", coefficient: warm },
  { kind: "category", column: "town", values: ["A", "B"], coefficients: towns },
];

/** A model of three classes, with names that CSV and JavaScript's objects have a use of their own for. */
export const weather: MultinomialParameters = {
  signature: {
    task: "classification",
    inputs: [
      { name: "wind", type: "number", nullable: true },
      { name: "warm", type: "boolean", nullable: false },
      { name: "town", type: "category", nullable: false },
    ],
    target: { name: "weather", classes: ['dry, "very"', "größer", "__proto__"] },
  },
  predictors: [
    { intercept: 0.5, terms: termsOf(1, -0.25, [2, -2]) },
    { intercept: 0, terms: termsOf(-1, 0.25, [-1, 1]) },
    { intercept: -0.5, terms: termsOf(0, 0, [0, 0.5]) },
  ],
};

/** The same with numbers as classes, which are not their positions. */
export const grades: MultinomialParameters = {
  ...weather,
  signature: { ...weather.signature, target: { name: "grade", classes: [7, -1, 2] } },
};

export const weatherRow = { wind: 14, warm: true, town: "A" } as const;
