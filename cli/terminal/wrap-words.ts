import { Help } from "commander";

const help = new Help();

/** Lines of a table: they are as wide as they are. */
const table = /^[│├┌└]/;

/** What a line begins with: spaces, and a word that stands apart from the rest as the name of a row does. */
const beginning = /^ *(?:\S+ {2,})?/;

/**
 * A text with the lines that are too wide for so many columns broken between words; a line that goes on does so below
 * where its text began. A word that is wider, as a path, stays whole.
 */
export function wrapWords(text: string, columns: number): string {
  return text
    .split("\n")
    .map((line) => {
      if (line.length <= columns || table.test(line)) return line;
      const start = beginning.exec(line)?.[0] ?? "";
      const indent = " ".repeat(start.length);
      const wrapped = help.boxWrap(line.slice(start.length), columns - start.length);
      return `${start}${wrapped.replaceAll("\n", `\n${indent}`)}`;
    })
    .join("\n");
}
