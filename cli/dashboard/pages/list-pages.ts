import { html } from "../../report/html";
import type { Board } from "../board/board";
import { pageLinks, pageOf } from "../web/paging";
import type { Page } from "../web/page";
import { links } from "./links";
import { runsTable } from "./runs-table";
import { versionsTable } from "./versions-table";

/** All runs of a model, a page at a time. */
export function runsPage(board: Board, page: unknown): Page {
  const { name, definition, runs, nodePrice } = board;
  const paged = pageOf(runs, page);
  const turns = pageLinks(paged, links.runs(name), "runs");
  return {
    title: `Runs of ${name}`,
    crumbs: [{ title: name, href: links.model(name) }],
    content: html`${turns}
      <form action="${links.compare(name)}">
        ${runsTable(name, paged.items, {
          metric: definition.gate.metric,
          choosable: true,
          ...(nodePrice && { price: nodePrice }),
        })}
        <button>Compare the runs that are ticked</button>
      </form>
      ${turns}`,
  };
}

/** All versions of a model, a page at a time. */
export function versionsPage(board: Board, page: unknown): Page {
  const { name, versions } = board;
  const paged = pageOf(versions, page);
  const turns = pageLinks(paged, links.versions(name), "versions");
  return {
    title: `Versions of ${name}`,
    crumbs: [{ title: name, href: links.model(name) }],
    content: html`${turns} ${versionsTable(board, paged.items)} ${turns}`,
  };
}
