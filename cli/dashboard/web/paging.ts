import { html, type Html } from "../../report/html";

/** Rows of a page of a long list. */
const pageRows = 50;

export interface Paged<Item> {
  readonly items: readonly Item[];
  /** From 1. */
  readonly page: number;
  readonly pages: number;
}

/** A page of a list; a number that is none, or beyond the end, is the nearest page that there is. */
export function pageOf<Item>(all: readonly Item[], asked: unknown): Paged<Item> {
  const pages = Math.max(1, Math.ceil(all.length / pageRows));
  const number = Number(asked);
  const page = Number.isInteger(number) ? Math.min(pages, Math.max(1, number)) : 1;
  return { items: all.slice((page - 1) * pageRows, page * pageRows), page, pages };
}

/** Links to the pages before and after; nothing where there is one page alone. */
export function pageLinks({ page, pages }: Paged<unknown>, href: string, what: string): Html | undefined {
  if (pages === 1) return undefined;
  const link = (to: number, text: string): Html | undefined =>
    to < 1 || to > pages
      ? undefined
      : html`<a href="${href}${href.includes("?") ? "&" : "?"}page=${to}">${text}</a>`;
  return html`<nav class="pages" aria-label="Pages of ${what}">
    ${link(page - 1, "Newer")} <span class="muted">page ${page} of ${pages}</span> ${link(page + 1, "Older")}
  </nav>`;
}
