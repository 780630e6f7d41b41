import type { StepRecord } from "../../runs/runs";
import { showDuration } from "../display";
import { html, Html, withNames } from "../html";
import type { ReportInput } from "../report-input";
import { badge, scrollingTable, type Tone } from "../table";
import type { Section } from "./section";

const tones: Readonly<Record<StepRecord["status"], Tone>> = {
  done: "good",
  failed: "bad",
  stopped: "warn",
  waiting: "warn",
};

/** A bar from the step's start to its end on the time of the whole run; steps follow each other. */
function timeBar(start: number, ms: number, total: number): Html | undefined {
  if (total <= 0 || ms <= 0) return undefined;
  const percent = (value: number): string => ((value / total) * 100).toFixed(2);
  const style = `margin-left:min(${percent(start)}%,100% - 2px);width:${percent(ms)}%`;
  return new Html(`<span class="bar" style="${style}"></span>`);
}

/** Time spent working, in milliseconds: a run that waited for approval worked for less than it lasted. */
export function workingTime(steps: readonly StepRecord[]): number {
  return steps.reduce((sum, { ms }) => sum + ms, 0);
}

/** The steps of the run with their time. */
export function stepsSection({ run: { steps }, notReached }: ReportInput): Section | undefined {
  if (steps.length === 0) return undefined;
  const total = workingTime(steps);
  let start = 0;
  const rows = steps.map(({ name, status, ms, message }) => {
    const bar = timeBar(start, ms, total);
    start += ms;
    return [
      name,
      badge(tones[status], status),
      showDuration(ms),
      html`<span class="lines">${withNames(message)}</span>`,
      html`<span class="track" aria-hidden="true">${bar}</span>`,
    ];
  });
  const table = scrollingTable({
    label: "Steps of the run",
    columns: [
      { head: "step" },
      { head: "status" },
      { head: "time", kind: "number" },
      { head: "what happened", kind: "prose" },
      { head: `of ${showDuration(total)}` },
    ],
    rows,
  });
  const left =
    notReached.length > 0 ? html`<p class="muted">Not reached: ${notReached.join(", ")}.</p>` : undefined;
  return { id: "steps", title: "Steps", content: html`${table}${left}` };
}
