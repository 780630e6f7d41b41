import { showDuration } from "../display";
import { html, Html } from "../html";
import type { ReportRun, ReportStep } from "../report-input";
import { badge, scrollingTable } from "../table";
import type { Section } from "./section";

function status({ status }: ReportStep): Html {
  switch (status) {
    case "done":
      return badge("good", "done");
    case "failed":
      return badge("bad", "failed");
    case "waiting":
      return badge("warn", "waiting");
    case "skipped":
      return badge("calm", "not reached");
  }
}

/** A bar from the step's start to its end on the time of the whole run; steps follow each other. */
function timeBar(start: number, ms: number, total: number): Html | undefined {
  if (total <= 0 || ms <= 0) return undefined;
  const percent = (value: number): string => ((value / total) * 100).toFixed(2);
  return new Html(`<span class="bar" style="margin-left:${percent(start)}%;width:${percent(ms)}%"></span>`);
}

/** The steps of the run with their time. */
export function stepsSection({ steps }: ReportRun): Section | undefined {
  if (steps.length === 0) return undefined;
  const total = steps.reduce((sum, step) => sum + step.ms, 0);
  let start = 0;
  const rows = steps.map((step) => {
    const bar = timeBar(start, step.ms, total);
    start += step.ms;
    const reached = step.status !== "skipped";
    return [
      step.name,
      status(step),
      reached ? showDuration(step.ms) : "–",
      step.message,
      html`<span class="track" aria-hidden="true">${bar}</span>`,
    ];
  });
  return {
    id: "steps",
    title: "Steps",
    content: scrollingTable({
      label: "Steps of the run",
      columns: [
        { head: "step" },
        { head: "status" },
        { head: "time", kind: "number" },
        { head: "what happened", kind: "prose" },
        { head: `of ${showDuration(total)}` },
      ],
      rows,
    }),
  };
}
