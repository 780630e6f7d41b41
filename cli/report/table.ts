import { html, type Html } from "./html";

type Cell = Html | string | number | undefined;

/** A table as data; the first cell of a row is its heading. */
interface Table {
  /** What it is, for those who do not see it. */
  readonly label: string;
  readonly columns: readonly {
    readonly head: Html | string;
    /** How it is set: "number" to the right, "prose" with room for sentences, "name" of long ones that may break; else as text. */
    readonly kind?: "number" | "prose" | "name";
  }[];
  readonly rows: readonly (readonly Cell[])[];
}

/** The words of a column's head, which a narrow page has beside each of its cells. */
function wordsOf(head: Html | string): string {
  return typeof head === "string" ? head : head.markup.replaceAll(/<[^<>]*>/g, "").trim();
}

/** A table; a narrow page shows each row as a list of its cells, with the heads beside them. */
export function scrollingTable({ label, columns, rows }: Table): Html {
  const kind = (index: number): string => columns[index]?.kind ?? "text";
  const head = columns.map(({ head }, index) => html`<th scope="col" class="${kind(index)}">${head}</th>`);
  const body = rows.map((row) => {
    const cells = row.map((cell, index) =>
      index === 0
        ? html`<th scope="row" class="${kind(index)}">${cell}</th>`
        : html`<td class="${kind(index)}" data-head="${wordsOf(columns[index]?.head ?? "")}">
            <div>${cell}</div>
          </td>`,
    );
    return html`<tr>
      ${cells}
    </tr> `;
  });
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">
    <table>
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`;
}

export type Tone = "good" | "bad" | "warn" | "calm";

/** A word with a colour and a sign of its own, so that the colour alone says nothing. */
export function badge(tone: Tone, text: string): Html {
  const sign = { good: "✓", bad: "✕", warn: "!", calm: "·" }[tone];
  return html`<span class="badge ${tone}"><span aria-hidden="true">${sign}</span> ${text}</span>`;
}
