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
