import { showCount } from "../../report/display";
import { html } from "../../report/html";
import { factList } from "../../report/sections/section";
import type { ScoreFileResult } from "../../watching/score-file";
import type { Page } from "../web/page";
import { links } from "./links";

interface Scored {
  readonly id: string;
  /** As its sender calls it. */
  readonly file: string;
  readonly result: ScoreFileResult;
}

/** What became of a file that was scored, and where it is. */
export function scoredPage(model: string, { id, file, result }: Scored): Page {
  const { read, scored, rejected, rejects } = result;
  const href = (what: string): string => `${links.model(model)}/scored/${id}/${what}`;
  return {
    title: `${file}, scored`,
    crumbs: [
      { title: model, href: links.model(model) },
      { title: "Try", href: links.tryOut(model) },
    ],
    content: html`${factList([
        ["version", result.model],
        ["rows", showCount(read)],
        ["scored", showCount(scored)],
        ["rejected", showCount(rejected)],
      ])}
      <ul class="doing">
        <li><a class="button" href="${href("scored.csv")}">Download the predictions</a></li>
        ${
          rejects === undefined
            ? undefined
            : html`<li>
                <a class="button" href="${href("rejected.csv")}"
                  >Download the rejected rows, with the reasons</a
                >
              </li>`
        }
      </ul>
      <p class="muted">Both are kept until the dashboard ends.</p>`,
  };
}
