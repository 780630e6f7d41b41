import { shortDigest } from "../../../platform/base/files";
import { formatModelRef } from "../../../platform/definition/model-ref";
import { describeGateComparison, findComparison } from "../../../platform/registry/gate-comparison";
import type { ModelVersion } from "../../../platform/registry/registry";
import { showCount, showNumber } from "../../report/display";
import { html, type Html } from "../../report/html";
import { badge, scrollingTable } from "../../report/table";
import { describeParameters } from "../../terminal/describe-runs";
import { dataOfVersion, heldOutOf, runOfVersion, type Board } from "../board/board";
import type { VersionFacts } from "../board/version-facts";
import { links } from "./links";
import { moment } from "./moment";

/** Changes of an environment that are named of a version: the newest. */
const shownChanges = 5;

type Row = readonly [step: string, what: Html | string, detail: Html | string];

function dataRow(board: Board, version: ModelVersion, facts: VersionFacts | undefined): Row {
  const digest = dataOfVersion(board, version);
  const data = runOfVersion(board, formatModelRef(version))?.data ?? facts?.lineage?.data;
  return [
    "data",
    digest === undefined
      ? "not known"
      : html`<a href="${links.data(board.name)}"><code>${shortDigest(digest)}</code></a>`,
    data === undefined
      ? "–"
      : `${data.source}, ${showCount(data.rows)} rows: ${showCount(data.trainingRows)} for training, ${showCount(data.heldOutRows)} held out`,
  ];
}

function runRow(board: Board, version: ModelVersion, facts: VersionFacts | undefined): Row {
  const run = runOfVersion(board, formatModelRef(version));
  const id = run?.id ?? version.tags.run;
  const parameters = run?.parameters ?? facts?.lineage?.parameters;
  const began = run?.startedAt ?? facts?.lineage?.createdAt;
  return [
    "run",
    run !== undefined
      ? html`<a href="${links.run(board.name, run.id)}">${run.id}</a>`
      : id === undefined
        ? "not known"
        : html`<code>${id}</code>, not on this machine`,
    html`${began === undefined ? undefined : html`${moment(began)}: `}${describeParameters(parameters)}`,
  ];
}

function gateRow(board: Board, version: ModelVersion, facts: VersionFacts | undefined): Row {
  const { metric } = board.definition.gate;
  const { decision } = runOfVersion(board, formatModelRef(version)) ?? {};
  const reason = decision?.reason ?? version.tags.decision;
  const value = heldOutOf(board, version)?.[metric];
  const champion = decision?.champion?.model ?? facts?.lineage?.champion;
  const against = champion === undefined ? "there was no champion" : `compared with ${champion}`;
  const measured = value === undefined ? against : `${metric} ${showNumber(value)}; ${against}`;
  // The run is where it was trained; the version says itself what it was compared with.
  const comparison = findComparison(version.tags);
  const overruled = decision?.promote === false;
  return [
    "gate",
    reason === undefined
      ? "not known"
      : badge(overruled ? "warn" : "good", overruled ? `overruled: ${reason}` : reason),
    decision?.explanation ?? (comparison && `${describeGateComparison(comparison)}.`) ?? measured,
  ];
}

const versionRow = (version: ModelVersion): Row => [
  "version",
  html`<strong>${formatModelRef(version)}</strong>`,
  html`registered ${moment(version.registeredAt)}, digest <code>${shortDigest(version.digest)}</code>`,
];

/** Where a version is now, and each change of an environment that was about it. */
function releaseRows({ deployments }: Board, version: ModelVersion): Row[] {
  const name = formatModelRef(version);
  const rows = deployments.flatMap(({ environment, stable, canary, previous, history, url }): Row[] => {
    const events = history.filter(({ model }) => model === name);
    const now =
      stable?.model === name
        ? url === undefined
          ? badge("calm", "stopped")
          : badge("good", "serves now")
        : canary?.model === name
          ? badge("warn", `canary, ${canary.weight} %`)
          : previous?.model === name
            ? badge("calm", "before what serves now")
            : undefined;
    if (now === undefined && events.length === 0) return [];
    const changes = events
      .slice(-shownChanges)
      .map(({ time, action }, index) => html`${index > 0 ? "; " : undefined}${action} ${moment(time)}`);
    return [
      [`in ${environment}`, now ?? badge("calm", "no longer"), changes.length > 0 ? html`${changes}` : "–"],
    ];
  });
  return rows.length > 0 ? rows : [["release", "–", "It is in no environment."]];
}

/** From the data to where a version serves, a row for each step. */
export function lineagePart(board: Board, version: ModelVersion, facts: VersionFacts | undefined): Html {
  return scrollingTable({
    label: "Lineage",
    columns: [{ head: "step" }, { head: "what" }, { head: "more of it", kind: "prose" }],
    rows: [
      dataRow(board, version, facts),
      runRow(board, version, facts),
      gateRow(board, version, facts),
      versionRow(version),
      ...releaseRows(board, version),
    ],
  });
}
