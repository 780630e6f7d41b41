import {
  parseModelDefinition,
  type ModelDefinition,
  type ModelDefinitionInput,
} from "../../../platform/definition/definition";

/** Few rows share each of the texts of `ticket`, so that a model learns much of its training rows by heart. */
export const count = 980;
const tickets = 98;
export const noise = (row: number, step: number): number => ((row * step) % 1) - 0.5;
export const rows = Array.from({ length: count }, (_, row) => {
  const [x, extra] = [noise(row, 0.618034), noise(row, 0.4142136)];
  const y = 2 * x + 0.5 * extra + noise(row, 0.7320508);
  return { ticket: `t${row % tickets}`, x, extra, y };
});
export type Row = (typeof rows)[number];

const columns = {
  ticket: { name: "ticket", type: "category" },
  x: { name: "x", type: "number" },
  extra: { name: "extra", type: "number" },
  y: { name: "y", type: "number", role: "target" },
} as const;

export function definitionWith(
  names: readonly (keyof typeof columns)[],
  changes: Partial<ModelDefinitionInput> = {},
): ModelDefinition {
  return parseModelDefinition(
    {
      name: "tickets",
      task: "regression",
      data: "data.csv",
      columns: [...names, "y" as const].map((name) => columns[name]),
      trainer: { kind: "ridge", alpha: 0.01 },
      gate: { metric: "rmse" },
      ...changes,
    },
    "the test's definition",
  );
}
