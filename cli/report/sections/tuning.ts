import type { Tuning } from "../../../training/tuning/tuning";
import { describeSettings, rankCandidates } from "../../terminal/describe-tuning";
import { showNumber } from "../display";
import { html } from "../html";
import { scrollingTable } from "../table";
import type { Section } from "./section";

/** The settings that were tried, the best first. */
export function tuningSection(tuning: Tuning): Section {
  const { metric, folds, before } = tuning;
  const rows = rankCandidates(tuning).map(({ settings, mean, standardError, scores = [], fault }) => [
    describeSettings(settings),
    showNumber(mean),
    showNumber(standardError),
    fault ?? scores.map((score) => showNumber(score)).join(", "),
  ]);
  const { kind, ...settings } = before;
  const table = scrollingTable({
    label: "Settings that were tried",
    columns: [
      { head: "settings" },
      { head: `mean ${metric}`, kind: "number" },
      { head: "standard error", kind: "number" },
      { head: `${metric} of each fold`, kind: "prose" },
    ],
    rows,
  });
  const note = html`<p>
    Each was trained and measured on ${folds} folds of the training rows; held-out rows had no part in the
    choice. The definition said ${kind}, ${JSON.stringify(settings)}.
  </p>`;
  return { id: "tuning", title: "Tuning", content: html`${note}${table}` };
}
