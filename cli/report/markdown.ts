import { html, Html } from "./html";
import { scrollingTable } from "./table";

type Block = (
  lines: readonly string[],
  label: string,
) => { readonly markup: Html; readonly taken: number } | undefined;

/** Escapes, code, strong text and links within a line; a link becomes its text, as the page refers to nothing outside. */
function inline(text: string): Html {
  const pattern = /\\([!-/:-@[-`{-~])|`([^`]+)`|\*\*([^*]+)\*\*|\[([^[\]]*)\]\(([^)\s]*)\)/g;
  const parts: (Html | string)[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const [whole, escaped, code, strong, label, target] = match;
    parts.push(text.slice(end, match.index));
    if (escaped !== undefined) parts.push(escaped);
    else if (code !== undefined) parts.push(html`<code>${code}</code>`);
    else if (strong !== undefined) parts.push(html`<strong>${strong}</strong>`);
    else parts.push(label === target ? (label ?? "") : `${label} (${target})`);
    end = match.index + whole.length;
  }
  return html`${[...parts, text.slice(end)]}`;
}

const takeWhile = (lines: readonly string[], fits: (line: string) => boolean): readonly string[] => {
  const end = lines.findIndex((line) => !fits(line));
  return end === -1 ? lines : lines.slice(0, end);
};

const heading: Block = ([line = ""]) => {
  const match = /^(#{1,6})\s+(\S.*)?$/.exec(line);
  if (match?.[1] === undefined) return undefined;
  // The card is a section of the page: its title is of the third level.
  const text = inline(match[2] ?? "");
  const level = Math.min(6, match[1].length + 2);
  return { markup: html`${new Html(`<h${level}>`)}${text}${new Html(`</h${level}>`)}`, taken: 1 };
};

const code: Block = (lines) => {
  if (!lines[0]?.startsWith("```")) return undefined;
  const content = takeWhile(lines.slice(1), (line) => !line.startsWith("```"));
  return { markup: html`<pre><code>${content.join("\n")}</code></pre>`, taken: content.length + 2 };
};

/** Cells of a row, split at bars that are not escaped. */
const cells = (line: string): string[] =>
  line
    .trim()
    .replace(/^\||(?<!\\)\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());

const table: Block = (lines, label) => {
  const [head = "", rule = ""] = lines;
  const delimiters = cells(rule);
  if (!head.includes("|") || !delimiters.every((cell) => /^:?-+:?$/.test(cell))) return undefined;
  const rows = takeWhile(lines.slice(2), (line) => line.includes("|"));
  const alignments = delimiters.map((cell) => cell.endsWith(":"));
  const columns = cells(head).map((name, index) => ({
    head: inline(name),
    ...(alignments[index] && { kind: "number" as const }),
  }));
  return {
    markup: scrollingTable({ label, columns, rows: rows.map((row) => cells(row).map(inline)) }),
    taken: rows.length + 2,
  };
};

const list: Block = (lines) => {
  const marker = /^\s*(?:[-*+]|\d+[.)])\s+/;
  if (!marker.test(lines[0] ?? "")) return undefined;
  const taken = takeWhile(lines, (line) => marker.test(line) || /^\s+\S/.test(line));
  const items: string[] = [];
  for (const line of taken) {
    const last = items.pop();
    if (marker.test(line)) items.push(...(last === undefined ? [] : [last]), line.replace(marker, ""));
    else items.push(`${last ?? ""} ${line.trim()}`);
  }
  const entries = items.map((item) => html`<li>${inline(item)}</li>`);
  const ordered = /^\s*\d/.test(lines[0] ?? "");
  return {
    markup: ordered
      ? html`<ol>
          ${entries}
        </ol>`
      : html`<ul>
          ${entries}
        </ul>`,
    taken: taken.length,
  };
};

const blocks: readonly Block[] = [heading, code, table, list];

const paragraph = (lines: readonly string[]): { markup: Html; taken: number } => {
  const [first = "", ...rest] = lines;
  const more = takeWhile(rest, (line) => line.trim() !== "" && !blocks.some((block) => block([line], "")));
  return { markup: html`<p>${inline([first, ...more].join(" "))}</p>`, taken: more.length + 1 };
};

/**
 * Markdown as model cards use it: front matter (left out), headings, paragraphs, lists of one level, tables, fenced
 * code; anything else, HTML too, is shown as the text it is.
 */
export function renderMarkdown(markdown: string, label: string): Html {
  const text = markdown.replaceAll("\r\n", "\n").replace(/^---\n[\s\S]*?\n---(?:\n|$)/, "");
  const out: Html[] = [];
  let tables = 0;
  for (let lines: readonly string[] = text.split("\n"); lines.length > 0;) {
    if (lines[0]?.trim() === "") {
      lines = lines.slice(1);
      continue;
    }
    let found: ReturnType<Block>;
    for (const block of blocks) {
      // Regions of a page are told apart by their labels.
      found ??= block(lines, tables === 0 ? label : `${label} ${tables + 1}`);
    }
    const { markup, taken } = found ?? paragraph(lines);
    if (markup.markup.includes("<table")) tables += 1;
    out.push(markup);
    lines = lines.slice(taken);
  }
  return html`${out}`;
}
