import { formatModelRef } from "../../../platform/definition/model-ref";
import type { ModelVersion } from "../../../platform/registry/registry";
import { showTime } from "../../report/display";
import { html } from "../../report/html";
import { renderMarkdown } from "../../report/markdown";
import { factList } from "../../report/sections/section";
import { runOfVersion, type Board } from "../board/board";
import type { Measured } from "../measurements";
import type { Page } from "../web/page";
import { links } from "./links";
import { shortDigest } from "../../../platform/base/files";

/** A registered version: what it is, the run that made it, and its model card. */
export function versionPage(board: Board, version: ModelVersion, card: Measured<string>): Page {
  const { name } = board;
  const ref = formatModelRef(version);
  const run = runOfVersion(board, ref);
  const content =
    card.state === "measuring"
      ? html`<p>The model card is being fetched.</p>`
      : card.state === "failed"
        ? html`<p class="lines">${card.reason}</p>`
        : renderMarkdown(card.result, "Table of the model card");
  return {
    title: ref,
    crumbs: [
      { title: name, href: links.model(name) },
      { title: "Versions", href: links.versions(name) },
    ],
    ...(card.state === "measuring" && { reloadAfterSeconds: 2 }),
    content: html`${factList([
        ["registered", showTime(version.registeredAt)],
        ["digest", shortDigest(version.digest)],
        ...(version.aliases.length > 0 ? [["aliases", version.aliases.join(", ")] as const] : []),
      ])}
      ${
        run === undefined
          ? html`<p class="muted">Its run is not on this machine.</p>`
          : html`<ul class="doing">
              <li><a class="button" href="${links.run(name, run.id)}">All of its run</a></li>
            </ul>`
      }
      <h2>Model card</h2>
      ${content}`,
  };
}
