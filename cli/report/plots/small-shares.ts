import type { ColumnDrift, DriftBin } from "../../../platform/drift/drift";
import { showNumber } from "../display";
import { html, Html } from "../html";
import { describeShares, foldBins } from "./drift-plots";
import { plotColours } from "./plot";

const width = 200;
const height = 60;

/** Uprights of one sample, as a path: `at` is where a bar begins within its bin, as a share of the bin. */
function bars(bins: readonly DriftBin[], of: "reference" | "current", at: number): string {
  const step = width / bins.length;
  const max = Math.max(...bins.flatMap(({ reference, current }) => [reference, current]), Number.MIN_VALUE);
  const short = (value: number): string => String(Number(value.toFixed(1)));
  return bins
    .map((bin, index) => {
      const tall = short((bin[of] / max) * height);
      return `M${short((index + at) * step)} ${height}v-${tall}h${short(step * 0.38)}v${tall}z`;
    })
    .join("");
}

/** What the two colours are. */
export const shareLegend = html`<ul class="legend">
  <li><span class="mark bar" style="--mark: ${plotColours.reference}"></span>reference</li>
  <li><span class="mark bar" style="--mark: ${plotColours.current}"></span>now</li>
</ul>`;

/** A column's shares in the reference and now, in a thousand bytes and without a scale: of hundreds of columns, all can be looked over. */
export function smallShares(column: ColumnDrift): Html {
  const bins = foldBins(column.bins);
  const path = (of: "reference" | "current", at: number): Html =>
    html`<path d="${bars(bins, of, at)}" fill="${plotColours[of]}" />`;
  return html`<figure>
    <figcaption>${column.column} <span class="muted">PSI ${showNumber(column.psi)}</span></figcaption>
    <svg role="img" aria-label="${describeShares(bins)}" viewBox="0 0 ${width} ${height}">
      ${path("reference", 0.1)}${path("current", 0.5)}
    </svg>
  </figure>`;
}
