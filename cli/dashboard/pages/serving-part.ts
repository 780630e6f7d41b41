import type { DeploymentStatus, Release, TrackSample } from "../../../platform/release/deployment";
import { showCount, showDuration, showNumber } from "../../report/display";
import { html, messageLines, type Html } from "../../report/html";
import { badge, scrollingTable } from "../../report/table";
import { describeStandstill } from "../../terminal/describe-standstill";
import { productionOf, type Board } from "../board/board";
import { shortDigest } from "../../../platform/base/files";

function refused({ requests, failures, refusals = 0 }: TrackSample): Html | string {
  if (requests === 0) return "–";
  if (failures + refusals === 0) return badge("good", "none");
  return badge(
    failures > 0 ? "bad" : "warn",
    `${showCount(failures)} failed, ${showCount(refusals)} refused`,
  );
}

function trackRow(
  { environment, url }: DeploymentStatus,
  track: { name: string; share: number; release: Release; sample: TrackSample | undefined },
) {
  const { name, share, release, sample } = track;
  const p95 = sample?.latencyMs?.p95;
  return [
    environment,
    name,
    html`<strong>${release.model}</strong> <code>${shortDigest(release.digest)}</code>`,
    `${showNumber(share)} %`,
    url === undefined ? badge("calm", "stopped") : badge("good", "serving"),
    sample === undefined ? "–" : showCount(sample.requests),
    sample === undefined ? "–" : refused(sample),
    p95 === undefined ? "–" : showDuration(p95),
  ];
}

function rowsOf(deployment: DeploymentStatus) {
  const { stable, canary, samples } = deployment;
  const weight = canary?.weight ?? 0;
  return [
    ...(stable
      ? [
          trackRow(deployment, {
            name: "stable",
            share: 100 - weight,
            release: stable,
            sample: samples.stable,
          }),
        ]
      : []),
    ...(canary
      ? [trackRow(deployment, { name: "canary", share: weight, release: canary, sample: samples.canary })]
      : []),
  ];
}

/** What each environment serves now, on which track, and how that goes; shown anew while somebody looks. */
export function servingPart(board: Board): Html {
  const rows = board.deployments.flatMap(rowsOf);
  if (rows.length === 0) return html`<p>No environment serves a version yet.</p>`;
  const production = productionOf(board);
  const standstill =
    production && describeStandstill(production, { environments: board.hasStack ? "stacks" : "processes" });
  const table = scrollingTable({
    label: "What the environments serve",
    columns: [
      { head: "environment" },
      { head: "track" },
      { head: "version" },
      { head: "traffic", kind: "number" },
      { head: "state" },
      { head: "requests", kind: "number" },
      { head: "failed or refused" },
      { head: "latency, 95th percentile", kind: "number" },
    ],
    rows,
  });
  return html`${table} ${standstill && messageLines(standstill)}`;
}
