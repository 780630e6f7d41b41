import { showCount, showDuration, showNumber, showShare, showTime } from "../display";
import { html, type Html } from "../html";
import type { LoadResult } from "../../../deploy/tests/load";
import type { RunRecord } from "../../runs/runs";
import type { ReportInput } from "../report-input";
import { badge, scrollingTable } from "../table";
import { factList, type Section } from "./section";
import { shortDigest } from "../../../platform/base/files";

type Deployments = NonNullable<ReportInput["deployments"]>;
type Release = NonNullable<Deployments[number]["stable"]>;

function release(release: Release | undefined): Html | string {
  return release ? html`${release.model} <code>${shortDigest(release.digest)}</code>` : "–";
}

/** What the load tests measured, a section for each environment that has one. */
export function loadSections(tests: NonNullable<RunRecord["tests"]>): Section[] {
  const loads = Object.entries(tests).flatMap(([environment, { load }]) =>
    load === undefined ? [] : [{ environment, load }],
  );
  return loads.map(({ environment, load }) =>
    loads.length === 1
      ? loadSection("load", "Load test", load)
      : loadSection(`load-${environment}`, `Load test in ${environment}`, load),
  );
}

function loadSection(id: string, title: string, load: LoadResult): Section {
  const { requests, failures, requestsPerSecond, latencyMs } = load;
  return {
    id,
    title,
    content: factList([
      ["requests", showCount(requests)],
      [
        "failed",
        failures === 0
          ? badge("good", "none")
          : badge("bad", `${showCount(failures)} (${showShare(failures / requests)})`),
      ],
      ["requests per second", showNumber(requestsPerSecond)],
      ["latency, 50th percentile", showDuration(latencyMs.p50)],
      ["95th percentile", showDuration(latencyMs.p95)],
      ["99th percentile", showDuration(latencyMs.p99)],
    ]),
  };
}

/** The latest changes of the environments, the oldest first; nothing where none was made. */
export function latestChanges(deployments: Deployments): Html | undefined {
  const events = deployments.flatMap(({ environment, history }) =>
    history.slice(-10).map((event) => ({ environment, ...event })),
  );
  if (events.length === 0) return undefined;
  events.sort((a, b) => a.time.localeCompare(b.time));
  return scrollingTable({
    label: "Latest changes of the environments",
    columns: [
      { head: "time" },
      { head: "environment" },
      { head: "change" },
      { head: "model" },
      { head: "detail" },
    ],
    rows: events.map(({ time, environment, action, model, detail }) => [
      showTime(time),
      environment,
      action,
      model,
      detail,
    ]),
  });
}

/** What each environment serves, and the latest changes to it. */
export function deploymentsSection(deployments: Deployments): Section | undefined {
  if (deployments.length === 0) return undefined;
  const changes = latestChanges(deployments);
  const serving = scrollingTable({
    label: "What the environments serve",
    columns: [{ head: "environment" }, { head: "stable" }, { head: "canary" }, { head: "previous" }],
    rows: deployments.map(({ environment, stable, canary, previous }) => [
      environment,
      release(stable),
      canary ? html`${release(canary)} at ${canary.weight} %` : "–",
      release(previous),
    ]),
  });
  return {
    id: "environments",
    title: "Environments",
    content: html`${serving}
    ${
      changes &&
      html`<h3>Latest changes</h3>
        ${changes}`
    }`,
  };
}
