import { PlatformError } from "../../../platform/base/errors";
import type { ModelVersion } from "../../../platform/registry/registry";
import { openDrawing, type DrawPlot } from "../../report/draw-plot";
import type { ReportInput } from "../../report/report-input";
import type { ComparedRun } from "../../runs/run-summary";
import type { TrainingSource } from "../../trainings/training-source";
import type { MonitorResult } from "../../watching/monitor";
import type { ScoreFileResult } from "../../watching/score-file";
import type { Jobs } from "../actions/jobs";
import { actionIds, possibleActions, type ActionId, type PossibleAction } from "../actions/possible-actions";
import type { Trial } from "../actions/open-trial";
import type { Audited } from "../../audit/show-audit";
import type { Board } from "../board/board";
import { keptDrawing } from "../plots/kept-drawing";
import type { BoardKeeper } from "../board/board-keeper";
import type { KeptData } from "../board/kept-data";
import type { VersionFacts } from "../board/version-facts";
import type { AccessKey, Entrance } from "../web/access";

/** What pages are made from, and what they may do. */
export interface DashboardParts {
  readonly boards: BoardKeeper;
  readonly access: AccessKey;
  /** That of this machine unless another one is given. */
  readonly entrance?: Entrance | undefined;
  /** Runs what is asked for; absent for a dashboard that only shows. */
  readonly jobs?: Jobs;
  /** What may be done at all; everything that is possible unless it says so. */
  readonly actions?: readonly ActionId[] | undefined;
  /** Folder for files that are scored; whoever made it removes it. */
  readonly scratch: string;
  readonly reportOf: (board: Board, run: string) => Promise<ReportInput>;
  readonly comparedRun: (run: string) => Promise<ComparedRun>;
  readonly monitor: (board: Board, hours: number | undefined) => Promise<MonitorResult>;
  /** What the files of a version say: its model card, what was measured, what it was made from. */
  readonly factsOf: (version: ModelVersion) => Promise<VersionFacts>;
  /** Versions of a model's data that are kept. */
  readonly dataOf: (board: Board) => Promise<KeptData>;
  /** The stack that trains a model; refused where there is none. */
  readonly trainings: (board: Board) => TrainingSource;
  /** The audit trail as it is now: acts of one model or of all, and what is wrong with it. */
  readonly audit: (model: string | undefined) => Promise<Audited>;
  readonly openTrial: (board: Board) => Promise<Trial>;
  readonly scoreFile: (board: Board, input: string, output: string) => Promise<ScoreFileResult>;
}

export const notFound = (what: string): PlatformError =>
  new PlatformError(
    "NOT_FOUND",
    `There is no ${what}. It may have gone since the page was shown; go back and look again.`,
  );

/** What routes have in common: they find things by their names, and refuse what there is not, or what may not be done. */
export class Desk {
  private draw: Promise<DrawPlot> | undefined;

  constructor(readonly parts: DashboardParts) {}

  get formKey(): string {
    return this.parts.access.formKey;
  }

  drawing(): Promise<DrawPlot> {
    return (this.draw ??= openDrawing().then((draw) => keptDrawing(draw)));
  }

  board(name: string): Board {
    const board = this.parts.boards.current.get(name);
    if (board === undefined) throw notFound(`model "${name}"`);
    if ("fault" in board) throw new PlatformError("USAGE", board.fault);
    return board;
  }

  version({ name, versions }: Board, number: string): ModelVersion {
    const found = versions.find(({ version }) => String(version) === number);
    if (found === undefined) throw notFound(`version "${number}" of ${name}`);
    return found;
  }

  requireRun(board: Board, id: string): void {
    if (!board.runs.some((run) => run.id === id)) throw notFound(`run "${id}" of ${board.name}`);
  }

  /** What may be done; nothing in a dashboard that only shows. */
  actionsOf(board: Board): PossibleAction[] {
    const { jobs, actions = actionIds } = this.parts;
    return jobs === undefined ? [] : possibleActions(board).filter(({ id }) => actions.includes(id));
  }

  /** An action with what runs it; refused where it may not or cannot be done now. */
  action(board: Board, id: string): { action: PossibleAction; jobs: Jobs } {
    const { jobs } = this.parts;
    if (jobs === undefined) {
      throw new PlatformError(
        "USAGE",
        "This dashboard only shows. Start it with --allow-changes to act from its pages.",
      );
    }
    const action = this.actionsOf(board).find((one) => one.id === id);
    if (action !== undefined) return { action, jobs };
    if (!(actionIds as readonly string[]).includes(id)) throw notFound(`action "${id}"`);
    throw new PlatformError(
      "CONFLICT",
      `${board.name} has nothing to ${id === "rollback" ? "roll back" : id} now. Go back and look at how it stands.`,
    );
  }
}
