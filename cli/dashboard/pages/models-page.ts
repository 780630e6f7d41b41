import { html, messageLines, type Html } from "../../report/html";
import { outcomeBadge } from "../../report/sections/header";
import { badge, scrollingTable } from "../../report/table";
import { showNumber } from "../../report/display";
import { productionOf, heldOutOfRelease, type Board, type BrokenBoard } from "../board/board";
import type { Page } from "../web/page";
import { links } from "./links";
import { moment } from "./moment";

function productionCell(board: Board): Html | string {
  const production = productionOf(board);
  if (production?.stable === undefined) return "–";
  const { stable, canary, url } = production;
  return html`<strong>${stable.model}</strong>
    ${url === undefined ? badge("calm", "stopped") : badge("good", "serving")}
    ${canary ? badge("warn", `canary ${canary.model} at ${canary.weight} %`) : undefined}`;
}

function row(board: Board) {
  const { name, definition, runs, versions } = board;
  const { metric } = definition.gate;
  const champion = productionOf(board)?.stable?.model;
  const measured = champion === undefined ? undefined : heldOutOfRelease(board, champion)?.[metric];
  const [newest] = runs;
  return [
    html`<a href="${links.model(name)}">${name}</a>`,
    definition.task,
    productionCell(board),
    measured === undefined ? "–" : `${metric} ${showNumber(measured)}`,
    newest === undefined ? "no run yet" : html`${outcomeBadge(newest.outcome)} ${moment(newest.startedAt)}`,
    runs.length,
    versions.length,
  ];
}

/** All models of this clone. */
export function modelsPage(boards: readonly (Board | BrokenBoard)[]): Page {
  const broken = boards.filter((board) => "fault" in board);
  const table = scrollingTable({
    label: "Models",
    columns: [
      { head: "model" },
      { head: "task" },
      { head: "production" },
      { head: "measured" },
      { head: "newest run" },
      { head: "runs", kind: "number" },
      { head: "versions", kind: "number" },
    ],
    rows: boards.filter((board): board is Board => !("fault" in board)).map(row),
  });
  return {
    title: "Models",
    crumbs: [],
    content: html`${table}
      <ul class="doing">
        <li><a class="button" href="${links.audit()}">What was done</a></li>
      </ul>
      ${broken.map(
        ({ name, fault }) =>
          html`<div class="notice bad">
            <p>${badge("bad", name)}</p>
            ${messageLines(fault)}
          </div>`,
      )}`,
  };
}
