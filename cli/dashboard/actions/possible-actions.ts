import { digestOf } from "../../../platform/base/files";
import { productionOf, runOfVersion, waitingForApproval, type Board } from "../board/board";

export const actionIds = ["approve", "promote", "rollback", "retrain"] as const;
export type ActionId = (typeof actionIds)[number];

/** Something that can be done with a model as it stands. */
export interface PossibleAction {
  readonly id: ActionId;
  readonly title: string;
  /** What will happen, for whoever has to confirm it. */
  readonly consequence: string;
  /** The verb that does it, as it would be typed. */
  readonly verb: readonly string[];
}

function approve(board: Board): PossibleAction | undefined {
  const run = waitingForApproval(board);
  if (run?.version === undefined) return undefined;
  return {
    id: "approve",
    title: `Approve ${run.version}`,
    consequence: `${run.version}, which passed its tests, goes to ${board.production} through the stages of its canary. It is rolled back by itself when the canary does worse.`,
    verb: ["promote", run.version, "--yes"],
  };
}

function promote(board: Board): PossibleAction | undefined {
  const canary = productionOf(board)?.canary;
  if (canary === undefined) return undefined;
  const run = runOfVersion(board, canary.model);
  return {
    id: "promote",
    title: `Promote ${canary.model}`,
    consequence: `The canary ${canary.model} gets all requests of ${board.production} at once, unless what was seen of it speaks against that.`,
    // Of its own run: without one the newest is meant, whose version may have become the canary since.
    verb: ["canary", "promote", "--model", board.name, ...(run === undefined ? [] : ["--run", run.id])],
  };
}

function rollBack(board: Board): PossibleAction | undefined {
  const { canary, previous, stable } = productionOf(board) ?? {};
  const take = (version: string) =>
    ({ id: "rollback", verb: ["rollback", "--model", board.name, "--of", version] }) as const;
  if (canary !== undefined)
    return {
      ...take(canary.model),
      title: `Take canary ${canary.model} away`,
      consequence: `${stable?.model ?? "Nothing"} answers all requests of ${board.production} again.`,
    };
  if (previous === undefined || stable === undefined) return undefined;
  return {
    ...take(stable.model),
    title: `Roll back to ${previous.model}`,
    consequence: `${previous.model} takes the place of ${stable.model} in ${board.production} at once, for all requests.`,
  };
}

function retrain(board: Board): PossibleAction {
  return {
    id: "retrain",
    title: "Retrain",
    consequence: `A candidate is trained on the data of ${board.name} as it is now, and registered if it is better than the champion. Nothing is released.`,
    verb: ["retrain", "--model", board.name],
  };
}

/** What can be done with a model now. */
export function possibleActions(board: Board): PossibleAction[] {
  return [approve(board), promote(board), rollBack(board), retrain(board)].filter(
    (action) => action !== undefined,
  );
}

/**
 * What a decision rests on, in a digest: what production holds, and the newest run. A form has that of when it was shown; what has changed
 * since would be decided unseen.
 */
export function standOf(board: Board): string {
  const { stable, canary, previous } = productionOf(board) ?? {};
  const [newest] = board.runs;
  const parts = [
    ...[stable, canary, previous].map((release) => release?.digest),
    canary?.weight,
    newest?.id,
    newest?.outcome,
  ];
  return digestOf(JSON.stringify(parts.map((part) => part ?? null))).slice(0, 16);
}
