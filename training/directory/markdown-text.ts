/** What Markdown, and HTML within it, would take for markup; an underscore only where it is not within a word. */
const markup = /[\\`*[\]<>|&~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;
/** What makes a line a heading or an item of a list: of "1." the point is what can be escaped. */
const opening = /^(\d*)([-+.)]|#{1,6})(?=\s|$)/;

/** Text as one line of Markdown that shows it as it is, whatever it holds. */
export function markdownText(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ").replaceAll(markup, "\\$&").replace(opening, "$1\\$2");
}

/** A table in Markdown, of texts as they are. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownText).join(" | ")} |`;
  return [line(head), `| ${head.map(() => "---").join(" | ")} |`, ...rows.map(line)].join("\n");
}
