import { showNumber } from "../../report/display";
import { nameAxis, plotColours, plotOption, valueAxis, type Plot } from "../../report/plots/plot";
import { heldOutOf, type Board } from "../board/board";

/** Versions that are drawn: the newest. */
const maxDrawn = 30;

/** The gate's metric of each version on the rows held out from it; nothing of fewer than two. */
export function metricPlot(board: Board): Plot | undefined {
  const { metric } = board.definition.gate;
  const measured = board.versions.slice(0, maxDrawn).flatMap((version) => {
    const value = heldOutOf(board, version)?.[metric];
    return value === undefined ? [] : [{ name: String(version.version), value }];
  });
  if (measured.length < 2) return undefined;
  const points = measured.toReversed();
  return {
    title: `${metric} of each version`,
    description: `${points.map(({ name, value }) => `version ${name}: ${showNumber(value)}`).join("; ")}.`,
    width: 460,
    height: 260,
    legend: [],
    option: plotOption({
      x: nameAxis(
        points.map(({ name }) => name),
        40,
      ),
      y: { ...valueAxis(metric), scale: true },
      series: [
        {
          type: "line",
          data: points.map(({ value }) => value),
          symbolSize: 8,
          itemStyle: { color: plotColours.candidate },
          lineStyle: { color: plotColours.candidate, width: 2 },
        },
      ],
    }),
  };
}
