import { showNumber } from "../../report/display";
import type { DrawPlot } from "../../report/draw-plot";
import { commandLine, html, messageLines, withNames, type Html } from "../../report/html";
import { metricInWords } from "../../report/sections/header";
import { latestChanges } from "../../report/sections/deployments";
import { factList, renderSection, type Section } from "../../report/sections/section";
import { badge, scrollingTable } from "../../report/table";
import { heldOutOfRelease, productionOf, waitingForApproval, type Board } from "../board/board";
import type { PossibleAction } from "../actions/possible-actions";
import { metricPlot } from "../plots/metric-plot";
import type { Page } from "../web/page";
import { links } from "./links";
import { runsTable } from "./runs-table";
import { servingPart } from "./serving-part";
import { watchingSection } from "./watching-section";
import { versionsTable } from "./versions-table";
import { moment } from "./moment";

/** Rows of a list that has a page of its own. */
const shown = 10;

interface Shown {
  readonly actions: readonly PossibleAction[];
  readonly draw: DrawPlot;
}

function actionLinks({ name }: Board, actions: readonly PossibleAction[]): Html | undefined {
  if (actions.length === 0) return undefined;
  return html`<ul class="doing" aria-label="What can be done">
    ${actions.map(
      ({ id, title }) => html`<li><a class="button" href="${links.action(name, id)}">${title}</a></li>`,
    )}
  </ul>`;
}

function notices(board: Board): Html {
  const waiting = waitingForApproval(board);
  return html`${
    waiting &&
    html`<div class="notice warn">
      <p>
        ${badge("warn", "waiting for approval")} ${withNames(waiting.explanation)}
        <a href="${links.run(board.name, waiting.id)}">What it is</a>
      </p>
    </div>`
  }
  ${board.problems.map((problem) => html`<div class="notice warn">${messageLines(problem)}</div>`)}`;
}

function more(href: string, count: number, what: string): Html | undefined {
  return count > shown ? html`<p><a href="${href}">All ${count} ${what}</a></p>` : undefined;
}

function decisionsSection({ decisions }: Board): Section | undefined {
  if (decisions.length === 0) return undefined;
  const tones = { nothing: "good", alert: "warn", retrain: "calm" } as const;
  const table = scrollingTable({
    label: "What was decided by watching",
    columns: [
      { head: "time" },
      { head: "version" },
      { head: "decision" },
      { head: "why", kind: "prose" },
      { head: "rows", kind: "number" },
    ],
    rows: decisions
      .slice(0, shown)
      .map(({ time, model, action, explanation, rows }) => [
        moment(time),
        model,
        badge(tones[action], action),
        explanation,
        rows,
      ]),
  });
  return { id: "decisions", title: "Decisions about retraining", content: table };
}

function sectionsOf(board: Board, draw: DrawPlot): (Section | undefined)[] {
  const { name, definition, runs, versions, nodePrice } = board;
  const plot = metricPlot(board);
  const changes = latestChanges(board.deployments);
  return [
    versions.length > 0
      ? {
          id: "versions",
          title: "Versions",
          content: html`${plot && html`<div class="plots">${draw(plot)}</div>`}
          ${versionsTable(board, versions.slice(0, shown))}
          ${more(links.versions(name), versions.length, "versions")}`,
        }
      : undefined,
    {
      id: "runs",
      title: "Runs",
      content:
        runs.length === 0
          ? html`<p>There are no runs yet. ${commandLine(`lifecycle --model ${name}`)} makes one.</p>`
          : html`<form action="${links.compare(name)}">
                ${runsTable(name, runs.slice(0, shown), {
                  metric: definition.gate.metric,
                  choosable: true,
                  ...(nodePrice && { price: nodePrice }),
                })}
                <button>Compare the runs that are ticked</button>
              </form>
              ${more(links.runs(name), runs.length, "runs")}`,
    },
    watchingSection(board, draw),
    decisionsSection(board),
    changes && { id: "changes", title: "Changes of the environments", content: changes },
  ];
}

/** One model: what serves, what waits for somebody, its versions and runs. */
export function modelPage(board: Board, { actions, draw }: Shown): Page {
  const { name, definition, production } = board;
  const stable = productionOf(board)?.stable;
  const { metric } = definition.gate;
  const measured = stable && heldOutOfRelease(board, stable.model)?.[metric];
  const sections = sectionsOf(board, draw).filter((section) => section !== undefined);
  return {
    title: name,
    crumbs: [],
    content: html`${definition.description === undefined ? undefined : html`<p>${definition.description}</p>`}
      ${factList([
        [`in ${production}`, stable?.model ?? "nothing"],
        ...(measured === undefined ? [] : [[metric, showNumber(measured)] as const]),
        ["task", definition.task],
        ["trainer", definition.trainer.kind],
      ])}
      <p class="muted">${metricInWords(metric)}</p>
      ${notices(board)}
      <section aria-labelledby="serving-heading">
        <h2 id="serving-heading">Environments</h2>
        <div data-live="${links.serving(name)}" aria-live="off">${servingPart(board)}</div>
        <ul class="doing" aria-label="More about what serves">
          <li><a class="button" href="${links.tryOut(name)}">Try a request</a></li>
          <li><a class="button" href="${links.monitoring(name)}">Drift</a></li>
          <li><a class="button" href="${links.data(name)}">Data</a></li>
          <li><a class="button" href="${links.costs(name)}">Costs</a></li>
          <li><a class="button" href="${links.audit(name)}">What was done</a></li>
          ${
            board.hasStack
              ? html`<li><a class="button" href="${links.trainings(name)}">Training jobs in Azure</a></li>`
              : undefined
          }
        </ul>
        ${actionLinks(board, actions)}
      </section>
      ${sections.map(renderSection)}`,
  };
}
