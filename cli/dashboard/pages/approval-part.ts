import { showCount, showTime } from "../../report/display";
import { commandLine, html, type Html } from "../../report/html";
import { factList } from "../../report/sections/section";
import type { ComparedRun } from "../../runs/run-summary";
import { heldOutOfRelease, productionOf, type Board } from "../board/board";
import { differencesOf, metricsTable } from "./differences-part";
import { driftCell, performanceCells } from "./watching-section";

interface Approval {
  /** The run that waits. */
  readonly candidate: ComparedRun;
  /** The run of the version that production serves now, where it is on this machine. */
  readonly served: ComparedRun | undefined;
  /** Who looks at the page. */
  readonly who: string;
}

/** What the release changes: metrics, settings and data, beside the version that production serves now. */
function changesPart(board: Board, { candidate, served }: Approval): Html {
  const { production } = board;
  const stable = productionOf(board)?.stable;
  if (stable === undefined)
    return html`<p>Nothing serves in ${production} yet: this is the first release.</p>`;
  const heldOut = heldOutOfRelease(board, stable.model);
  const now = { id: stable.model, version: stable.model, ...(heldOut && { heldOut }) };
  return html`<p class="muted">Beside ${stable.model}, which ${production} serves now.</p>
    ${metricsTable([now, candidate.summary], `Metrics beside those of ${stable.model}`)}
    ${
      served === undefined
        ? html`<p>
            The run of ${stable.model} is not on this machine, so its settings and data cannot be compared.
          </p>`
        : differencesOf([served, candidate])
    }`;
}

/** What watching has shown of production last. */
function watchedPart({ windows, definition, production, name }: Board): Html {
  const window = windows.at(-1);
  if (window === undefined) {
    return html`<p>
      Not measured: nobody has watched ${name} in ${production} yet. ${commandLine(`monitor --model ${name}`)}
      does.
    </p>`;
  }
  const [now, interval, registered] = performanceCells(window);
  const { metric } = definition.gate;
  return factList([
    ["measured", showTime(window.time)],
    ["version", window.model],
    ["rows", showCount(window.rows)],
    ["drifted columns", driftCell(window)],
    ...(window.performance === undefined
      ? [[`${metric} by the truth`, "not measured"] as const]
      : ([
          [`${metric} by the truth`, now ?? "–"],
          ["interval", interval ?? "–"],
          ["when registered", registered ?? "–"],
        ] as const)),
  ]);
}

function approversPart({ production, hasStack }: Board, { who }: Approval): Html {
  const here = `Whoever has the key of this dashboard: it is in the address that the command has printed. The approval is recorded as that of ${who}.`;
  const inAzure = `A release by the pipeline waits for the approvers of the environment mlops-${production} in Azure DevOps, not for this page.`;
  return html`<p>${here}</p>
    ${hasStack ? html`<p>${inAzure}</p>` : undefined}`;
}

/** What somebody has to know who may approve a release, beside what its run has found. */
export function approvalPart(board: Board, approval: Approval): Html {
  return html`<h2>What changes</h2>
    ${changesPart(board, approval)}
    <h2>What ${board.production} shows now</h2>
    ${watchedPart(board)}
    <h2>Who may approve</h2>
    ${approversPart(board, approval)}`;
}
