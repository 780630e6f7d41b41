import { type DrawPlot, openDrawing } from "./draw-plot";
import { html, Html } from "./html";
import { renderMarkdown } from "./markdown";
import { pageStyle } from "./page-style";
import type { ReportInput } from "./report-input";
import { canarySection } from "./sections/canary";
import { dataSection } from "./sections/data";
import { decisionSection } from "./sections/decision";
import { deploymentsSection, loadSections } from "./sections/deployments";
import { driftSection } from "./sections/drift";
import { evaluationSection } from "./sections/evaluation";
import { renderHeader } from "./sections/header";
import { formerRunsSection } from "./sections/former-runs";
import { lineageSection } from "./sections/lineage";
import { renderSection, type Section } from "./sections/section";
import { tuningSection } from "./sections/tuning";
import { stepsSection } from "./sections/steps";

/** The model card without its lineage, which has a section of its own here, with more in it. */
function withoutLineage(card: string): string {
  return card.replace(/^## Lineage\n[\s\S]*?(?=^## |(?![\s\S]))/m, "");
}

/** The sections there is something for, in the order of a run. */
export function sectionsOf(input: ReportInput, draw: DrawPlot): Section[] {
  const { definition, dataReport, evaluation, decision, drift } = input;
  const { run, lineage, modelCard, deployments } = input;
  const sections = [
    stepsSection(input),
    dataReport && dataSection(dataReport),
    input.tuning && tuningSection(input.tuning),
    decision && decisionSection(decision, run, draw),
    evaluation && evaluationSection(evaluation, definition, draw),
    ...loadSections(run.tests ?? {}),
    run.canary && canarySection(run.canary, draw),
    deployments && deploymentsSection(deployments),
    drift && driftSection(drift, definition, draw),
    formerRunsSection(input),
    lineage && lineageSection(lineage),
    modelCard === undefined
      ? undefined
      : {
          id: "model-card",
          title: "Model card",
          content: renderMarkdown(withoutLineage(modelCard), "Table of the model card"),
        },
  ];
  return sections.filter((section) => section !== undefined);
}

/**
 * A run's report as one HTML page that needs nothing else: no network, no script, no font. The policy in its head
 * makes a browser refuse all three, should a text ever get past the escaping.
 */
export async function renderReport(input: ReportInput): Promise<string> {
  const sections = sectionsOf(input, await openDrawing());
  const links = sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${input.definition.name}: run ${input.run.id}</title>
        <style>
          ${new Html(pageStyle)}
        </style>
      </head>
      <body>
        ${renderHeader(input)}
        <nav aria-label="Contents">
          <ul>
            ${links}
          </ul>
        </nav>
        <main>${sections.map(renderSection)}</main>
        <footer>
          Run ${input.run.id} of ${input.run.version ?? input.run.model}. Numbers are rounded to four
          significant digits.
        </footer>
      </body>
    </html> `;
  return page.markup;
}
