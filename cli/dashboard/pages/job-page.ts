import { commandLine, html } from "../../report/html";
import { badge } from "../../report/table";
import { showTime } from "../../report/display";
import type { Job } from "../actions/jobs";
import { shellWords } from "../../terminal/shell-words";
import type { Page } from "../web/page";
import { links } from "./links";

/** How long a page waits before it is loaded again, in seconds, while a verb runs. */
const reloadSeconds = 2;

/** What a verb that was started says, as it runs and when it has ended. */
export function jobPage(job: Job): Page {
  const { code } = job;
  const running = code === undefined;
  const state = running
    ? badge("calm", "running")
    : code === 0
      ? badge("good", "done")
      : badge("bad", code === null ? "stopped" : `ended with exit code ${code}`);
  return {
    title: `mlops ${job.verb[0]} of ${job.model}`,
    crumbs: [{ title: job.model, href: links.model(job.model) }],
    ...(running && { reloadAfterSeconds: reloadSeconds }),
    content: html`<p>${state} started ${showTime(job.startedAt)}</p>
      <p class="lines">${job.reason}</p>
      <p class="muted">${commandLine(shellWords(job.verb))}</p>
      <pre tabindex="0" aria-label="What it says">${job.output === "" ? "Nothing yet." : job.output}</pre>
      <p><a href="${links.model(job.model)}">Back to ${job.model}</a></p>`,
  };
}
