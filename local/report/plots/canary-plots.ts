import type { SeriesOption } from "echarts";
import type { TrackSample } from "../../../platform/deployment";
import { showDuration } from "../display";
import type { ReportCanaryStage } from "../report-input";
import {
  type LegendEntry,
  nameAxis,
  type Plot,
  plotColours,
  plotOption,
  shareAxis,
  thinOut,
  valueAxis,
} from "./plot";

const percentiles = ["p50", "p95", "p99"] as const;

/** "canary at 10 %"; a stage without traffic of its own is a shadow. */
export function stageName({ weight }: Pick<ReportCanaryStage, "weight">): string {
  return weight === 0 ? "shadow" : `${weight} %`;
}

function bars(track: "stable" | "canary", samples: readonly (TrackSample | undefined)[]): SeriesOption {
  return {
    type: "bar",
    barMaxWidth: 9,
    barGap: "15%",
    data: samples.flatMap((sample) =>
      percentiles.map((percentile) => sample?.latencyMs?.[percentile] ?? "-"),
    ),
    itemStyle: { color: plotColours[track] },
  };
}

/** 50th, 95th and 99th percentile of latency per stage and track. */
export function latencyPlot(stages: readonly ReportCanaryStage[]): Plot {
  const names = stages.flatMap((stage) =>
    percentiles.map((percentile) => `${stageName(stage)} · ${percentile}`),
  );
  const words = stages.map(({ stable, canary, ...stage }) => {
    const p95 = (sample: TrackSample | undefined): string =>
      sample?.latencyMs ? showDuration(sample.latencyMs.p95) : "nothing answered";
    return `${stageName(stage)}: 95th percentile ${p95(stable)} of stable, ${p95(canary)} of the canary`;
  });
  return {
    title: "Latency per stage",
    description: `${words.join("; ")}.`,
    width: 380,
    height: 70 + 28 * names.length,
    legend: [
      { label: "stable", colour: "stable", mark: "bar" },
      { label: "canary", colour: "canary", mark: "bar" },
    ],
    option: plotOption({
      x: valueAxis("milliseconds"),
      y: { ...nameAxis(names, 110), inverse: true },
      series: [
        bars(
          "stable",
          stages.map((stage) => stage.stable),
        ),
        bars(
          "canary",
          stages.map((stage) => stage.canary),
        ),
      ],
    }),
  };
}

/** [latency, share of requests at most as slow], thinned, the slowest hundredth left out so that the rest can be seen. */
function cumulative(latencies: readonly number[]): number[][] {
  const sorted = [...latencies].sort((a, b) => a - b);
  const points = sorted.map((value, index) => [value, (index + 1) / sorted.length]);
  return [...thinOut(points.slice(0, Math.max(1, Math.ceil(points.length * 0.99))), 200)];
}

/** Share of requests answered within a time, per track, for one stage that kept its single latencies. */
export function latencySharePlot(stage: ReportCanaryStage): Plot | undefined {
  const { latencies } = stage;
  if (!latencies || latencies.stable.length + latencies.canary.length === 0) return undefined;
  const tracks = (["stable", "canary"] as const).filter((track) => latencies[track].length > 0);
  const legend = tracks.map((track): LegendEntry => ({
    label: `${track} (${latencies[track].length} requests)`,
    colour: track,
    mark: track === "stable" ? "dashed" : "line",
  }));
  return {
    title: `Answered within a time, ${stageName(stage)}`,
    description: `Share of requests answered within the milliseconds on the axis, for ${tracks.join(" and ")}; the line further left is the faster. The slowest hundredth is left out.`,
    width: 380,
    height: 280,
    legend,
    option: plotOption({
      x: valueAxis("milliseconds"),
      y: shareAxis("share of requests"),
      series: tracks.map((track) => ({
        type: "line",
        step: "end",
        symbol: "none",
        data: cumulative(latencies[track]),
        lineStyle: { color: plotColours[track], width: 2, type: track === "stable" ? "dashed" : "solid" },
      })),
    }),
  };
}
