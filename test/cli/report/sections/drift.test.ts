import { driftSection } from "../../../../cli/report/sections/drift";
import { html } from "../../../../cli/report/html";
import type { DriftReport } from "../../../../platform/drift/drift";
import { definition } from "../report-fixture";

/** A report on a log in which only the prediction is measured. */
const report = (rows: number): DriftReport => ({
  ...{ rows, referenceRows: 357, judged: false, drifted: false, explanation: `Not judged: ${rows} rows.` },
  columns: [
    {
      ...{ column: "prediction", psi: 6.9, drifted: false, pValue: 1, adjustedPValue: 1, bins: [] },
      missing: { reference: 0, current: 0 },
    },
  ],
});
const shown = (rows: number): string =>
  driftSection(report(rows), definition, () => html`plot`).content.markup;

test("of no rows nothing is shown that could be taken for drift", () => {
  expect(shown(0)).toContain("Not judged: 0 rows.");
  expect(shown(0)).not.toContain("6.9");
  expect(shown(20)).toContain("6.9");
});

describe("of hundreds of columns", () => {
  const bins = Array.from({ length: 10 }, (_, index) => ({
    label: `<= ${index}`,
    reference: 0.1,
    current: index === 0 ? 0.55 : 0.05,
  }));
  const columns = Array.from({ length: 300 }, (_, index) => ({
    ...{ column: `<i>column ${index}`, psi: 300 - index, drifted: index === 250 },
    ...{ pValue: 1, adjustedPValue: 1, missing: { reference: 0, current: 0 }, bins },
  }));
  let drawn: string[];
  const page = (count: number): string => {
    drawn = [];
    const wide = { ...report(600), judged: true, columns: columns.slice(0, count) };
    return driftSection(wide, definition, ({ title }) => {
      drawn.push(title);
      return html`plot`;
    }).content.markup;
  };

  test("twelve are drawn large, those that drifted first, and all others are folded away, each with a picture", () => {
    const markup = page(300);
    // One more for the index of all.
    expect(drawn).toHaveLength(13);
    expect(drawn[1]).toBe("<i>column 250");
    const [, folded = ""] = markup.split("<details>");
    expect(folded).toContain("The other 288 columns");
    expect(folded.match(/<svg role="img" aria-label="Shares of 10 groups/g)).toHaveLength(288);
    expect(folded).toContain("&lt;i&gt;column 299");
    expect(markup).not.toContain("<i>column");
  });

  test("the page stays small: a picture of them takes a kilobyte", () => {
    const [, folded = ""] = page(300).split("<details>");
    expect(folded.length / 288).toBeLessThan(1100);
    expect(page(300).length).toBeLessThan(1_000_000);
  });

  test("twelve columns leave none to fold away", () => {
    expect(page(12)).not.toContain("<details>");
    expect(page(13)).toContain("The other 1 column<");
  });

  test("a bar is as tall as its share of the greatest", () => {
    const [, folded = ""] = page(300).split("<details>");
    const [, now = ""] = /<path d="([^"]+)" fill="var\(--candidate\)"/.exec(folded) ?? [];
    // 60 for 0.55, and 60 x 0.05 / 0.55 for the others; ten bins of 20.
    expect(now).toMatch(/^M10 60v-60h7\.6v60zM30 60v-5\.5h7\.6v5\.5z/);
  });
});
