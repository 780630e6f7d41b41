import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { repository } from "../../build/repository";
import { tableLines } from "../table";

/** The page with the table of trials. */
export const reliabilityPage = path.join(repository, "docs", "reference", "reliability.md");

const begin = "<!-- trials: written by `npm run test:nightly -- --write` -->";
const end = "<!-- end of trials -->";
const head = ["Trial", "Done", "Found", "", "When and where"];

/** One line of the table: the trial's name, then what came of it. */
export type TrialRow = readonly string[];

/** What a page has before its table, the rows of the table, and what comes after. */
function partsOf(page: string): { before: string; rows: string[][]; after: string } {
  const [before, rest] = page.split(begin);
  const [table, after] = rest?.split(end) ?? [];
  if (before === undefined || table === undefined || after === undefined) {
    throw new Error(
      `docs/reference/reliability.md has no "${begin}" followed by "${end}". Put both where the table belongs.`,
    );
  }
  const lines = table.split("\n").filter((line) => line.startsWith("|"));
  const rows = lines.slice(2).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return { before, rows, after };
}

/**
 * A page whose table has these rows, in the order of `names`: a row takes the place of the former one of its trial, other trials keep
 * theirs, and one that is no longer tried has none.
 */
export function withTrials(page: string, rows: readonly TrialRow[], names: readonly string[]): string {
  const { before, rows: former, after } = partsOf(page);
  const escaped = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const table = names.flatMap((name) => {
    const row = [...escaped, ...former].find(([trial]) => trial === name.replaceAll("|", "\\|"));
    return row === undefined ? [] : [row];
  });
  return `${before}${begin}\n\n${tableLines(head, table).join("\n")}\n\n${end}${after}`;
}

/** Puts rows into the page. */
export function writeTrials(rows: readonly TrialRow[], names: readonly string[]): void {
  writeFileSync(reliabilityPage, withTrials(readFileSync(reliabilityPage, "utf8"), rows, names));
}
