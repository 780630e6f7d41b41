import type { ColumnDrift, DriftBin } from "../../../platform/drift/drift";
import { showNumber, showShare } from "../display";
import {
  axisText,
  nameAxis,
  type Plot,
  plotColours,
  percentAxis,
  plotOption,
  uprightLines,
  valueAxis,
} from "./plot";

/** Most columns in the bar plot; all are in the table. */
const maxBars = 30;

/** Most bins of a column in its plot. */
const maxBins = 14;

/** Population stability index per column, greatest first, with the threshold. */
export function psiPlot(columns: readonly ColumnDrift[], threshold: number): Plot | undefined {
  if (columns.length === 0) return undefined;
  const shown = [...columns].sort((a, b) => b.psi - a.psi).slice(0, maxBars);
  const max = shown[0]?.psi ?? 0;
  const above = shown.filter(({ drifted }) => drifted).map(({ column }) => column);
  const left = columns.length > shown.length ? ` (the ${maxBars} greatest of ${columns.length})` : "";
  return {
    title: `Population stability index per column${left}`,
    description: `From ${showNumber(max)} (${shown[0]?.column}) down to ${showNumber(shown.at(-1)?.psi)} (${shown.at(-1)?.column}); the threshold is ${showNumber(threshold)}. Drifted: ${above.join(", ") || "none"}.`,
    width: 380,
    height: 70 + 24 * shown.length,
    legend: [
      { label: "drifted", colour: "bad", mark: "bar" },
      { label: "not drifted", colour: "current", mark: "bar" },
      { label: `threshold ${showNumber(threshold)}`, colour: "guide", mark: "dashed" },
    ],
    option: plotOption({
      // The threshold is in the plot even when nothing comes near it.
      x: { ...valueAxis("PSI"), min: 0, ...(max < threshold && { max: threshold * 1.25 }) },
      y: {
        ...nameAxis(
          shown.map(({ column }) => column),
          130,
        ),
        inverse: true,
      },
      series: [
        {
          type: "bar",
          barMaxWidth: 14,
          data: shown.map(({ psi, drifted }) => ({
            value: psi,
            itemStyle: { color: drifted ? plotColours.bad : plotColours.current },
          })),
          markLine: uprightLines([{ at: threshold, colour: "guide" }]),
        },
      ],
    }),
  };
}

/** The bins that hold the most of either sample, in their order, and the rest as one. */
export function foldBins(bins: readonly DriftBin[]): readonly DriftBin[] {
  if (bins.length <= maxBins) return bins;
  const size = (bin: DriftBin): number => Math.max(bin.reference, bin.current);
  const kept = new Set([...bins].sort((a, b) => size(b) - size(a)).slice(0, maxBins - 1));
  const rest = bins.filter((bin) => !kept.has(bin));
  const sum = (of: "reference" | "current"): number => rest.reduce((sum, bin) => sum + bin[of], 0);
  return [
    ...bins.filter((bin) => kept.has(bin)),
    { label: `${rest.length} more`, reference: sum("reference"), current: sum("current") },
  ];
}

/** What the shares of a column say, for those who do not see them. */
export function describeShares(bins: readonly DriftBin[]): string {
  const max = [...bins].sort((a, b) => b.current - a.current)[0];
  return `Shares of ${bins.length} groups of values, reference against now; now the largest is ${max?.label} with ${showShare(max?.current ?? 0)} (reference ${showShare(max?.reference ?? 0)}).`;
}

/** Shares of a column's bins or categories in the reference and now. */
export function sharesPlot(column: ColumnDrift, unit: string | undefined): Plot {
  const bins = foldBins(column.bins);
  return {
    title: unit === undefined ? column.column : `${column.column} [${unit}]`,
    description: describeShares(bins),
    width: 320,
    height: 240,
    legend: [
      { label: "reference", colour: "reference", mark: "bar" },
      { label: "now", colour: "current", mark: "bar" },
    ],
    option: plotOption({
      x: {
        ...nameAxis(
          bins.map(({ label }) => label),
          84,
        ),
        axisLabel: {
          ...axisText,
          fontSize: 12,
          interval: 0,
          rotate: bins.length > 3 ? 50 : 0,
          width: 84,
          overflow: "truncate",
        },
      },
      y: percentAxis(),
      series: (["reference", "current"] as const).map((of) => ({
        type: "bar",
        barGap: "10%",
        barCategoryGap: "30%",
        data: bins.map((bin) => bin[of]),
        itemStyle: { color: plotColours[of] },
      })),
    }),
  };
}
