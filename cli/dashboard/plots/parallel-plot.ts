import { metrics as knownMetrics, type MetricName } from "../../../platform/definition/metric-names";
import { showNumber } from "../../report/display";
import { nameAxis, plotColours, plotOption, valueAxis, type Plot } from "../../report/plots/plot";
import type { RunSummary } from "../../runs/run-summary";

const colours = ["candidate", "champion", "reference", "bad"] as const;
const dashes = ["solid", "dashed"] as const;

/** Where a run stands in a metric between the worst (0) and the best (1) of those compared; halfway where all are equal. */
function standing(value: number, all: readonly number[], metric: MetricName): number {
  const [min, max] = [Math.min(...all), Math.max(...all)];
  if (max === min) return 0.5;
  const share = (value - min) / (max - min);
  return knownMetrics[metric].better === "higher" ? share : 1 - share;
}

/** A line for each run across all metrics, the best of each metric at the top; nothing of fewer than two metrics. */
export function parallelPlot(runs: readonly RunSummary[], metrics: readonly MetricName[]): Plot | undefined {
  if (metrics.length < 2) return undefined;
  const nameOf = ({ id, version }: RunSummary): string => version ?? id;
  const valuesOf = (metric: MetricName): number[] =>
    runs.flatMap(({ heldOut }) => (heldOut?.[metric] === undefined ? [] : [heldOut[metric]]));
  const bestOf = (metric: MetricName): string => {
    const best = runs.find(
      ({ heldOut }) =>
        heldOut?.[metric] !== undefined && standing(heldOut[metric], valuesOf(metric), metric) === 1,
    );
    return best === undefined
      ? `${metric}: all the same`
      : `${metric}: ${nameOf(best)}, ${showNumber(best.heldOut?.[metric])}`;
  };
  const look = (index: number) => ({
    colour: colours[index % colours.length] ?? "reference",
    dash: dashes[Math.floor(index / colours.length) % dashes.length] ?? "solid",
  });
  return {
    title: "Metrics between the worst and the best of these runs",
    description: `Best in ${metrics.map(bestOf).join("; ")}.`,
    width: 460,
    height: 300,
    legend: runs.map((run, index) => ({
      label: nameOf(run),
      colour: look(index).colour,
      mark: look(index).dash === "solid" ? "line" : "dashed",
    })),
    option: plotOption({
      x: nameAxis(metrics, 80),
      y: {
        ...valueAxis(""),
        min: 0,
        max: 1,
        interval: 1,
        axisLabel: { formatter: (value: number) => (value === 1 ? "best" : "worst"), color: "var(--muted)" },
      } as ReturnType<typeof valueAxis>,
      series: runs.map(({ heldOut }, index) => ({
        type: "line",
        data: metrics.map((metric) => {
          const value = heldOut?.[metric];
          return value === undefined ? "-" : standing(value, valuesOf(metric), metric);
        }),
        symbolSize: 7,
        itemStyle: { color: plotColours[look(index).colour] },
        lineStyle: { color: plotColours[look(index).colour], type: look(index).dash, width: 2 },
      })),
    }),
  };
}
