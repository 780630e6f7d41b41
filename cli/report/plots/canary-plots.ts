import type { SeriesOption } from "echarts";
import type { TrackSample } from "../../../platform/release/deployment";
import { showDuration } from "../display";
import type { CanaryStage } from "../../../deploy/rules/canary-stage";
import { nameOfComparison } from "../../../deploy/rules/comparison";
import { nameAxis, type Plot, plotColours, plotOption, valueAxis } from "./plot";

const percentiles = ["p50", "p95", "p99"] as const;

/** "10 %"; a stage without traffic of its own is a shadow. */
export function stageName({ weight }: Pick<CanaryStage, "weight">): string {
  return weight === 0 ? "shadow" : `${weight} %`;
}

function bars(track: "stable" | "canary", samples: readonly TrackSample[]): SeriesOption {
  return {
    type: "bar",
    barMaxWidth: 9,
    barGap: "15%",
    data: samples.flatMap((sample) => percentiles.map((percentile) => sample.latencyMs?.[percentile] ?? "-")),
    itemStyle: { color: plotColours[track] },
  };
}

/** 50th, 95th and 99th percentile of latency per stage, of the canary and of what it was compared with. */
export function latencyPlot(stages: readonly CanaryStage[]): Plot | undefined {
  const [first] = stages;
  if (!first || !stages.some(({ reference, canary }) => reference.latencyMs ?? canary.latencyMs)) {
    return undefined;
  }
  const names = stages.flatMap((stage) =>
    percentiles.map((percentile) => `${stageName(stage)} · ${percentile}`),
  );
  const p95 = ({ latencyMs }: TrackSample): string =>
    latencyMs ? showDuration(latencyMs.p95) : "nothing answered";
  const words = stages.map(
    ({ reference, comparedWith, canary, ...stage }) =>
      `${stageName(stage)}: 95th percentile ${p95(reference)} of ${nameOfComparison(comparedWith)}, ${p95(canary)} of the canary`,
  );
  const { comparedWith: compared } = first;
  const label = `${nameOfComparison(compared)}${compared.kind === "tests" ? ", at another time" : ""}`;
  const samples = {
    reference: stages.map((stage) => stage.reference),
    canary: stages.map((stage) => stage.canary),
  };
  return {
    title: "Latency per stage",
    description: `${words.join("; ")}.`,
    width: 380,
    height: 70 + 28 * names.length,
    legend: [
      { label, colour: "stable", mark: "bar" },
      { label: "canary", colour: "canary", mark: "bar" },
    ],
    option: plotOption({
      x: valueAxis("milliseconds"),
      y: { ...nameAxis(names, 110), inverse: true },
      series: [bars("stable", samples.reference), bars("canary", samples.canary)],
    }),
  };
}
