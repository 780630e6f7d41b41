import { html, withNames, type Html } from "../../report/html";
import type { DrawPlot } from "../../report/draw-plot";
import { sectionsOf } from "../../report/render-report";
import type { ReportInput } from "../../report/report-input";
import { runFacts, verdictOf } from "../../report/sections/header";
import { factList, renderSection } from "../../report/sections/section";
import { badge } from "../../report/table";
import { showTime } from "../../report/display";
import type { Page } from "../web/page";
import { links } from "./links";

/** All that is known of a run: what its report has, as it stands now. */
export function runPage(input: ReportInput, draw: DrawPlot): Page {
  const { run } = input;
  const { tone, word } = verdictOf(input);
  const sections = sectionsOf(input, draw);
  return {
    title: run.version ?? `Run ${run.id}`,
    crumbs: [
      { title: run.model, href: links.model(run.model) },
      { title: "Runs", href: links.runs(run.model) },
    ],
    content: html`<p>
        ${badge(tone, word)} <span class="muted">run ${run.id}, ${showTime(run.startedAt)}</span>
      </p>
      <p class="outcome lines">${withNames(run.explanation)}</p>
      ${factList(runFacts(input))}
      <nav aria-label="Contents">
        <ul>
          ${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}
        </ul>
      </nav>
      ${sections.map(renderSection)}`,
  };
}

/** Sections that an approval rests on: what the gate decided, what was measured, what the tests found. */
const ofApproval = /^(decision|evaluation|load.*|drift)$/;

/** What somebody has to know who is asked whether a release may go to production. */
export function approvalSections(input: ReportInput, draw: DrawPlot): Html {
  const sections = sectionsOf(input, draw).filter(({ id }) => ofApproval.test(id));
  return html`${sections.map(renderSection)}
    <p><a href="${links.run(input.run.model, input.run.id)}">All of this run</a></p>`;
}
