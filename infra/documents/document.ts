import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { settings } from "../config/config-settings";
import type { Setting } from "../config/config-values";

/** The page with the table of settings, which `npm run infra:docs` writes. */
export const settingsPagePath = path.join(__dirname, "..", "..", "docs", "reference", "stack-settings.md");

const begin = "<!-- settings: written by `npm run infra:docs` -->";
const end = "<!-- end of settings -->";

/** The settings of a stack as a Markdown table, formatted like Prettier. */
export function settingsTable(all: Readonly<Record<string, Setting>> = settings): string {
  const rows = Object.entries(all).map(([key, setting]) => {
    const fallback = setting.default === "" ? "none" : setting.default;
    const value = setting.optional ? "optional" : fallback === undefined ? "**required**" : `\`${fallback}\``;
    return [`\`${key}\``, value.replace("`none`", "none"), setting.description.replaceAll("|", "\\|")];
  });
  const table = [["`mlops:...`", "Default", "What it is for"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = table;
  return [head, widths.map((width) => "-".repeat(width)), ...body].map(line).join("\n");
}

/** Replaces the table between the document's markers. */
export function withSettings(document: string, table: string): string {
  const [before, rest] = document.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) {
    throw new Error(
      `docs/reference/stack-settings.md has no "${begin}" followed by "${end}". Put both where the table belongs.`,
    );
  }
  return `${before}${begin}\n\n${table}\n\n${end}${after}`;
}

if (require.main === module) {
  writeFileSync(settingsPagePath, withSettings(readFileSync(settingsPagePath, "utf8"), settingsTable()));
}
