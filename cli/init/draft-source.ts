import type { Column, DescribedColumn } from "./describe-column";
import type { Draft } from "./draft";

/** A value as Prettier writes it in a line. */
export function toSource(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toSource).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, item]) => `${key}: ${toSource(item)}`)
    .join(", ")} }`;
}

/** The longest line of a comment, in characters. */
const commentWidth = 138;

/** A comment, wrapped between words. */
function comment(text: string, indent: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && `${indent}// ${line} ${word}`.length <= commentWidth) {
      lines[lines.length - 1] = `${line} ${word}`;
    } else lines.push(word);
  }
  return lines.map((line) => `${indent}// ${line}\n`).join("");
}

function said(text: string | undefined): string {
  return text === undefined ? "" : comment(text, "  ");
}

function columnSource(column: Column, described: readonly DescribedColumn[]): string {
  const why = described.find(({ name }) => name === column.name)?.comment;
  return `${why === undefined ? "" : comment(why, "    ")}    ${toSource(column)},`;
}

/** The text of `model.ts`. Columns that are left out stay in it as a comment. */
export function writeDefinition({ definition, columns: described, baseline, advice }: Draft): string {
  const { name, task, data, format, columns, split, checks, trainer, threshold, gate } = definition;
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
${[...columns.map((column) => columnSource(column, described)), ...comments].join("\n")}
  ],
${said(advice.split?.why)}  split: ${toSource(split)},
${checks ? `  // Looser than usual, as the data is.\n  checks: ${toSource(checks)},\n` : ""}${said(advice.trainer?.why)}  trainer: ${toSource(trainer)},
${said(advice.threshold?.why)}${threshold ? `  threshold: ${toSource(threshold)},\n` : ""}  // ${baseline}
  gate: ${toSource(gate)},
};

export default definition;
`;
}
