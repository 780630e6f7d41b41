import type { TrackSample } from "../../../platform/release/deployment";
import type { DrawPlot } from "../draw-plot";
import { showCount, showDuration, showNumber, showShare } from "../display";
import { html, type Html } from "../html";
import type { CanaryStage } from "../../../deploy/rules/canary-stage";
import { nameOfComparison } from "../../../deploy/rules/comparison";
import { latencyPlot, stageName } from "../plots/canary-plots";
import { badge, scrollingTable } from "../table";
import type { Section } from "./section";

function verdict({ verdict }: CanaryStage): Html {
  switch (verdict) {
    case "advance":
      return badge("good", "advance");
    case "wait":
      return badge("warn", "wait");
    case "roll-back":
      return badge("bad", "roll back");
  }
}

function sampleCells({ requests, failures, refusals = 0, latencyMs, predictions }: TrackSample): string[] {
  const share = (count: number): string =>
    `${showCount(count)}${requests > 0 ? ` (${showShare(count / requests)})` : ""}`;
  return [
    showCount(requests),
    share(failures),
    share(refusals),
    ...(["p50", "p95", "p99"] as const).map((percentile) =>
      latencyMs ? showDuration(latencyMs[percentile]) : "–",
    ),
    predictions ? `${showNumber(predictions.mean)} ± ${showNumber(predictions.standardDeviation)}` : "–",
  ];
}

const withoutStable =
  "The canary was compared with what tests had shown of it before: production had no stable version, and the canary answered all requests whatever its share; or it was accepted that it refuses requests that stable answers.";

/** Every stage of the canary: what was seen of both tracks and what was decided. */
export function canarySection(stages: readonly CanaryStage[], draw: DrawPlot): Section | undefined {
  if (stages.length === 0) return undefined;
  const decided = stages.map(
    (stage) => html`<li>${verdict(stage)} <strong>${stageName(stage)}</strong>: ${stage.explanation}</li>`,
  );
  const rows = stages.flatMap((stage) => [
    [stageName(stage), nameOfComparison(stage.comparedWith), ...sampleCells(stage.reference)],
    [stageName(stage), "canary", ...sampleCells(stage.canary)],
  ]);
  const plot = latencyPlot(stages);
  const alone = stages.some(({ comparedWith }) => comparedWith.kind === "tests");
  return {
    id: "canary",
    title: "Canary",
    content: html`<ul class="plain">
        ${decided}
      </ul>
      ${alone ? html`<p class="muted">${withoutStable}</p>` : undefined}
      ${scrollingTable({
        label: "What was seen in each stage of the canary and of what it was compared with",
        columns: [
          { head: "stage" },
          { head: "seen of" },
          { head: "requests", kind: "number" },
          { head: "failed", kind: "number" },
          { head: "refused", kind: "number" },
          { head: "p50", kind: "number" },
          { head: "p95", kind: "number" },
          { head: "p99", kind: "number" },
          { head: "prediction, mean ± sd", kind: "number" },
        ],
        rows,
      })}
      ${plot && html`<div class="plots">${draw(plot)}</div>`}`,
  };
}
