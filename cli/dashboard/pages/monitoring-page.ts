import type { ModelDefinition } from "../../../platform/definition/definition";
import type { DrawPlot } from "../../report/draw-plot";
import { showNumber } from "../../report/display";
import { html, messageLines, type Html } from "../../report/html";
import { scrollingTable } from "../../report/table";
import { driftSection } from "../../report/sections/drift";
import { renderSection } from "../../report/sections/section";
import type { MonitorResult } from "../../watching/monitor";
import type { Measured } from "../measurements";
import type { Page } from "../web/page";
import { links } from "./links";

const windows = [
  { hours: 24, title: "the last day" },
  { hours: 168, title: "the last week" },
  { hours: 720, title: "the last 30 days" },
] as const;

function performanceTable({ kind, metrics }: NonNullable<MonitorResult["performance"]>): Html {
  return html`<h2>${kind === "estimated" ? "How right it is, estimated" : "How right it is"}</h2>
    ${
      kind === "estimated"
        ? html`<p class="muted">
            From its own probabilities: no truth has been given. It is as good as they are calibrated.
          </p>`
        : undefined
    }
    ${scrollingTable({
      label: "How right it is",
      columns: [
        { head: "metric" },
        { head: kind === "estimated" ? "estimate" : "now", kind: "number" },
        { head: "when registered", kind: "number" },
        { head: "worse by", kind: "number" },
      ],
      rows: metrics.map(({ metric, now, registered, fall }) => [
        metric,
        showNumber(now),
        showNumber(registered),
        fall === undefined ? "–" : `${showNumber(fall.low)} to ${showNumber(fall.high)}`,
      ]),
    })}`;
}

interface Asked {
  readonly name: string;
  readonly definition: ModelDefinition;
  readonly environment: string;
  /** Back from now; all that is logged without it. */
  readonly hours: number | undefined;
}

/** What production was asked beside what its model was trained on. */
export function monitoringPage(
  { name, definition, environment, hours }: Asked,
  measured: Measured<MonitorResult>,
  draw: DrawPlot,
): Page {
  const here = links.monitoring(name);
  const content =
    measured.state === "measuring"
      ? html`<p>The prediction log is being read.</p>`
      : measured.state === "failed"
        ? messageLines(measured.reason)
        : html`<p>What ${measured.result.version} was asked in ${environment}.</p>
            ${measured.result.performance && performanceTable(measured.result.performance)}
            ${renderSection(driftSection(measured.result.drift, definition, draw))}`;
  return {
    title: `Drift of ${name}`,
    crumbs: [{ title: name, href: links.model(name) }],
    ...(measured.state === "measuring" && { reloadAfterSeconds: 2 }),
    content: html`<ul class="doing" aria-label="What is looked at">
        <li>
          <a class="button" ${hours === undefined ? html`aria-current="page"` : undefined} href="${here}"
            >all that is logged</a
          >
        </li>
        ${windows.map(
          (window) =>
            html`<li>
              <a
                class="button"
                ${hours === window.hours ? html`aria-current="page"` : undefined}
                href="${here}?hours=${window.hours}"
                >${window.title}</a
              >
            </li>`,
        )}
      </ul>
      ${content}`,
  };
}
