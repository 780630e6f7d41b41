import { shortDigest } from "../../../platform/base/files";
import { counted } from "../../../platform/base/wording";
import { parseModelRef } from "../../../platform/definition/model-ref";
import { showCount, showNumber } from "../../report/display";
import { commandLine, html, messageLines, type Html } from "../../report/html";
import { scrollingTable } from "../../report/table";
import type { Board } from "../board/board";
import { knownData, type KeptData, type KnownData } from "../board/kept-data";
import type { Measured } from "../measurements";
import type { Page } from "../web/page";
import { pageLinks, pageOf } from "../web/paging";
import { links } from "./links";
import { moment } from "./moment";

/** Runs that are named of those that trained on the same data: the newest. */
const shownRuns = 3;

function trainedCell(model: string, { usedBy }: KnownData): Html | string {
  if (usedBy.versions.length === 0) return "–";
  return html`${usedBy.versions.map((name, index) => {
    const { version } = parseModelRef(name);
    return html`${index > 0 ? ", " : undefined}<a href="${links.version(model, version)}">${name}</a>`;
  })}`;
}

function runsCell(model: string, { usedBy: { runs } }: KnownData): Html | string {
  if (runs.length === 0) return "–";
  const more = runs.length - shownRuns;
  return html`${runs
    .slice(0, shownRuns)
    .map(
      (id, index) => html`${index > 0 ? ", " : undefined}<a href="${links.run(model, id)}">${id}</a>`,
    )}${more > 0 ? ` and ${more} more` : undefined}`;
}

function collectedCell({ collected }: KnownData): string {
  if (collected === undefined) return "–";
  const to = collected.former === undefined ? "alone" : `to ${shortDigest(collected.former)}`;
  return `${counted(collected.added, "row")}, ${to}`;
}

function dataTable(model: string, data: readonly KnownData[]): Html {
  return scrollingTable({
    label: "Data versions, newest first",
    columns: [
      { head: "digest" },
      { head: "kept" },
      { head: "rows", kind: "number" },
      { head: "columns", kind: "number" },
      { head: "source" },
      { head: "collect added" },
      { head: "trained on it" },
      { head: "runs", kind: "prose" },
    ],
    rows: data.map((each) => [
      html`<code>${shortDigest(each.digest)}</code>`,
      each.keptAt === undefined ? "not here" : moment(each.keptAt),
      each.rows === undefined ? "–" : showCount(each.rows),
      each.columns === undefined ? "–" : showCount(each.columns.length),
      each.source ?? "–",
      collectedCell(each),
      trainedCell(model, each),
      runsCell(model, each),
    ]),
  });
}

/** Which rows of the prediction log came into the data, and how right the versions were that had scored them. */
function collectedPart(data: readonly KnownData[]): Html | undefined {
  const rows = data.flatMap(({ digest, collected }) =>
    (collected?.predictedBy ?? []).map(({ model, rows, from, to, metrics }) => [
      html`<code>${shortDigest(digest)}</code>`,
      collected === undefined ? "–" : moment(collected.collectedAt),
      collected?.environment,
      collected?.labels.source,
      model,
      showCount(rows),
      html`${moment(from)} to ${moment(to)}`,
      Object.entries(metrics)
        .map(([name, value]) => `${name} ${showNumber(value)}`)
        .join(", ") || "not measured",
    ]),
  );
  if (rows.length === 0) return undefined;
  return html`<h2>What was collected from the prediction log</h2>
    <p class="muted">
      Rows whose truth has arrived, by the version that had scored them, and how right it was on them.
    </p>
    ${scrollingTable({
      label: "What was collected from the prediction log",
      columns: [
        { head: "data" },
        { head: "collected" },
        { head: "from" },
        { head: "truth" },
        { head: "scored by" },
        { head: "rows", kind: "number" },
        { head: "asked" },
        { head: "how right", kind: "prose" },
      ],
      rows,
    })}`;
}

function listed(board: Board, { versions, note }: KeptData, page: unknown): Html {
  const { name } = board;
  const data = knownData(board, versions);
  const paged = pageOf(data, page);
  const turns = pageLinks(paged, links.data(name), "data versions");
  const none = html`<p>
    No data of ${name} is known yet. ${commandLine(`train --model ${name}`)} keeps what it trains on.
  </p>`;
  return html`${note === undefined ? undefined : html`<p class="muted">${note}</p>`} ${turns}
  ${data.length === 0 ? none : dataTable(name, paged.items)} ${turns} ${collectedPart(paged.items)}
  ${
    versions.length === 0
      ? undefined
      : html`<p class="muted">
          ${commandLine(`data restore <digest> --model ${name} --force`)} brings one back.
        </p>`
  }`;
}

/** Versions of a model's data: where they came from, what was collected into them, and what was trained on them. */
export function dataPage(board: Board, kept: Measured<KeptData>, page: unknown): Page {
  const { name } = board;
  return {
    title: `Data of ${name}`,
    crumbs: [{ title: name, href: links.model(name) }],
    ...(kept.state === "measuring" && { reloadAfterSeconds: 2 }),
    content:
      kept.state === "measuring"
        ? html`<p>The data versions are being read.</p>`
        : kept.state === "failed"
          ? messageLines(kept.reason)
          : listed(board, kept.result, page),
  };
}
