import type { AuditEntry } from "../../../platform/audit/audit-entry";
import { describeVerified } from "../../../platform/audit/verify-trail";
import { describeFacts, type Audited } from "../../audit/show-audit";
import { html, messageLines, withNames, type Html } from "../../report/html";
import { badge, scrollingTable } from "../../report/table";
import { pageLinks, pageOf } from "../web/paging";
import type { Measured } from "../measurements";
import type { Page } from "../web/page";
import { links } from "./links";
import { datedCell } from "./dated-cell";

const tones = { done: "good", failed: "bad", begun: "warn" } as const;

function actsTable(acts: readonly AuditEntry[]): Html {
  return scrollingTable({
    label: "Acts, newest first",
    columns: [
      { head: "number, time" },
      { head: "act" },
      { head: "of, where" },
      { head: "state" },
      { head: "who, from", kind: "name" },
      { head: "why", kind: "prose" },
      { head: "what", kind: "prose" },
    ],
    rows: acts.map((entry) => [
      datedCell(entry.number, entry.time),
      entry.act,
      html`${entry.subject} <span class="muted">${entry.environment}</span>`,
      badge(tones[entry.state], entry.state),
      html`${entry.actor.who} <span class="muted">${entry.actor.job ?? entry.actor.host}</span>`,
      entry.why ?? "–",
      describeFacts(entry),
    ]),
  });
}

function whole({ acts, verified }: Audited, model: string | undefined, page: unknown): Html {
  const paged = pageOf(acts.toReversed(), page);
  const turns = pageLinks(paged, links.audit(model), "acts");
  const isWhole = verified.faults.length === 0;
  return html`<p>
      ${badge(isWhole ? "good" : "bad", isWhole ? "the trail is whole" : "the trail has faults")}
    </p>
    <p class="lines muted">${withNames(describeVerified(verified))}</p>
    ${turns} ${acts.length === 0 ? html`<p>Nothing is recorded yet.</p>` : actsTable(paged.items)} ${turns}`;
}

/** The audit trail: who did what, when, why and from where. */
export function auditPage(asked: Measured<Audited>, model: string | undefined, page: unknown): Page {
  return {
    title: model === undefined ? "What was done" : `What was done with ${model}`,
    crumbs: model === undefined ? [] : [{ title: model, href: links.model(model) }],
    ...(asked.state === "measuring" && { reloadAfterSeconds: 2 }),
    content:
      asked.state === "measuring"
        ? html`<p>The audit trail is being read.</p>`
        : asked.state === "failed"
          ? messageLines(asked.reason)
          : whole(asked.result, model, page),
  };
}
