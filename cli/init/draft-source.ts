import type { Draft } from "./draft";

/** A value as Prettier writes it in a line. */
export function toSource(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toSource).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, item]) => `${key}: ${toSource(item)}`)
    .join(", ")} }`;
}

/** The text of `model.ts`. Columns that are left out stay in it as a comment. */
export function writeDefinition({ definition, columns: described, baseline }: Draft): string {
  const { name, task, data, format, columns, split, checks, trainer, gate } = definition;
  const comments = described
    .filter(({ taken, name: column }) => taken === "left out" && column !== "")
    .map((left) => `    // ${JSON.stringify(left.name)} ${left.why}, so it is left out.`);
  return `import type { ModelDefinitionInput } from "../../platform/definition/definition";

const definition: ModelDefinitionInput = {
  name: ${toSource(name)},
  task: ${toSource(task)},
  data: ${toSource(data)},
${format ? `  // How the file writes values.\n  format: ${toSource(format)},\n` : ""}  // Written from the data: check each range, list of values and unit against what you know. Values outside are taken with a
  // warning; without \`outside: "warn"\` they are refused.
  columns: [
${[...columns.map((column) => `    ${toSource(column)},`), ...comments].join("\n")}
  ],
  split: ${toSource(split)},
${checks ? `  // Looser than usual, as the data is.\n  checks: ${toSource(checks)},\n` : ""}  trainer: ${toSource(trainer)},
  // ${baseline}
  gate: ${toSource(gate)},
};

export default definition;
`;
}
