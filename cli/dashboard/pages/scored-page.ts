import { showCount } from "../../report/display";
import { html } from "../../report/html";
import { factList } from "../../report/sections/section";
import type { ScoreFileResult } from "../../watching/score-file";
import type { Page } from "../web/page";
import type { TryPlace } from "./try-place";

interface Scored {
  readonly id: string;
  /** As its sender calls it. */
  readonly file: string;
  readonly result: ScoreFileResult;
}

/** What became of a file that was scored, and where it is. */
export function scoredPage({ crumbs, form, result: href }: TryPlace, { id, file, result }: Scored): Page {
  const { read, scored, rejected, rejects } = result;
  return {
    title: `${file}, scored`,
    ...(crumbs && { crumbs: [...crumbs, { title: "Try", href: form }] }),
    content: html`${factList([
        ["version", result.model],
        ["rows", showCount(read)],
        ["scored", showCount(scored)],
        ["rejected", showCount(rejected)],
      ])}
      <ul class="doing">
        <li><a class="button" href="${href(id, "scored")}">Download the predictions</a></li>
        ${
          rejects === undefined
            ? undefined
            : html`<li>
                <a class="button" href="${href(id, "rejected")}"
                  >Download the rejected rows, with the reasons</a
                >
              </li>`
        }
      </ul>
      <p class="muted">
        They are kept until twenty newer ones have come. <a href="${form}">Back to the form</a>
      </p>`,
  };
}
