import { html, type Html } from "../html";

/** A part of the page under a heading of its own, which the list of contents links to. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: Html;
}

export function renderSection({ id, title, content }: Section): Html {
  return html`<section id="${id}" aria-labelledby="${id}-heading">
    <h2 id="${id}-heading">${title}</h2>
    ${content}
  </section> `;
}

/** A row of figures with what they are. */
export function factList(facts: readonly (readonly [label: string, value: Html | string])[]): Html {
  const entries = facts.map(
    ([label, value]) =>
      html`<div>
        <dt>${label}</dt>
        <dd>${value}</dd>
      </div>`,
  );
  return html`<dl class="facts">${entries}</dl>`;
}
