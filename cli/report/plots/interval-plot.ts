import type { PromotionDecision } from "../../../platform/metrics/evaluation";
import { showDifference, showNumber, showShare } from "../display";
import {
  axisText,
  guideLine,
  nameAxis,
  type Plot,
  plotColours,
  plotOption,
  uprightLines,
  valueAxis,
} from "./plot";

/** The improvement over the champion with its interval, beside zero and the required minimum. */
export function intervalPlot(decision: PromotionDecision): Plot | undefined {
  const { improvement, interval, minImprovement, metric } = decision;
  if (improvement === undefined || !interval) return undefined;
  const { low, high, level } = interval;
  const min = Math.min(low, improvement, 0);
  const max = Math.max(high, improvement, minImprovement);
  // Everything is 0 for a model compared with itself.
  const margin = max > min ? (max - min) * 0.1 : 1;
  const colour = plotColours.candidate;
  return {
    title: "Improvement over the champion",
    description: `The candidate's improvement of ${metric} is ${showDifference(improvement)}, ${showShare(level)} interval ${showNumber(low)} to ${showNumber(high)}; at least ${showNumber(minImprovement)} is required.`,
    width: 380,
    height: 130,
    legend: [
      { label: `improvement, ${showShare(level)} interval`, colour: "candidate", mark: "dot" },
      { label: "no difference", colour: "guide", mark: "dashed" },
      { label: `asked: ${showNumber(minImprovement)}`, colour: "bad", mark: "dashed" },
    ],
    option: plotOption({
      x: {
        ...valueAxis(`${metric}: worse  ←  0  →  better`),
        min: min - margin,
        max: max + margin,
        // The ends are not round numbers.
        axisLabel: { ...axisText, showMinLabel: false, showMaxLabel: false, hideOverlap: true },
      },
      y: { ...nameAxis([""], 10), axisLine: { show: false } },
      series: [
        {
          ...guideLine([
            [low, 0],
            [high, 0],
          ]),
          lineStyle: { color: colour, width: 4, type: "solid" },
          markLine: uprightLines([
            { at: 0, colour: "guide" },
            { at: minImprovement, colour: "bad" },
          ]),
        },
        {
          type: "scatter",
          data: [[improvement, 0]],
          symbolSize: 14,
          itemStyle: { color: colour, opacity: 1 },
        },
      ],
    }),
  };
}
