import { minuteMs } from "../../../platform/base/durations";
import { showCount, showDuration } from "../../report/display";
import { html, messageLines, withNames, type Html } from "../../report/html";
import { scrollingTable } from "../../report/table";
import { showCost, type TrainingJob } from "../../runs/training-job";
import type { Board } from "../board/board";
import type { Measured } from "../measurements";
import type { Page } from "../web/page";
import { costDrivers } from "./cost-drivers";
import { links } from "./links";

/** A training with when it began, and what it has taken. */
type TimedTraining = Pick<TrainingJob, "startedAt" | "nodeMinutes">;

/** What trainings of a month have taken. */
interface Month {
  /** As in "2026-11", UTC. */
  readonly month: string;
  readonly trainings: number;
  readonly nodeMinutes: number;
}

/** Trainings by the month in which they began, the newest first. */
export function monthsOf(trainings: readonly TimedTraining[]): readonly Month[] {
  const months = new Map<string, Month>();
  for (const { startedAt, nodeMinutes = 0 } of trainings) {
    const month = startedAt.slice(0, 7);
    const before = months.get(month) ?? { month, trainings: 0, nodeMinutes: 0 };
    months.set(month, {
      month,
      trainings: before.trainings + 1,
      nodeMinutes: before.nodeMinutes + nodeMinutes,
    });
  }
  return [...months.values()].sort((a, b) => (a.month < b.month ? 1 : -1));
}

function monthsTable({ name, nodePrice }: Board, months: readonly Month[]): Html {
  if (months.length === 0) return html`<p>${name} was not trained yet.</p>`;
  return scrollingTable({
    label: "Training by month",
    columns: [
      { head: "month" },
      { head: "trainings", kind: "number" },
      { head: "on nodes", kind: "number" },
      ...(nodePrice ? [{ head: "cost", kind: "number" } as const] : []),
    ],
    rows: months.map(({ month, trainings, nodeMinutes }) => [
      month,
      showCount(trainings),
      showDuration(nodeMinutes * minuteMs),
      ...(nodePrice ? [showCost(nodeMinutes, nodePrice)] : []),
    ]),
  });
}

function driversPart(): Html {
  return html`<h2>What is billed while nobody trains or asks</h2>
    <p class="muted">
      By what it is billed, not how much: prices differ by region and agreement, and no figure here is made
      up. Cost Management shows the real costs by the tags <code>environment</code>, <code>owner</code> and
      <code>costCentre</code>.
    </p>
    ${scrollingTable({
      label: "What is billed while nobody trains or asks",
      columns: [
        { head: "what" },
        { head: "idle cost", kind: "prose" },
        { head: "why it is kept, and how to save it", kind: "prose" },
      ],
      rows: costDrivers.map(({ what, idle, saving }) => [
        withNames(what),
        withNames(idle),
        withNames(saving),
      ]),
    })}`;
}

function trainingPart(
  board: Board,
  trainings: readonly TimedTraining[],
  { isWhole }: { readonly isWhole: boolean },
): Html {
  const { nodePrice, hasStack } = board;
  const where = hasStack ? "Jobs of the stack" : "Runs of this machine";
  return html`${monthsTable(board, monthsOf(trainings))}
    <p class="muted">
      ${where}${isWhole ? "" : ", the newest of them"}: the minutes of each step times its nodes.
      ${
        nodePrice === undefined
          ? html`<code>MLOPS_NODE_PRICE</code>, the price of an hour of one node, shows what they cost.`
          : `An hour of a node costs ${nodePrice.perHour} ${nodePrice.currency} (MLOPS_NODE_PRICE).`
      }
    </p>`;
}

/** What a model's trainings have taken, month by month, and what a stack is billed for beside them; of its jobs, at most the newest are asked for. */
export function costsPage(
  board: Board,
  asked: Measured<readonly TimedTraining[]>,
  { maxJobs }: { readonly maxJobs: number },
): Page {
  const { name, hasStack } = board;
  const training =
    asked.state === "measuring"
      ? html`<p>Azure is being asked.</p>`
      : asked.state === "failed"
        ? messageLines(asked.reason)
        : trainingPart(board, asked.result, { isWhole: !hasStack || asked.result.length < maxJobs });
  return {
    title: `Costs of ${name}`,
    crumbs: [{ title: name, href: links.model(name) }],
    ...(asked.state === "measuring" && { reloadAfterSeconds: 2 }),
    content: html`<h2>Training by month</h2>
      ${training} ${hasStack ? driversPart() : undefined}`,
  };
}
