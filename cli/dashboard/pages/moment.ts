import { showTime } from "../../report/display";
import { html, type Html } from "../../report/html";

/** A moment in a table, ISO 8601: it stays on one line. */
export function moment(time: string): Html {
  return html`<time datetime="${time}">${showTime(time)}</time>`;
}
