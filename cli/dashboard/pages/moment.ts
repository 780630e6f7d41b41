import { showTime } from "../../report/display";
import { html, type Html } from "../../report/html";

/** A moment in a table, ISO 8601: it stays on one line or, where there is no room, breaks between date and time. */
export function moment(time: string): Html {
  const [date = "", ...clock] = showTime(time).split(" ");
  const rest = clock.length === 0 ? undefined : html` <span>${clock.join(" ")}</span>`;
  return html`<time datetime="${time}"><span>${date}</span>${rest}</time>`;
}
