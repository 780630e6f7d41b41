import { typedCommands, typedCommand } from "../../platform/base/typed-commands";

/** Markup that is ready for the page. Only what is free of anybody's text may be made into it directly; else `html`. */
export class Html {
  constructor(readonly markup: string) {}
}

type Part = Html | string | number | undefined | readonly Part[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it stands in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

function toMarkup(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Html) return part.markup;
  if (typeof part === "string" || typeof part === "number") return escapeHtml(String(part));
  return part.map(toMarkup).join("");
}

/** Template of markup: what is put in is escaped unless it is markup itself; `undefined` is nothing, a list is joined. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, index) => text + toMarkup(parts[index])).join(""));
}

/** Text in which words in backticks are commands, as they have to be typed, or names: they stand out. */
export function withNames(text: string): Html {
  return html`${typedCommands(text)
    .split("`")
    .map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}

/** A command of this product, as it has to be typed. */
export function commandLine(verb: string): Html {
  return html`<code>${typedCommand(`mlops ${verb}`)}</code>`;
}

/** What a command, or an error, says, on a page. */
export function messageLines(text: string): Html {
  return html`<p class="lines">${withNames(text)}</p>`;
}
