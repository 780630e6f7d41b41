import { html, type Html } from "../../report/html";
import { moment } from "./moment";

/** What a row is of and when it began: in one cell, as a column of moments alone takes the room of others. */
export function datedCell(name: Html | string | number, time: string, before?: Html): Html {
  return html`${before} ${name} <span class="muted">${moment(time)}</span>`;
}
