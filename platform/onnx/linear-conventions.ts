/** What writer and reader of a linear model's graph agree on besides the operators. */
export const linearConventions = {
  /** Element types of the inputs, by type of feature. */
  inputTypes: { number: "double", category: "string", boolean: "bool" },
  /** Each input becomes a column, [N, 1], before anything else. */
  columnShape: [-1, 1],
  /** Columns are joined, and their products summed up, along this axis. */
  columnAxis: 1,
  /** Coefficient of a category's value that was not seen in training; it stands behind those of the others. */
  unknownCoefficient: 0,
} as const;
