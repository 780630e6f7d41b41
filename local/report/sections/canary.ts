import type { Track, TrackSample } from "../../../platform/deployment";
import type { DrawPlot } from "../draw-plot";
import { showCount, showDuration, showNumber, showShare } from "../display";
import { html, type Html } from "../html";
import { latencyPlot, latencySharePlot, stageName } from "../plots/canary-plots";
import type { ReportCanaryStage } from "../report-input";
import { badge, scrollingTable } from "../table";
import type { Section } from "./section";

function verdict({ verdict }: ReportCanaryStage): Html {
  switch (verdict) {
    case "advance":
      return badge("good", "advance");
    case "wait":
      return badge("warn", "wait");
    case "roll-back":
      return badge("bad", "roll back");
  }
}

function sampleCells({ requests, failures, latencyMs, predictions }: TrackSample): string[] {
  const share = requests > 0 ? ` (${showShare(failures / requests)})` : "";
  return [
    showCount(requests),
    `${showCount(failures)}${share}`,
    ...(["p50", "p95", "p99"] as const).map((percentile) =>
      latencyMs ? showDuration(latencyMs[percentile]) : "–",
    ),
    predictions ? `${showNumber(predictions.mean)} ± ${showNumber(predictions.standardDeviation)}` : "–",
  ];
}

const tracks: readonly Track[] = ["stable", "canary"];

/** Every stage of the canary: what was seen of both tracks and what was decided. */
export function canarySection(stages: readonly ReportCanaryStage[], draw: DrawPlot): Section | undefined {
  if (stages.length === 0) return undefined;
  const decided = stages.map(
    (stage) => html`<li>${verdict(stage)} <strong>${stageName(stage)}</strong>: ${stage.explanation}</li>`,
  );
  const rows = stages.flatMap((stage) =>
    tracks.flatMap((track) => {
      const sample = stage[track];
      return sample ? [[stageName(stage), track, ...sampleCells(sample)]] : [];
    }),
  );
  const measured = stages.some(({ stable, canary }) => stable?.latencyMs ?? canary.latencyMs);
  const plots = [
    measured ? latencyPlot(stages) : undefined,
    ...stages.map((stage) => latencySharePlot(stage)),
  ].filter((plot) => plot !== undefined);
  return {
    id: "canary",
    title: "Canary",
    content: html`<ul class="plain">
        ${decided}
      </ul>
      ${scrollingTable({
        label: "What was seen of stable and canary in each stage",
        columns: [
          { head: "stage" },
          { head: "track" },
          { head: "requests", kind: "number" },
          { head: "failed", kind: "number" },
          { head: "p50", kind: "number" },
          { head: "p95", kind: "number" },
          { head: "p99", kind: "number" },
          { head: "prediction, mean ± sd", kind: "number" },
        ],
        rows,
      })}
      <div class="plots">${plots.map(draw)}</div>`,
  };
}
