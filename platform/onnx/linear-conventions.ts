/** The operators of arithmetic on columns. */
export const arithmeticOperators = {
  add: "Add",
  subtract: "Sub",
  multiply: "Mul",
  divide: "Div",
  power: "Pow",
  maximum: "Max",
} as const;

/** What writer and reader of a linear model's graph agree on besides the operators. */
export const linearConventions = {
  /** Element types of the inputs, by type of feature; a date is seconds since 1970 (UTC). */
  inputTypes: { number: "double", category: "string", boolean: "bool", date: "double" },
  /** Each input becomes a column, [N, 1], before anything else. */
  columnShape: [-1, 1],
  /** Columns are joined, and their products summed up, along this axis. */
  columnAxis: 1,
  /** Coefficient of a category's value that was not seen in training; it stands behind those of the others. */
  unknownCoefficient: 0,
} as const;
