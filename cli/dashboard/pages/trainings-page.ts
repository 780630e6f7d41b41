import { minuteMs } from "../../../platform/base/durations";
import type { TrainingState } from "../../../platform/gate/training-watch";
import type { DrawPlot } from "../../report/draw-plot";
import { showDuration, showNumber, showTime } from "../../report/display";
import { html, messageLines, withNames, type Html } from "../../report/html";
import { factList } from "../../report/sections/section";
import { badge, scrollingTable, type Tone } from "../../report/table";
import { heldOutMetric, showCost, type TrainingJob } from "../../runs/training-job";
import type { ComparedRun } from "../../runs/run-summary";
import type { Board } from "../board/board";
import type { Measured } from "../measurements";
import type { Page } from "../web/page";
import { comparePage } from "./compare-page";
import { links } from "./links";
import { moment } from "./moment";

const tones: Readonly<Record<TrainingState, Tone>> = {
  waiting: "calm",
  running: "calm",
  done: "good",
  failed: "bad",
  stopped: "warn",
};

const duration = (minutes: number | undefined): string =>
  minutes === undefined ? "–" : showDuration(minutes * minuteMs);

function jobsTable({ name, definition, nodePrice }: Board, jobs: readonly TrainingJob[]): Html {
  const { metric } = definition.gate;
  return scrollingTable({
    label: "Training jobs, newest first",
    columns: [
      { head: "job" },
      { head: "compare" },
      { head: "state" },
      { head: "begun" },
      { head: metric, kind: "number" },
      { head: "time", kind: "number" },
      { head: "on nodes", kind: "number" },
      ...(nodePrice ? [{ head: "cost", kind: "number" } as const] : []),
      { head: "version" },
    ],
    rows: jobs.map(({ id, state, status, startedAt, metrics, minutes, nodeMinutes = 0, version }) => [
      html`<a href="${links.training(name, id)}">${id}</a>`,
      html`<input type="checkbox" name="run" value="${id}" aria-label="Compare ${id}" />`,
      badge(tones[state], status),
      moment(startedAt),
      showNumber(heldOutMetric(metrics, metric)),
      duration(minutes),
      duration(nodeMinutes),
      ...(nodePrice ? [showCost(nodeMinutes, nodePrice)] : []),
      version ?? "–",
    ]),
  });
}

/** A page of what is asked of Azure: it says so while that is under way, and why where it cannot be had. */
function askedPage<T>(title: string, measured: Measured<T>, show: (result: T) => Html): Omit<Page, "crumbs"> {
  if (measured.state === "measuring")
    return { title, content: html`<p>Azure is being asked.</p>`, reloadAfterSeconds: 2 };
  const content = measured.state === "failed" ? messageLines(measured.reason) : show(measured.result);
  return { title, content };
}

/** Jobs of the stack that trains a model: state, metric, time and cost. */
export function trainingsPage(board: Board, measured: Measured<readonly TrainingJob[]>): Page {
  const { name } = board;
  return {
    ...askedPage(`Training jobs of ${name}`, measured, (jobs) =>
      jobs.length === 0
        ? html`<p>The stack has no training jobs of ${name} yet.</p>`
        : html`<form action="${links.compareTrainings(name)}">
              ${jobsTable(board, jobs)}
              <button>Compare the jobs that are ticked</button>
            </form>
            <p class="muted">
              "on nodes" adds up the minutes of each step times its nodes. Waiting for a node costs nothing.
            </p>`,
    ),
    crumbs: [{ title: name, href: links.model(name) }],
  };
}

/** Jobs side by side, as runs of this machine are. */
export function comparedTrainingsPage(
  { name }: Board,
  measured: Measured<readonly ComparedRun[]>,
  draw: DrawPlot,
): Page {
  const crumbs = [
    { title: name, href: links.model(name) },
    { title: "Training jobs", href: links.trainings(name) },
  ];
  if (measured.state === "measured") return { ...comparePage(name, measured.result, draw), crumbs };
  return { ...askedPage("Compare jobs", measured, () => html``), crumbs };
}

/** A job with its log. */
export interface OpenedJob {
  readonly job: TrainingJob;
  readonly log: readonly string[];
}

/** One job of the stack. */
export function trainingPage({ name, nodePrice }: Board, id: string, measured: Measured<OpenedJob>): Page {
  const show = ({ job, log }: OpenedJob): Html => {
    const { state, status, startedAt, minutes, nodeMinutes = 0, metrics = {}, explanation, link } = job;
    return html`<p>${badge(tones[state], status)}</p>
      ${explanation === undefined ? undefined : html`<p class="outcome">${withNames(explanation)}</p>`}
      ${factList([
        ["begun", showTime(startedAt)],
        ["time", duration(minutes)],
        ["on nodes", duration(nodeMinutes)],
        ...(nodePrice ? [["cost", showCost(nodeMinutes, nodePrice)] as const] : []),
        ["version", job.version ?? "none"],
        ...Object.entries(metrics).map(([metric, value]) => [metric, showNumber(value)] as const),
      ])}
      ${link === undefined ? undefined : html`<p><a href="${link}">Look at it in Azure Machine Learning</a></p>`}
      <h2>Log</h2>
      ${
        log.length === 0
          ? html`<p>It has no log yet.</p>`
          : html`<pre tabindex="0" role="region" aria-label="Log">${log.join("\n")}</pre>`
      }`;
  };
  return {
    ...askedPage(`Job ${id}`, measured, show),
    crumbs: [
      { title: name, href: links.model(name) },
      { title: "Training jobs", href: links.trainings(name) },
    ],
  };
}
