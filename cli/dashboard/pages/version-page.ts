import { formatModelRef } from "../../../platform/definition/model-ref";
import type { ModelVersion } from "../../../platform/registry/registry";
import { showNumber, showTime } from "../../report/display";
import { html, messageLines } from "../../report/html";
import { renderMarkdown } from "../../report/markdown";
import { factList } from "../../report/sections/section";
import { heldOutOf, type Board } from "../board/board";
import type { VersionFacts } from "../board/version-facts";
import type { Measured } from "../measurements";
import type { Page } from "../web/page";
import { lineagePart } from "./lineage-part";
import { links } from "./links";
import { shortDigest } from "../../../platform/base/files";

/** A registered version: where it comes from and where it is, and its model card. */
export function versionPage(board: Board, version: ModelVersion, asked: Measured<VersionFacts>): Page {
  const { name, definition } = board;
  const { metric } = definition.gate;
  const facts = asked.state === "measured" ? asked.result : undefined;
  const measured = heldOutOf(board, version)?.[metric] ?? facts?.heldOut?.[metric];
  const card =
    asked.state === "measuring"
      ? html`<p>The model card is being fetched.</p>`
      : asked.state === "failed"
        ? messageLines(asked.reason)
        : renderMarkdown(asked.result.card, "Table of the model card");
  return {
    title: formatModelRef(version),
    crumbs: [
      { title: name, href: links.model(name) },
      { title: "Versions", href: links.versions(name) },
    ],
    ...(asked.state === "measuring" && { reloadAfterSeconds: 2 }),
    content: html`${factList([
        ["registered", showTime(version.registeredAt)],
        ["digest", shortDigest(version.digest)],
        ...(measured === undefined ? [] : [[metric, showNumber(measured)] as const]),
        ...(version.aliases.length > 0 ? [["aliases", version.aliases.join(", ")] as const] : []),
      ])}
      <h2>From data to production</h2>
      ${lineagePart(board, version, facts)}
      <h2>Model card</h2>
      ${card}`,
  };
}
