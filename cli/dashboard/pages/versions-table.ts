import { metricNamesOf } from "../../../platform/definition/metric-names";
import { formatModelRef } from "../../../platform/definition/model-ref";
import type { ModelVersion } from "../../../platform/registry/registry";
import { showNumber } from "../../report/display";
import { html, type Html } from "../../report/html";
import { badge, scrollingTable } from "../../report/table";
import { dataOfVersion, heldOutOf, productionOf, type Board } from "../board/board";
import { links } from "./links";
import { datedCell } from "./dated-cell";
import { shortDigest } from "../../../platform/base/files";

/** Metrics that at least one of the versions has, the gate's first. */
function metricsOf(board: Board, versions: readonly ModelVersion[]) {
  const { definition } = board;
  const measured = versions.map((version) => heldOutOf(board, version));
  const names = metricNamesOf(definition.task).filter((name) =>
    measured.some((one) => one?.[name] !== undefined),
  );
  return [definition.gate.metric, ...names.filter((name) => name !== definition.gate.metric)].slice(0, 6);
}

function standing(board: Board, name: string): Html | string {
  const production = productionOf(board);
  if (production?.stable?.model === name) return badge("good", "in production");
  if (production?.canary?.model === name) return badge("warn", `canary, ${production.canary.weight} %`);
  return production?.previous?.model === name ? badge("calm", "before it") : "–";
}

/** Versions with their metrics side by side. */
export function versionsTable(board: Board, versions: readonly ModelVersion[]): Html {
  const metrics = metricsOf(board, versions);
  return scrollingTable({
    label: "Versions, newest first",
    columns: [
      { head: "version, registered", kind: "name" },
      { head: "where it is" },
      ...metrics.map((name) => ({ head: name, kind: "number" as const })),
      { head: "data" },
      { head: "digest" },
    ],
    rows: versions.map((version) => {
      const name = formatModelRef(version);
      const [measured, data] = [heldOutOf(board, version), dataOfVersion(board, version)];
      return [
        datedCell(
          html`<a href="${links.version(board.name, version.version)}">${name}</a>`,
          version.registeredAt,
        ),
        standing(board, name),
        ...metrics.map((metric) => showNumber(measured?.[metric])),
        data === undefined
          ? "–"
          : html`<a href="${links.data(board.name)}"><code>${shortDigest(data)}</code></a>`,
        html`<code>${shortDigest(version.digest)}</code>`,
      ];
    }),
  });
}
